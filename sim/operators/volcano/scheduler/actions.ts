/** The actions of a session, one after the other. @upstream volcano v1.15.1 pkg/scheduler/actions/factory.go */
import { allocate } from './allocate.js';
import { backfill } from './backfill.js';
import { enqueue } from './enqueue.js';
import { preempt } from './preempt.js';
import { reclaim } from './reclaim.js';
import type { Session } from './session.js';
import type { Placement } from './statement.js';

/** What each does; those that are not simulated do nothing. */
const actions: Readonly<Record<string, (session: Session) => readonly Placement[] | void>> = {
  ...{ enqueue, allocate, backfill, preempt, reclaim },
};

/** Runs the actions that are configured; what they placed is to be bound. */
export function runActions(session: Session): readonly Placement[] {
  return session.means.configuration.actions.flatMap(name => actions[name]?.(session) ?? []);
}
