/** Carries out what plug-ins want written, and waits where it must have taken effect. */
import type { KubeObject } from '../api/object.js';
import type { Answer, Reconciliation } from '../client/contract.js';
import { call, create, get, patch, pause, remove, update } from '../client/requests.js';
import type { Clock } from '../engine/clock.js';
import type { Binding } from './binding.js';
import type { ObjectWrite, WritePlan, WriteWait } from './framework.js';
import type { Scheduler } from './scheduler.js';

/** How often a write is tried that others get ahead of. @upstream retry.DefaultRetry */
const triesMax = 5;

/** Writes what a plug-in wants before the pod is bound; the text of the error when it fails. */
export function* preBind(
  scheduler: { readonly context: Pick<Scheduler['context'], 'clock'> },
  binding: Pick<Binding, 'phase'>,
  plan: WritePlan,
  tell?: (event: NonNullable<WriteWait['event']>) => void,
): Reconciliation<string | undefined> {
  const { clock } = scheduler.context;
  for (const each of plan) {
    const error = yield* write(each);
    if (error !== undefined) return error;
    const { wait } = each;
    if (wait === undefined) continue;
    if (wait.event !== undefined) tell?.(wait.event);
    const why = yield* waited(wait, clock, binding);
    if (why !== undefined) return why;
  }
  return isCancelled(binding) ? 'preempted by DefaultPreemption' : undefined;
}

/** @upstream wait.PollUntilContextTimeout */
function* waited(
  wait: WriteWait,
  clock: Pick<Clock, 'now'>,
  binding: Pick<Binding, 'phase'>,
): Reconciliation<string | undefined> {
  const deadlineMs = clock.now() + wait.timeoutMs;
  if (!wait.isImmediate) yield* pause(wait.periodMs);
  for (;;) {
    const outcome = wait.isDone();
    if (outcome === true) return undefined;
    if (typeof outcome === 'string') return outcome;
    if (isCancelled(binding)) return 'preempted by DefaultPreemption';
    if (clock.now() >= deadlineMs) return wait.timeout;
    yield* pause(wait.periodMs);
  }
}

/** Writes all of the plan, waiting for nothing; what fails is left. */
export function* writeAll(plan: WritePlan): Reconciliation<void> {
  for (const each of plan) yield* write(each);
}

function* write(each: ObjectWrite): Reconciliation<string | undefined> {
  const { object, onDone } = each;
  let fresh: KubeObject | undefined;
  for (let tries = 1; ; tries++) {
    const wanted = typeof object === 'function' ? object(fresh) : object;
    if (wanted === undefined || typeof wanted === 'string') return wanted;
    const answer = yield* send(each, wanted);
    if (answer.isOk) {
      onDone?.(answer.object);
      return undefined;
    }
    const mayRetry = answer.reason === 'Conflict' && typeof object === 'function';
    if (!mayRetry || tries === triesMax) return answer.message;
    const { namespace = '', name = '' } = wanted.metadata;
    const current = yield* call(get(each.kind, namespace, name));
    if (!current.isOk) return current.message;
    fresh = current.object;
  }
}

function* send(
  { verb, kind, subresource }: ObjectWrite,
  object: KubeObject,
): Reconciliation<Answer<KubeObject>> {
  const { namespace = '', name = '' } = object.metadata;
  switch (verb) {
    case 'create':
      return yield* call(create(kind, object));
    case 'update':
      return yield* call(update(kind, object, subresource));
    case 'patch': {
      const of = { namespace, name, ...(subresource !== undefined && { subresource }) };
      return yield* call(patch(kind, of, { type: 'strategic' }, object));
    }
    case 'delete':
      return yield* call(remove(kind, namespace, name));
  }
}

function isCancelled(binding: Pick<Binding, 'phase'>): boolean {
  return binding.phase === 'cancelled';
}
