/** What steps have to do with real time. */
import { durationMs } from '../input/duration.js';
import type { Step } from './scenario.js';

/** Why a step was skipped. */
export const timeIsOver = 'the real time of the run is over';

/** Whether a step is over only when so much time has gone by. */
export function takesItsTime({ advance, traffic, replay }: Step): boolean {
  return advance !== undefined || traffic !== undefined || replay !== undefined;
}

/** Traffic of so long takes seconds to simulate. */
const longTrafficMs = 6 * 3_600_000;

/** Whether traffic flows for so long that to compile what it runs through pays from the start. */
export function hasLongTraffic(steps: readonly Pick<Step, 'traffic'>[]): boolean {
  return steps.some(
    ({ traffic }) => traffic !== undefined && durationMs(traffic.for) >= longTrafficMs,
  );
}
