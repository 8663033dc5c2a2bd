/** Reconciles autoscalers of the class `hpa`: a HorizontalPodAutoscaler scales the pods. @upstream knative/serving v1.22.1 pkg/reconciler/autoscaling/hpa */
import { deepEqual } from '../../api/equality.js';
import {
  horizontalPodAutoscalers,
  type HorizontalPodAutoscaler,
  type MetricSpec,
} from '../../api/kinds/autoscaling.js';
import { isControlledBy, ownerReference } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { create, update } from '../../client/requests.js';
import { reconcileServerlessService, type AutoscalerPass } from './autoscaler-parts.js';
import { done } from './draft.js';
import { activeThreshold, boundsOf, durationIn, metricOf, numberIn } from './scale-spec.js';
import { settingsOf, type AutoscalerSettings } from './settings.js';
import { podAutoscalers, type PodAutoscalerObject } from './types.js';

const unlimited = 2_147_483_647;

/** One pass over an autoscaler. */
export function* reconcileHpa(draft: AutoscalerPass): Reconciliation<string | undefined> {
  const settings = settingsOf(draft.view).autoscaler;
  draft.put({
    serviceName: draft.status.serviceName ?? '',
    metricsServiceName: draft.status.metricsServiceName ?? '',
  });
  const hpa = yield* ownHpa(draft, settings);
  if (typeof hpa === 'string') return hpa;
  const sks = yield* reconcileServerlessService(draft, { mode: 'Serve', activators: 0 });
  if (typeof sks === 'string') return `error reconciling SKS: ${sks}`;
  const {
    serviceName = '',
    privateServiceName = '',
    conditions,
    observedGeneration,
  } = sks.status ?? {};
  draft.put({ serviceName, metricsServiceName: privateServiceName });
  const { currentReplicas = 0, desiredReplicas = 0 } = hpa.status ?? {};
  const isReady = conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  if (isReady === true && observedGeneration === sks.metadata.generation) {
    draft.conditions.setTrue('SKSReady');
    const isInitialized = draft.conditions.is('ScaleTargetInitialized', 'True');
    if (!isInitialized && currentReplicas >= activeThreshold(draft.object, settings, false)) {
      draft.conditions.setTrue('ScaleTargetInitialized');
    }
  } else draft.conditions.setUnknown('SKSReady', 'NotReady', 'SKS Services are not ready yet');
  draft.conditions.setTrue('Active');
  draft.put({ desiredScale: desiredReplicas, actualScale: currentReplicas });
  return undefined;
}

function* ownHpa(
  draft: AutoscalerPass,
  settings: AutoscalerSettings,
): Reconciliation<HorizontalPodAutoscaler | string> {
  const { name, namespace, object, view, conditions } = draft;
  const wanted = makeHpa(object, settings);
  const existing = view.get(horizontalPodAutoscalers, namespace, name);
  if (existing === undefined) {
    const made = yield* done(create(horizontalPodAutoscalers, wanted), 'failed to create HPA');
    if (typeof made === 'string') {
      const message = `Failed to create HorizontalPodAutoscaler "${name}".`;
      conditions.setFalse('Active', 'FailedCreate', message);
    }
    return made;
  }
  if (!isControlledBy(existing, object)) {
    const message = `There is an existing HorizontalPodAutoscaler "${name}" that we do not own.`;
    conditions.setFalse('Active', 'NotOwned', message);
    return `PodAutoscaler: "${name}" does not own HPA: "${name}"`;
  }
  // Upstream compares with what the server has filled in, and so updates at each pass to no effect.
  if (deepEqual(comparable(existing), comparable(wanted))) return existing;
  const updated = yield* done(update(horizontalPodAutoscalers, wanted), 'failed to update HPA');
  return typeof updated === 'string' ? updated : existing;
}

function comparable({ spec }: HorizontalPodAutoscaler) {
  const { scaleTargetRef, minReplicas = 1, maxReplicas } = spec ?? {};
  const windows = [spec?.behavior?.scaleUp, spec?.behavior?.scaleDown];
  const metrics = spec?.metrics ?? usualMetrics;
  return [
    scaleTargetRef,
    minReplicas,
    maxReplicas,
    metrics,
    windows.map(rules => rules?.stabilizationWindowSeconds ?? 0),
  ];
}

/** What the server fills in. */
const usualMetrics: readonly MetricSpec[] = [
  {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  },
];

/** The HorizontalPodAutoscaler as it is made. */
export function makeHpa(
  autoscaler: PodAutoscalerObject,
  settings: AutoscalerSettings,
): HorizontalPodAutoscaler {
  const { name = '', namespace = '', labels = {}, annotations = {} } = autoscaler.metadata;
  const { scaleTargetRef } = autoscaler.spec;
  const { least, most } = boundsOf(autoscaler, settings);
  const target = numberIn(autoscaler, 'target');
  const windowMs = durationIn(autoscaler, 'window');
  const rules = { stabilizationWindowSeconds: Math.trunc((windowMs ?? 0) / 1000) };
  return {
    metadata: {
      name,
      namespace,
      labels,
      annotations,
      ownerReferences: [ownerReference(autoscaler, podAutoscalers)],
    },
    spec: {
      scaleTargetRef: {
        apiVersion: scaleTargetRef.apiVersion ?? '',
        kind: scaleTargetRef.kind ?? '',
        name: scaleTargetRef.name ?? '',
      },
      maxReplicas: most === 0 ? unlimited : most,
      ...(least > 0 && { minReplicas: least }),
      ...(target !== undefined && { metrics: [metricFor(metricOf(autoscaler), target)] }),
      ...(windowMs !== undefined && { behavior: { scaleDown: rules, scaleUp: rules } }),
    },
  };
}

function metricFor(metric: string, target: number): MetricSpec {
  switch (metric) {
    case 'cpu': {
      const averageUtilization = Math.ceil(target);
      const wanted = { type: 'Utilization', averageUtilization };
      return { type: 'Resource', resource: { name: 'cpu', target: wanted } };
    }
    case 'memory': {
      const wanted = { type: 'AverageValue', averageValue: `${Math.trunc(target)}Mi` };
      return { type: 'Resource', resource: { name: 'memory', target: wanted } };
    }
    default: {
      const wanted = { type: 'AverageValue', averageValue: String(Math.trunc(target)) };
      return { type: 'Pods', pods: { metric: { name: metric }, target: wanted } };
    }
  }
}
