/**
 * One pass over an object of Knative: its conditions are made ready, a body sets them, the status is written.
 * @upstream knative.dev/pkg reconciler/reconcile_common.go, and the reconcilers that are generated
 */
import { deepEqual } from '../../api/equality.js';
import type { Kind } from '../../api/object.js';
import type {
  Answer,
  ControllerContext,
  Outcome,
  Reconciliation,
  Request,
  View,
} from '../../client/contract.js';
import { call, get, update } from '../../client/requests.js';
import { ConditionSet } from './condition-set.js';
import type { KnativeObject, KnativeStatus } from './types.js';

/** Writes of a status that met another one are repeated so often. */
const writesMax = 5;

/** The status of an object while it is worked out, and what else a pass needs. */
export class Draft<S extends KnativeStatus, T extends KnativeObject<S>> {
  readonly conditions: ConditionSet;
  /** Look again after so many ms. */
  requeueAfterMs: number | undefined;
  private fields: Partial<S>;

  constructor(
    readonly object: T,
    readonly view: View,
    readonly context: ControllerContext,
    dependents: readonly string[],
  ) {
    const { conditions = [], ...fields } = object.status ?? {};
    this.fields = fields as Partial<S>;
    this.conditions = new ConditionSet(conditions, dependents, this.nowMs);
  }

  get nowMs(): number {
    return this.context.clock.now();
  }

  get namespace(): string {
    return this.object.metadata.namespace ?? '';
  }

  get name(): string {
    return this.object.metadata.name ?? '';
  }

  /** What it says so far, besides conditions. */
  get status(): Partial<S> {
    return this.fields;
  }

  /** Sets fields; undefined takes one away. */
  put(fields: { readonly [F in keyof S]?: S[F] | undefined }): void {
    const next = { ...this.fields, ...fields };
    this.fields = Object.fromEntries(
      Object.entries(next).filter(([, value]) => value !== undefined),
    ) as Partial<S>;
  }

  /** Tells an event about the object. */
  tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.events.record({ regarding: this.object, type, reason, message });
  }

  /** Looks again at the latest after so long. */
  lookAgain(afterMs: number): void {
    this.requeueAfterMs = Math.min(this.requeueAfterMs ?? Infinity, Math.max(0, afterMs));
  }

  /** As it is written. */
  finished(): S {
    const { generation = 0 } = this.object.metadata;
    const status = {
      ...this.fields,
      conditions: this.conditions.groomed(),
      observedGeneration: generation,
    };
    return status as unknown as S;
  }
}

/** What a pass does: it returns why it failed, if it did. */
export type Body<S extends KnativeStatus, T extends KnativeObject<S>> = (
  draft: Draft<S, T>,
) => Reconciliation<string | undefined>;

/** What objects of a kind are reconciled by. */
export interface Reconciler<S extends KnativeStatus, T extends KnativeObject<S>> {
  readonly kind: Kind<T>;
  readonly dependents: readonly string[];
  readonly body: Body<S, T>;
}

/** Runs a pass over one object. */
export function* reconciled<S extends KnativeStatus, T extends KnativeObject<S>>(
  reconciler: Reconciler<S, T>,
  object: T,
  view: View,
  context: ControllerContext,
): Reconciliation {
  const draft = new Draft<S, T>(object, view, context, reconciler.dependents);
  draft.conditions.initialize();
  if (object.status?.observedGeneration !== object.metadata.generation) {
    const message = 'unsuccessfully observed a new generation';
    draft.conditions.setUnknown('Ready', 'NewObservedGenFailure', message);
  }
  const failure = yield* reconciler.body(draft);
  const status = draft.finished();
  if (!deepEqual(status, object.status)) {
    const refusal = yield* writeStatus(reconciler.kind, object, status);
    if (refusal !== undefined) {
      draft.tell(
        'Warning',
        'UpdateFailed',
        `Failed to update status for "${draft.name}": ${refusal}`,
      );
      return { retry: refusal };
    }
  }
  if (failure !== undefined) {
    draft.tell('Warning', 'InternalError', failure);
    return { retry: failure };
  }
  return outcomeOf(draft.requeueAfterMs);
}

function outcomeOf(requeueAfterMs: number | undefined): Outcome {
  return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
}

/** Writes to the object as the cache has it, and after a conflict to the one that the server has. */
function* writeStatus<S extends KnativeStatus, T extends KnativeObject<S>>(
  kind: Kind<T>,
  object: T,
  status: S,
): Reconciliation<string | undefined> {
  let current = object;
  for (let tries = 1; ; tries++) {
    const answer = yield* call(update(kind, { ...current, status }, 'status'));
    if (answer.isOk || answer.status === 404) return undefined;
    if (answer.reason !== 'Conflict' || tries === writesMax) return answer.message;
    const { namespace = '', name = '' } = object.metadata;
    const fresh = yield* call(get(kind, namespace, name));
    if (!fresh.isOk) return fresh.status === 404 ? undefined : fresh.message;
    current = fresh.object;
  }
}

/** Sends a request; gives the answer, or what to say of its refusal. */
export function* done<T>(request: Request<T>, otherwise: string): Reconciliation<T | string> {
  const answer: Answer<T> = yield* call(request);
  return answer.isOk ? answer.object : `${otherwise}: ${answer.message}`;
}
