/** Keeps the autoscaler of a ScaledObject as it should be. @upstream kedacore/keda v2.20.2 controllers/keda/hpa.go */
import { compareText } from '../../api/go-text.js';
import {
  horizontalPodAutoscalers,
  type HorizontalPodAutoscaler,
  type MetricSpec,
} from '../../api/kinds/autoscaling.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import { keys } from './annotations.js';
import { autoscalerOf, writesNeeded } from './autoscaler.js';
import { patchStatus } from './merge-patch.js';
import type { OperatorState } from './operator-state.js';
import { hpaNameOf, usesModifiers } from './scaled-object-rules.js';
import {
  scaledObjects,
  type ScaledObject,
  type ScaledObjectStatus,
  type TargetKind,
} from './types.js';

type Step<T> = Reconciliation<T | { readonly error: string }>;

/** It holds the object as it was last written. */
export class AutoscalerKeeper {
  constructor(
    private readonly state: OperatorState,
    public object: ScaledObject,
    private readonly kind: TargetKind,
  ) {}

  /** Makes it, or changes it where that is needed. */
  *run(): Step<{ readonly isNew: boolean }> {
    const { namespace = '' } = this.object.metadata;
    const own = this.object.status?.hpaName ?? '';
    const name = own === '' ? hpaNameOf(this.object) : own;
    const found = this.state.context.view.get(horizontalPodAutoscalers, namespace, name);
    if (found === undefined) return yield* this.make();
    if (name !== hpaNameOf(this.object)) {
      const removed = yield* call(remove(horizontalPodAutoscalers, namespace, name));
      return removed.isOk ? yield* this.make() : { error: removed.message };
    }
    return yield* this.change(found);
  }

  private *make(): Step<{ readonly isNew: boolean }> {
    const wanted = yield* this.wanted();
    if ('error' in wanted) return wanted;
    const created = yield* call(create(horizontalPodAutoscalers, wanted));
    if (!created.isOk) return { error: created.message };
    const error = yield* this.patch({ hpaName: hpaNameOf(this.object) });
    return error === undefined ? { isNew: true } : { error };
  }

  private *change(found: HorizontalPodAutoscaler): Step<{ readonly isNew: boolean }> {
    const wanted = yield* this.wanted();
    if ('error' in wanted) return wanted;
    for (let left = writesNeeded(wanted, found); left > 0; left--) {
      const written = yield* call(update(horizontalPodAutoscalers, wanted));
      if (!written.isOk) return { error: written.message };
    }
    const error = yield* this.patch({ hpaName: hpaNameOf(this.object) });
    return error === undefined ? { isNew: false } : { error };
  }

  private *wanted(): Step<HorizontalPodAutoscaler> {
    const metrics = yield* this.metrics();
    return 'error' in metrics ? metrics : autoscalerOf(this.object, this.kind, metrics);
  }

  /** The metrics of its triggers, which the status tells of. */
  private *metrics(): Step<readonly MetricSpec[]> {
    if (usesModifiers(this.object)) return { error: 'scalingModifiers are not simulated' };
    const built = yield* this.state.caches.of({ kind: 'ScaledObject', object: this.object });
    if ('error' in built) return built;
    const name = this.object.metadata.name ?? '';
    const metrics = built.map(({ scaler }) => ofObject(scaler.spec, name));
    const externalMetricNames = metrics.flatMap(({ external: one }) => one?.metric.name ?? []);
    const resourceMetricNames = metrics.flatMap(({ resource: one }) => one?.name ?? []);
    const twice = externalMetricNames.find((one, at) => externalMetricNames.indexOf(one) !== at);
    if (twice !== undefined) {
      return { error: `metricName ${twice} defined multiple times in ScaledObject ${name}` };
    }
    const health = Object.fromEntries(
      Object.entries(this.object.status?.health ?? {}).filter(([metric]) =>
        externalMetricNames.includes(metric),
      ),
    );
    const error = yield* this.patch({
      ...(externalMetricNames.length > 0 && { externalMetricNames }),
      ...(resourceMetricNames.length > 0 && { resourceMetricNames }),
      ...(Object.keys(health).length > 0 && { health }),
    });
    if (error !== undefined) return { error };
    return metrics.toSorted((one, other) => compareText(one.type, other.type));
  }

  /** What it says of metrics is as wanted, and nothing that was before. */
  private *patch(changes: Partial<ScaledObjectStatus>): Reconciliation<string | undefined> {
    const before: Record<string, unknown> = { ...this.object.status };
    const isOfMetrics = !('hpaName' in changes);
    if (isOfMetrics) {
      for (const field of ['externalMetricNames', 'resourceMetricNames', 'health']) {
        delete before[field];
      }
    }
    const answer = yield* patchStatus(scaledObjects, this.object, { ...before, ...changes });
    if (!answer.isOk) return answer.message;
    this.object = answer.object;
    return undefined;
  }
}

/** By the label of its selector the metric is known to be of this object. */
function ofObject(spec: MetricSpec, name: string): MetricSpec {
  const { external } = spec;
  if (external === undefined) return spec;
  const selector = { matchLabels: { [keys.owner]: name } };
  return { ...spec, external: { ...external, metric: { ...external.metric, selector } } };
}
