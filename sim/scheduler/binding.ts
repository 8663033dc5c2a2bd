/** Binds a pod to the node that was chosen for it. @upstream pkg/scheduler/schedule_one.go bindingCycle */
import { pods } from '../api/kinds/core.js';
import type { Answer, Reconciliation } from '../client/contract.js';
import { call, createSubresource } from '../client/requests.js';
import type { CycleState } from './cycle-state.js';
import { refusalMessage } from './fit-error.js';
import { isRejection, messageOf, type WritePlan } from './framework.js';
import type { WaitingPod } from './groups/waiting-pods.js';
import { preBind } from './object-writes.js';
import type { PodInfo } from './pod-info.js';
import { podStatusPatch } from './pod-status.js';
import { action } from './queue/cluster-event.js';
import type { QueuedPod } from './queue/queued-pod.js';
import type { Framework } from './runtime.js';
import type { Failure, Scheduler } from './scheduler.js';

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
  /** Set while a plug-in lets it wait before it may be bound. */
  waiting?: WaitingPod;
}

/** Carries out what plug-ins want written, then writes the binding. */
export function* bind(scheduler: Scheduler, binding: Binding): Reconciliation<void> {
  const { pod, node } = binding;
  const plans = plansOf(binding);
  const { waiting } = binding;
  if (plans.length > 0 || waiting !== undefined) {
    const { clock } = scheduler.context;
    const nomination = podStatusPatch(pod.pod, { nomination: node }, clock.now());
    if (nomination !== undefined) yield* call(nomination);
  }
  if (waiting === undefined) return yield* bindNow(scheduler, binding, plans);
  const go = () =>
    scheduler.run(`bind ${pod.key} after its wait`, () => released(scheduler, binding));
  if (waiting.verdict === undefined) waiting.onVerdict = go;
  else yield* released(scheduler, binding);
}

/** The wait for Permit is over. @upstream WaitOnPermit */
function* released(scheduler: Scheduler, binding: Binding): Reconciliation<void> {
  const { waiting, queued, node } = binding;
  delete binding.waiting;
  const refusal = waiting?.verdict?.status;
  if (waiting !== undefined) scheduler.metrics.waited(refusal?.code ?? 'Success', waiting.sinceMs);
  if (refusal === undefined) {
    scheduler.queue.done(queued.info.uid);
    return yield* bindNow(scheduler, binding, plansOf(binding));
  }
  const isRejected = isRejection(refusal);
  const message = isRejected
    ? refusalMessage(node, refusal)
    : `waiting on permit for pod: ${messageOf(refusal)}`;
  const unschedulable = isRejected ? [refusal.plugin] : [];
  yield* unbound(scheduler, binding, { message, isRejected, unschedulable });
}

type Plans = readonly { readonly name: string; readonly plan: WritePlan }[];

/** What plug-ins want written first. */
function plansOf({ framework, state, pod, node }: Binding): Plans {
  return framework
    .at('preBind')
    .map(plugin => ({ name: plugin.name, plan: plugin.preBind?.(state, pod, node) ?? [] }))
    .filter(({ plan }) => plan.length > 0);
}

function* bindNow(scheduler: Scheduler, binding: Binding, plans: Plans): Reconciliation<void> {
  const { pod, node, framework } = binding;
  if (plans.length > 0) {
    binding.phase = 'preBinding';
    for (const { name, plan } of plans) {
      const error = yield* preBind(scheduler, binding, plan, event =>
        scheduler.context.events.record({
          regarding: pod.pod,
          component: framework.schedulerName,
          type: 'Normal',
          action: 'Scheduling',
          ...event,
        }),
      );
      if (error === undefined) continue;
      return yield* unbound(
        scheduler,
        binding,
        failed(`running PreBind plugin "${name}": ${error}`),
      );
    }
  }
  binding.phase = 'binding';
  const { isBound, error } = yield* scheduler.extenders.bind(pod.pod, node);
  if (error !== undefined) return yield* unbound(scheduler, binding, failed(error));
  if (!isBound) {
    const answer = yield* call(bindingRequest(binding));
    if (!answer.isOk) return yield* unbound(scheduler, binding, failed(errorText(answer)));
  }
  scheduler.metrics.scheduled(binding.queued);
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
function* unbound(
  scheduler: Scheduler,
  binding: Binding,
  failure: Omit<Failure, 'nomination'>,
): Reconciliation<void> {
  const { pod, queued } = binding;
  scheduler.forget(binding);
  const event = { resource: 'AssignedPod', actions: action.delete } as const;
  const move = () => scheduler.queue.move(event, { old: pod.pod }, other => other.uid !== pod.uid);
  // A pod that was rejected does not wake itself by the place that it gives up.
  if (failure.isRejected) {
    yield* scheduler.failAs(queued, { ...failure, nomination: '' });
    return move();
  }
  scheduler.queue.move(event, { old: pod.pod });
  yield* scheduler.failAs(queued, { ...failure, nomination: '' });
}

function failed(message: string): Omit<Failure, 'nomination'> {
  return { message, isRejected: false };
}
