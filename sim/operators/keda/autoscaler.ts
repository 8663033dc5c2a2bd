/** The HorizontalPodAutoscaler of a ScaledObject. @upstream kedacore/keda v2.20.2 controllers/keda/hpa.go */
import { deepEqual, isRecord } from '../../api/equality.js';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  MetricSpec,
} from '../../api/kinds/autoscaling.js';
import { ownerReference } from '../../api/meta.js';
import { isScaleInPaused, isScaleOutPaused, keys } from './annotations.js';
import { hpaMaxReplicas, hpaMinReplicas, hpaNameOf } from './scaled-object-rules.js';
import { scaledObjects, type ScaledObject, type TargetKind } from './types.js';

/** The version that stands on all that KEDA makes. */
export const kedaVersion = '2.20.2';

const labelMax = 63;

/** What it should be. */
export function autoscalerOf(
  object: ScaledObject,
  kind: TargetKind,
  metrics: readonly MetricSpec[],
): HorizontalPodAutoscaler {
  const { metadata, spec } = object;
  const name = hpaNameOf(object);
  const behavior = behaviorOf(object);
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  return {
    metadata: {
      name,
      namespace: metadata.namespace ?? '',
      labels: labelsOf(object, name, keys.excludedLabels),
      ...(metadata.annotations !== undefined && { annotations: metadata.annotations }),
      ownerReferences: [ownerReference(object, scaledObjects)],
    },
    spec: {
      scaleTargetRef: { apiVersion, kind: kind.kind, name: spec.scaleTargetRef.name },
      minReplicas: hpaMinReplicas(object),
      maxReplicas: hpaMaxReplicas(object),
      metrics,
      ...(behavior !== undefined && { behavior }),
    },
  };
}

/** The labels of what KEDA makes: its own, and those of the object but for some. */
export function labelsOf(
  { metadata }: Pick<ScaledObject, 'metadata'>,
  name: string,
  excludedKey: string,
): Record<string, string> {
  const excluded = (metadata.annotations?.[excludedKey] ?? '').split(',');
  const own = Object.entries(metadata.labels ?? {}).filter(([key]) => !excluded.includes(key));
  const short = name.slice(0, labelMax);
  return {
    'app.kubernetes.io/name': name.length > labelMax ? short.replace(/[^\p{L}\p{N}]+$/u, '') : name,
    'app.kubernetes.io/version': kedaVersion,
    'app.kubernetes.io/part-of': metadata.name ?? '',
    'app.kubernetes.io/managed-by': 'keda-operator',
    ...Object.fromEntries(own),
  };
}

function behaviorOf(object: ScaledObject): HorizontalPodAutoscalerBehavior | undefined {
  let behavior = object.spec.advanced?.horizontalPodAutoscalerConfig?.behavior;
  const selectPolicy = 'Disabled';
  if (isScaleInPaused(object)) {
    behavior = { ...behavior, scaleDown: { ...behavior?.scaleDown, selectPolicy } };
  }
  if (isScaleOutPaused(object)) {
    behavior = { ...behavior, scaleUp: { ...behavior?.scaleUp, selectPolicy } };
  }
  return behavior;
}

/** How often it must be written: for its spec, its labels and its annotations. */
export function writesNeeded(
  wanted: HorizontalPodAutoscaler,
  found: HorizontalPodAutoscaler,
): number {
  const isOtherSpec =
    wanted.spec.metrics?.length !== found.spec.metrics?.length ||
    !deepEqual(wanted.spec.behavior, found.spec.behavior) ||
    !isDerivative(wanted.spec, found.spec);
  const isOtherLabels = !isDerivative(wanted.metadata.labels, found.metadata.labels);
  const { annotations } = wanted.metadata;
  const isOtherAnnotations =
    (annotations === undefined && found.metadata.annotations !== undefined) ||
    !isDerivative(annotations, found.metadata.annotations);
  return [isOtherSpec, isOtherLabels, isOtherAnnotations].filter(Boolean).length;
}

/** Whether all that is set in one is so in the other. @upstream apimachinery equality.Semantic.DeepDerivative */
function isDerivative(one: unknown, other: unknown): boolean {
  if (one === undefined || one === null) return true;
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length > other.length) return one.length === 0;
    return one.every((item, index) => isDerivative(item, other[index]));
  }
  if (isRecord(one)) {
    const entries = Object.entries(one);
    if (entries.length === 0) return true;
    return isRecord(other) && entries.every(([key, value]) => isDerivative(value, other[key]));
  }
  return one === 0 || one === '' || one === false || one === other;
}
