/** What steps have to do with real time. */
import type { Step } from './scenario.js';

/** Why a step was skipped. */
export const timeIsOver = 'the real time of the run is over';

/** Whether a step is over only when so much time has gone by. */
export function takesItsTime({ advance, traffic, replay }: Step): boolean {
  return advance !== undefined || traffic !== undefined || replay !== undefined;
}

/** Why a run ends before its scenario does, if it does. */
export function cutOf(run: {
  readonly isTimeOver?: () => boolean;
  readonly isInterrupted?: () => boolean;
}): string | undefined {
  if (run.isTimeOver?.() === true) return timeIsOver;
  return run.isInterrupted?.() === true ? 'interrupted' : undefined;
}
