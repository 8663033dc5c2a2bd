/** The scalers of each object, made anew when it changes or one of them has failed. @upstream pkg/scaling/{scale_handler,scalers_builder}.go */
import type { HasMetadata } from '../../api/object.js';
import type { ControllerContext, Reconciliation } from '../../client/contract.js';
import { authParamsOf } from './auth-params.js';
import { scalableKey, type Told } from './operator-state.js';
import { targetProblem } from './scale-targets.js';
import { makeScaler } from './scalers/index.js';
import type { Reading, Scaler } from './scalers/scaler.js';
import type { ScaledJob, ScaledObject, Trigger } from './types.js';

/** A scaler and its trigger. */
export interface BuiltScaler {
  readonly trigger: Trigger;
  readonly scaler: Scaler;
}

/** An object with triggers. */
export type Scalable =
  | { readonly kind: 'ScaledObject'; readonly object: ScaledObject }
  | { readonly kind: 'ScaledJob'; readonly object: ScaledJob };

interface Entry {
  readonly generation: number;
  readonly scalers: readonly BuiltScaler[];
}

/** The scalers of all objects. */
export class ScalerCaches {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly context: ControllerContext,
    private readonly record: (object: HasMetadata, told: Told) => void,
  ) {}

  /** Those of an object; or why they cannot be made. */
  *of(of: Scalable): Reconciliation<readonly BuiltScaler[] | { readonly error: string }> {
    const key = scalableKey(of.kind, of.object);
    const generation = of.object.metadata.generation ?? 0;
    const known = this.entries.get(key);
    if (known?.generation === generation) return known.scalers;
    if (of.kind === 'ScaledObject') {
      const error = yield* targetProblem(of.object, this.context.view);
      if (error !== undefined) return { error };
    }
    const scalers = yield* this.build(of);
    if (!('error' in scalers)) this.entries.set(key, { generation, scalers });
    return scalers;
  }

  /** Forgets those of an object. */
  clear(key: string): void {
    this.entries.delete(key);
  }

  /** Measures; once more when that fails. @upstream pkg/scaling/cache/scalers_cache.go */
  *read({ scaler }: BuiltScaler): Reconciliation<Reading> {
    const { context } = this;
    if (scaler.read === undefined) return { value: 0, isActive: true };
    const first = yield* scaler.read(context);
    return 'error' in first ? yield* scaler.read(context) : first;
  }

  private *build({
    object,
  }: Scalable): Reconciliation<readonly BuiltScaler[] | { readonly error: string }> {
    const { metadata, spec } = object;
    const { namespace = '' } = metadata;
    const built: BuiltScaler[] = [];
    for (const [index, trigger] of spec.triggers.entries()) {
      const authParams = yield* authParamsOf(trigger, namespace, this.context.view);
      const scaler = makeScaler({ trigger, index, namespace, authParams });
      if ('error' in scaler) {
        const { error } = scaler;
        this.record(object, { type: 'Warning', reason: 'KEDAScalerFailed', message: error });
        return { error };
      }
      const message = `Scaler ${trigger.type} is built`;
      this.record(object, { type: 'Normal', reason: 'KEDAScalersStarted', message });
      built.push({ trigger, scaler });
    }
    return built;
  }
}
