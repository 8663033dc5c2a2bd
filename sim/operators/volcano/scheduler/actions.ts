/** The actions of a session, one after the other. @upstream volcano v1.15.1 installer/helm/chart/volcano/config/volcano-scheduler.conf */
import { allocate } from './allocate.js';
import { backfill } from './backfill.js';
import { enqueue } from './enqueue.js';
import type { Session } from './session.js';
import type { Placement } from './statement.js';

/** Runs the actions of the shipped configuration; what they placed is to be bound. */
export function runActions(session: Session): readonly Placement[] {
  enqueue(session);
  return [...allocate(session), ...backfill(session)];
}
