/** Writes what plug-ins want written before a pod is bound, and waits until it has taken effect. */
import type { Reconciliation } from '../client/contract.js';
import { call, create, pause, update } from '../client/requests.js';
import type { Binding } from './binding.js';
import type { PreBindPlan } from './framework.js';
import type { Scheduler } from './scheduler.js';

/** How often it is looked whether a write has taken effect. @upstream volumebinding BindPodVolumes */
const pollMs = 1000;

/** Carries out one plug-in's plan; the text of the error when it fails. */
export function* preBind(
  scheduler: Scheduler,
  binding: Binding,
  plan: PreBindPlan,
): Reconciliation<string | undefined> {
  const { clock } = scheduler.context;
  for (const { kind, object, subresource, isNew, isDone, timeoutMs = 0 } of plan) {
    const request = isNew === true ? create(kind, object) : update(kind, object, subresource);
    const answer = yield* call(request);
    if (!answer.isOk) return answer.message;
    if (isDone === undefined) continue;
    const deadlineMs = clock.now() + timeoutMs;
    for (;;) {
      const outcome = isDone();
      if (outcome === true) break;
      if (typeof outcome === 'string') return outcome;
      if (isCancelled(binding)) return 'preempted by DefaultPreemption';
      if (clock.now() >= deadlineMs) return 'timed out waiting for the condition';
      yield* pause(pollMs);
    }
  }
  return isCancelled(binding) ? 'preempted by DefaultPreemption' : undefined;
}

function isCancelled(binding: Binding): boolean {
  return binding.phase === 'cancelled';
}
