/**
 * KEDA's operator: the reconcilers of its kinds, the loops that look at triggers, and the metrics that
 * it serves; upstream's metrics server asks the operator, so both are one process here.
 * @upstream kedacore/keda v2.20.2 cmd/operator/main.go, controllers/keda
 */
import { deepEqual } from '../../api/equality.js';
import { deployments, replicaSets, statefulSets } from '../../api/kinds/apps.js';
import {
  horizontalPodAutoscalers,
  type HorizontalPodAutoscaler,
} from '../../api/kinds/autoscaling.js';
import { jobs } from '../../api/kinds/batch.js';
import { pods } from '../../api/kinds/core.js';
import { controllerOf } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import {
  defaultRetryPolicy,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Queue,
  type Reconciliation,
  type View,
  type Watch,
} from '../../client/contract.js';
import { splitKey, watch } from '../../client/requests.js';
import { watchedAnnotations } from './annotations.js';
import { authenticationPass } from './authentication-pass.js';
import { statusOf } from './conditions.js';
import { ExternalMetrics, externalMetricsVersion, metricWord } from './external-metrics.js';
import { JobCheck } from './job-check.js';
import { OperatorState, scalableKey } from './operator-state.js';
import { ScaleCheck } from './scale-check.js';
import { loopWord } from './scale-loops.js';
import { ScaledJobPass } from './scaled-job-pass.js';
import { ScaledObjectPass } from './scaled-object-pass.js';
import {
  clusterTriggerAuthentications,
  scaledJobs,
  scaledObjects,
  triggerAuthentications,
  type ScaledObject,
} from './types.js';

/** The loops have no bound upstream; the reconcilers have five workers each. */
const workers = 32;

/** The controller. */
export const kedaController: ControllerDefinition = {
  name: 'keda-operator',
  eventApi: 'events.k8s.io',
  create: context => new KedaOperator(context),
};

class KedaOperator implements Controller {
  readonly workers = workers;
  readonly retry = defaultRetryPolicy;
  readonly watches: readonly Watch[];
  private readonly state: OperatorState;
  private readonly metrics: ExternalMetrics;

  constructor(private readonly context: ControllerContext) {
    this.state = new OperatorState(context);
    this.metrics = new ExternalMetrics(this.state);
    this.watches = watchesOf(context);
  }

  start(): void {
    this.context.serveApi?.(externalMetricsVersion, (request, done) =>
      this.metrics.take(request, done),
    );
  }

  stop(): void {
    this.state.loops.stopAll();
    this.metrics.end();
  }

  *reconcile(key: string, view: View): Reconciliation<Outcome> {
    if (key.startsWith(metricWord)) return yield* this.metrics.answer(key.slice(metricWord.length));
    if (key.startsWith(loopWord)) return yield* this.look(key.slice(loopWord.length), view);
    const { kind, namespace, name } = parsedKey(key);
    switch (kind) {
      case 'ScaledObject': {
        const object = view.get(scaledObjects, namespace, name);
        return object === undefined
          ? undefined
          : yield* new ScaledObjectPass(this.state, object).run();
      }
      case 'ScaledJob': {
        const object = view.get(scaledJobs, namespace, name);
        return object === undefined
          ? undefined
          : yield* new ScaledJobPass(this.state, object).run();
      }
      default:
        return yield* authenticationPass(this.state, kind, { namespace, name });
    }
  }

  /** One look at the triggers of an object. */
  private *look(key: string, view: View): Reconciliation<undefined> {
    const loop = this.state.loops.begin(key);
    if (loop === undefined) return undefined;
    const { kind, namespace, name } = parsedKey(key);
    if (kind === 'ScaledJob') {
      const object = view.get(scaledJobs, namespace, name);
      if (object !== undefined) yield* new JobCheck(this.state, object).run();
    } else {
      const object = view.get(scaledObjects, namespace, name);
      if (object !== undefined) yield* new ScaleCheck(this.state, object).run();
    }
    this.state.loops.end(loop);
    return undefined;
  }
}

function parsedKey(key: string) {
  const space = key.indexOf(' ');
  return { kind: key.slice(0, space), ...splitKey(key.slice(space + 1)) };
}

function watchesOf({ queue }: ControllerContext): readonly Watch[] {
  const ofAuthentications = [triggerAuthentications, clusterTriggerAuthentications].map(kind =>
    watch(kind, { on: change => changed(queue, kind.kind, change) }),
  );
  return [
    watch(scaledObjects, {
      on: change => {
        if (isReady(change)) queue.add(scalableKey('ScaledObject', change.object));
        else changed(queue, 'ScaledObject', change);
      },
    }),
    watch(scaledJobs, { on: change => changed(queue, 'ScaledJob', change) }),
    ...ofAuthentications,
    watch(horizontalPodAutoscalers, { on: change => autoscalerChanged(queue, change) }),
    watch(deployments),
    watch(statefulSets),
    watch(replicaSets),
    watch(pods),
    watch(jobs),
  ];
}

/** Updates count when the spec changes, or an annotation that asks for something. */
function changed(
  queue: Pick<Queue, 'add'>,
  kind: string,
  { type, object, old }: Change<HasMetadata>,
): void {
  if (type === 'updated' && object.metadata.generation === old.metadata.generation) {
    const valueOf = (of: HasMetadata, key: string) => of.metadata.annotations?.[key] ?? '';
    if (watchedAnnotations.every(key => valueOf(object, key) === valueOf(old, key))) return;
  }
  queue.add(scalableKey(kind, object));
}

/** Whether it has become ready. */
function isReady({ type, object, old }: Change<ScaledObject>): boolean {
  if (type !== 'updated') return false;
  const was = statusOf(old.status?.conditions, 'Ready');
  return was !== 'True' && statusOf(object.status?.conditions, 'Ready') === 'True';
}

/** Its status is nobody's business. */
function autoscalerChanged(
  queue: Pick<Queue, 'add'>,
  { type, object, old }: Change<HorizontalPodAutoscaler>,
): void {
  const owner = controllerOf(object);
  if (owner?.kind !== 'ScaledObject') return;
  const isNews =
    type !== 'updated' ||
    !deepEqual(object.spec, old.spec) ||
    !deepEqual(object.metadata.labels, old.metadata.labels) ||
    !deepEqual(object.metadata.annotations, old.metadata.annotations);
  if (isNews) queue.add(`ScaledObject ${object.metadata.namespace ?? ''}/${owner.name}`);
}
