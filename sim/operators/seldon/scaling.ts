/** What scales and guards the pods of a component. @upstream seldon-core v1.17.1 operator/controllers/seldondeployment_controller.go createHpa, createKeda, createPdb */
import type { HorizontalPodAutoscaler, MetricSpec } from '../../api/kinds/autoscaling.js';
import type { PodDisruptionBudget } from '../../api/kinds/policy.js';
import type { ScaledObject } from '../keda/types.js';
import type { FullDeployment } from './deployment.js';
import { labels } from './names.js';
import type { ComponentSpec, HpaSpec, OlderMetric } from './types.js';

const target = { apiVersion: 'apps/v1', kind: 'Deployment' } as const;

function metadataOf({ metadata }: FullDeployment) {
  const { name, namespace = '' } = metadata;
  const id = metadata.labels[labels.id] ?? '';
  return { name, namespace, labels: { [labels.id]: id, [labels.managedBy]: 'seldon-core' } };
}

/** The HorizontalPodAutoscaler, if the component asks for one. */
export function autoscalerOf(
  deployment: FullDeployment,
  { hpaSpec }: ComponentSpec,
): HorizontalPodAutoscaler | undefined {
  if (hpaSpec === undefined) return undefined;
  const { minReplicas, maxReplicas } = hpaSpec;
  return {
    metadata: metadataOf(deployment),
    spec: {
      scaleTargetRef: { ...target, name: deployment.metadata.name },
      ...(minReplicas !== undefined && { minReplicas }),
      maxReplicas,
      metrics: metricsOf(hpaSpec),
    },
  };
}

function metricsOf({ metrics = [], metricsv2 = [] }: HpaSpec): readonly MetricSpec[] {
  return metricsv2.length > 0 ? metricsv2 : metrics.flatMap(converted);
}

/** Those of resources; hints() tells of the others. */
function converted({ resource }: OlderMetric): readonly MetricSpec[] {
  if (resource === undefined) return [];
  const { name, targetAverageUtilization, targetAverageValue } = resource;
  const aim =
    targetAverageUtilization === undefined
      ? { type: 'AverageValue', averageValue: targetAverageValue ?? '0' }
      : { type: 'Utilization', averageUtilization: targetAverageUtilization };
  return [{ type: 'Resource', resource: { name, target: aim } }];
}

/** KEDA's ScaledObject, if the component asks for one. */
export function scaledObjectOf(
  deployment: FullDeployment,
  { kedaSpec }: ComponentSpec,
): ScaledObject | undefined {
  if (kedaSpec === undefined) return undefined;
  const scaleTargetRef = { ...target, name: deployment.metadata.name };
  return { metadata: metadataOf(deployment), spec: { scaleTargetRef, ...kedaSpec } };
}

/** The PodDisruptionBudget, if the component asks for one. */
export function budgetOf(
  deployment: FullDeployment,
  { pdbSpec }: ComponentSpec,
): PodDisruptionBudget | undefined {
  if (pdbSpec === undefined) return undefined;
  const { name } = deployment.metadata;
  return {
    metadata: metadataOf(deployment),
    spec: { selector: { matchLabels: { app: name } }, ...pdbSpec },
  };
}
