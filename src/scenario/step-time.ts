/** What steps have to do with real time. */
import type { Step } from './scenario.js';

/** Why a step was skipped. */
export const timeIsOver = 'the real time of the run is over';

/** Whether a step is over only when so much time has gone by. */
export function takesItsTime({ advance, traffic, replay }: Step): boolean {
  return advance !== undefined || traffic !== undefined || replay !== undefined;
}
