/** The label that every counterexample carries: how far it is to be believed. */
import type { Law } from '../laws/law.js';
import type { Confirmation } from './confirm.js';
import type { VoyagePlan } from './plan.js';

/** What is known of a counterexample besides its story. */
export interface Label {
  readonly reality: 'confirmed' | 'not reproduced' | 'cannot be judged' | 'not tried';
  /** It needs one order of what travels, that a real cluster may or may not take. */
  readonly isScheduleDependent: boolean;
  /** Parts of the fidelity table that are approximated and touch the verdict. */
  readonly approximated: readonly string[];
}

/** The label; without a confirmation nobody has tried it on a real cluster yet. */
export function labelOf(
  plan: VoyagePlan,
  law: Pick<Law, 'touches'>,
  confirmation?: Pick<Confirmation, 'result'>,
): Label {
  const result = confirmation?.result;
  return {
    reality:
      result === undefined ? 'not tried' : result === 'not confirmed' ? 'not reproduced' : result,
    // Shrinking tries the calm order first: another one that is left was needed, as are late events.
    isScheduleDependent: plan.seed !== 0 || plan.events.some(isOfWatches),
    approximated: law.touches ?? [],
  };
}

function isOfWatches(event: VoyagePlan['events'][number]): boolean {
  return event.kind === 'fault' && event.fault.kind === 'watch';
}

/** The label in words: `not reproduced, schedule-dependent, uses approximated parts: volumes`. */
export function labelWords({ reality, isScheduleDependent, approximated }: Label): string {
  const tried = reality === 'not tried' ? 'not tried on a real cluster' : reality;
  return [
    tried,
    ...(isScheduleDependent ? ['schedule-dependent'] : []),
    ...(approximated.length > 0 ? [`uses approximated parts: ${approximated.join(', ')}`] : []),
  ].join(', ');
}
