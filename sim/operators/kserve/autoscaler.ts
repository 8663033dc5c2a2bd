/** The HorizontalPodAutoscaler of a component. @upstream kserve v0.20.0 reconcilers/hpa/hpa_reconciler.go */
import { deepEqual } from '../../api/equality.js';
import {
  horizontalPodAutoscalers,
  type HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerSpec,
  type MetricSpec,
} from '../../api/kinds/autoscaling.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import type { ComponentParts } from './component-parts.js';
import { appLabel } from './deployment.js';
import { isStopped, keys } from './keys.js';
import { reconcileScaledObject } from './scaled-object.js';
import type { ComponentExtension, ScalingMetric } from './types.js';

const defaultUtilization = 80;

/** Brings the autoscaler to what it should be; a message when that fails. */
export function* reconcileAutoscaler(
  parts: ComponentParts,
  view: View,
): Reconciliation<string | undefined> {
  const autoscalerClass = classOf(parts.metadata);
  if (isScaledByKeda(parts.metadata)) return yield* reconcileScaledObject(parts);
  const wanted = autoscalerOf(parts);
  const { namespace = '', name = '' } = wanted.metadata;
  const current = view.get(horizontalPodAutoscalers, namespace, name);
  if (current === undefined) {
    if (isStopped(wanted) || autoscalerClass !== 'hpa') return undefined;
    const answer = yield* call(create(horizontalPodAutoscalers, wanted));
    return answer.isOk ? undefined : answer.message;
  }
  if (isOurs(current) && (isStopped(current) || isStopped(wanted) || autoscalerClass !== 'hpa')) {
    const answer = yield* call(remove(horizontalPodAutoscalers, namespace, name));
    return answer.isOk || answer.status === 404 ? undefined : answer.message;
  }
  const annotated = ({ metadata }: HorizontalPodAutoscaler) =>
    metadata.annotations?.[keys.autoscalerClass];
  const isSame =
    deepEqual(comparable(wanted.spec), comparable(current.spec)) &&
    annotated(wanted) === annotated(current);
  if (isSame) return undefined;
  const answer = yield* call(update(horizontalPodAutoscalers, wanted));
  return answer.isOk ? undefined : answer.message;
}

function classOf({ annotations }: ObjectMeta): string {
  return annotations?.[keys.autoscalerClass] ?? 'hpa';
}

/** Whether KEDA scales a component. */
export function isScaledByKeda(metadata: ObjectMeta): boolean {
  return classOf(metadata) === 'keda';
}

function isOurs({ metadata }: HorizontalPodAutoscaler): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ apiVersion, kind }) =>
      apiVersion.startsWith('serving.kserve.io') && kind === 'InferenceService',
  );
}

/**
 * Upstream compares with an empty behavior, which never equals the stored one, and so updates at
 * each pass to no effect. We leave the behavior, which has the API's defaults, out.
 */
function comparable(spec: HorizontalPodAutoscalerSpec | undefined) {
  const { behavior: _, ...rest } = spec ?? {
    maxReplicas: 0,
    scaleTargetRef: { kind: '', name: '' },
  };
  return rest;
}

function autoscalerOf({ metadata, extension }: ComponentParts): HorizontalPodAutoscaler {
  const { name = '' } = metadata;
  const minReplicas = Math.max(1, extension.minReplicas ?? 1);
  return {
    metadata: { ...metadata, labels: { ...metadata.labels, app: appLabel(name) } },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas,
      maxReplicas: Math.max(minReplicas, extension.maxReplicas ?? 0),
      metrics: metricsOf(extension),
      behavior: {},
    },
  };
}

function metricsOf({ autoScaling, scaleMetric, scaleTarget }: ComponentExtension): MetricSpec[] {
  if (autoScaling !== undefined) return (autoScaling.metrics ?? []).flatMap(fromMetric);
  const name = scaleMetric ?? 'cpu';
  if (name === 'cpu') return [utilization(name, scaleTarget ?? defaultUtilization)];
  return name === 'memory' && scaleTarget !== undefined ? [utilization(name, scaleTarget)] : [];
}

function utilization(name: string, averageUtilization: number): MetricSpec {
  return {
    type: 'Resource',
    resource: { name, target: { type: 'Utilization', averageUtilization } },
  };
}

function fromMetric({ resource }: ScalingMetric): MetricSpec[] {
  if (resource === undefined) return [];
  const { name, target } = resource;
  if (name === 'cpu') {
    return [utilization(name, target.averageUtilization ?? defaultUtilization)];
  }
  if (name !== 'memory') return [];
  const { type = '', averageUtilization, averageValue } = target;
  if (type === 'Utilization' && averageUtilization !== undefined) {
    return [utilization(name, averageUtilization)];
  }
  const value = averageValue === undefined ? {} : { averageValue: String(averageValue) };
  return [{ type: 'Resource', resource: { name, target: { type, ...value } } }];
}
