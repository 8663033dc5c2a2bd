/** Binds a pod to the node that was chosen for it. @upstream pkg/scheduler/schedule_one.go bindingCycle */
import { pods } from '../api/kinds/core.js';
import type { Answer, Reconciliation } from '../client/contract.js';
import { call, createSubresource } from '../client/requests.js';
import type { CycleState } from './cycle-state.js';
import { preBind } from './object-writes.js';
import type { PodInfo } from './pod-info.js';
import { podStatusPatch } from './pod-status.js';
import { action } from './queue/cluster-event.js';
import type { QueuedPod } from './queue/queued-pod.js';
import type { Framework } from './runtime.js';
import type { Scheduler } from './scheduler.js';

/** A pod on its way to its node. */
export interface Binding {
  readonly queued: QueuedPod;
  /** The pod with its node. */
  readonly pod: PodInfo;
  readonly node: string;
  readonly state: CycleState;
  readonly framework: Framework;
  /** `cancelled`: it is to give way to a pod of higher priority before it was bound. */
  phase: 'reserved' | 'preBinding' | 'binding' | 'cancelled';
}

/** Carries out what plug-ins want written, then writes the binding. */
export function* bind(scheduler: Scheduler, binding: Binding): Reconciliation<void> {
  const { pod, node, framework, state } = binding;
  const plans = framework
    .at('preBind')
    .map(plugin => ({ name: plugin.name, plan: plugin.preBind?.(state, pod, node) ?? [] }))
    .filter(({ plan }) => plan.length > 0);
  if (plans.length > 0) {
    const { clock } = scheduler.context;
    const nomination = podStatusPatch(pod.pod, { nomination: node }, clock.now());
    if (nomination !== undefined) yield* call(nomination);
    binding.phase = 'preBinding';
    for (const { name, plan } of plans) {
      const error = yield* preBind(scheduler, binding, plan);
      if (error === undefined) continue;
      return yield* unbound(scheduler, binding, `running PreBind plugin "${name}": ${error}`);
    }
  }
  binding.phase = 'binding';
  const { isBound, error } = yield* scheduler.extenders.bind(pod.pod, node);
  if (error !== undefined) return yield* unbound(scheduler, binding, error);
  if (!isBound) {
    const answer = yield* call(bindingRequest(binding));
    if (!answer.isOk) return yield* unbound(scheduler, binding, errorText(answer));
  }
  scheduler.context.events.record({
    regarding: pod.pod,
    component: framework.schedulerName,
    type: 'Normal',
    reason: 'Scheduled',
    action: 'Binding',
    message: `Successfully assigned ${pod.key} to ${node}`,
  });
}

function bindingRequest({ pod, node }: Binding) {
  const { namespace, name, uid } = pod;
  return createSubresource(
    pods,
    { namespace, name, subresource: 'binding' },
    {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { kind: 'Node', name: node },
    },
  );
}

function errorText(answer: Answer): string {
  return answer.isOk ? '' : `running Bind plugin "DefaultBinder": ${answer.message}`;
}

/** @upstream handleBindingCycleError */
function* unbound(scheduler: Scheduler, binding: Binding, message: string): Reconciliation<void> {
  const { pod, queued } = binding;
  scheduler.forget(binding);
  const event = { resource: 'AssignedPod', actions: action.delete } as const;
  scheduler.queue.move(event, { old: pod.pod });
  queued.reject([], []);
  yield* scheduler.fail(queued, { message, isRejected: false, nomination: '' });
}
