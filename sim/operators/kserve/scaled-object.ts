/** The ScaledObject of a component whose autoscaler is KEDA. @upstream kserve v0.20.0 reconcilers/keda/keda_reconciler.go */
import { deepEqual } from '../../api/equality.js';
import { isDeleting } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, remove, update } from '../../client/requests.js';
import { scaledObjects, type ScaledObject, type Trigger } from '../keda/types.js';
import type { ComponentParts } from './component-parts.js';
import type { Configuration } from './configuration.js';
import { isStopped } from './keys.js';
import type { ComponentExtension, MetricTarget, ScalingMetric } from './types.js';

const defaultUtilization = 80;

/** Brings the ScaledObject to what it should be; a message when that fails. */
export function* reconcileScaledObject(parts: ComponentParts): Reconciliation<string | undefined> {
  const wanted = scaledObjectOf(parts);
  const { namespace = '', name = '' } = wanted.metadata;
  const known = yield* call(get(scaledObjects, namespace, name));
  if (!known.isOk) {
    const failed = 'failed to get existing KEDA autoscaler';
    if (known.status !== 404) return `${failed}: ${known.message}`;
    // Of an object that is not there the API server says its name, of a kind that is not it does not.
    if (!known.message.includes(`"${name}" not found`)) {
      return `${failed}: no matches for kind "ScaledObject" in version "${scaledObjects.group}/${scaledObjects.version}"`;
    }
    if (isStopped(wanted)) return undefined;
    const answer = yield* call(create(scaledObjects, wanted));
    return answer.isOk ? undefined : answer.message;
  }
  const current = known.object;
  if (isStopped(wanted)) {
    if (isDeleting(current)) return undefined;
    const answer = yield* call(remove(scaledObjects, namespace, name));
    return answer.isOk ? undefined : answer.message;
  }
  return yield* changed(wanted, current);
}

function* changed(
  wanted: ScaledObject,
  { metadata, spec }: ScaledObject,
): Reconciliation<string | undefined> {
  const { resourceVersion } = metadata;
  const versioned = {
    ...wanted,
    metadata: { ...wanted.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
  };
  // A trial update tells what the wanted one looks like with the server's defaults.
  const request = update(scaledObjects, versioned);
  const tried = yield* call<ScaledObject>({ ...request, path: `${request.path}?dryRun=All` });
  if (!tried.isOk) return tried.message;
  // Upstream only logs that an update fails: the next pass tries again.
  if (!deepEqual(tried.object.spec, spec)) yield* call(request);
  return undefined;
}

/** The ScaledObject as it should be. */
function scaledObjectOf({ metadata, extension, configuration }: ComponentParts): ScaledObject {
  const minReplicaCount = extension.minReplicas ?? 1;
  const behavior = behaviorOf(extension, configuration);
  return {
    metadata,
    spec: {
      scaleTargetRef: { name: metadata.name ?? '' },
      triggers: (extension.autoScaling?.metrics ?? []).map(metric => triggerOf(metric, metadata)),
      minReplicaCount,
      maxReplicaCount: Math.max(minReplicaCount, extension.maxReplicas ?? 0),
      ...(behavior !== undefined && {
        advanced: { horizontalPodAutoscalerConfig: { behavior } },
      }),
    },
  };
}

/** Of the behavior only the windows count; what the service does not say the ConfigMap does. */
function behaviorOf({ autoScaling }: ComponentExtension, { autoscaler }: Configuration) {
  const { scaleDown, scaleUp } = autoScaling?.behavior ?? {};
  const down =
    scaleDown?.stabilizationWindowSeconds ??
    secondsOf(autoscaler.scaleDownStabilizationWindowSeconds);
  const up =
    scaleUp?.stabilizationWindowSeconds ?? secondsOf(autoscaler.scaleUpStabilizationWindowSeconds);
  if (down === undefined && up === undefined) return undefined;
  return {
    ...(down !== undefined && { scaleDown: { stabilizationWindowSeconds: down } }),
    ...(up !== undefined && { scaleUp: { stabilizationWindowSeconds: up } }),
  };
}

function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[-+]?\d+$/.test(text) ? Number(text) : undefined;
}

function triggerOf(metric: ScalingMetric, metadata: ComponentParts['metadata']): Trigger {
  switch (metric.type) {
    case 'External':
      return externalTrigger(metric.external);
    case 'PodMetric':
      return podTrigger(metric.podmetric, metadata);
    default:
      return resourceTrigger(metric.resource);
  }
}

function resourceTrigger(resource: ScalingMetric['resource']): Trigger {
  const { name = '', target = {} } = resource ?? {};
  const metricType = target.type;
  return {
    type: name,
    ...(metricType !== undefined && { metricType }),
    metadata: { value: resourceValue(name, target) },
  };
}

function resourceValue(name: string, target: MetricTarget): string {
  const { type, averageUtilization, averageValue, value } = target;
  switch (type) {
    case 'Utilization':
      return String(averageUtilization ?? (name === 'cpu' ? defaultUtilization : 0));
    case 'AverageValue':
      return String(averageValue ?? 0);
    case 'Value':
      return String(value ?? 0);
    default:
      return '0';
  }
}

function externalTrigger(external: ScalingMetric['external']): Trigger {
  const { metric = {}, target = {}, authenticationRef: authentication } = external ?? {};
  const { backend = '', serverAddress = '', query = '', namespace = '' } = metric;
  const { authModes = '', authenticationRef } = authentication ?? {};
  const name = authenticationRef?.name ?? '';
  return {
    type: backend,
    metadata: {
      serverAddress,
      query,
      threshold: String(target.value ?? 0),
      ...(backend === 'prometheus' && namespace !== '' && { namespace }),
      ...(authModes !== '' && { authModes }),
    },
    ...(name !== '' && { authenticationRef: { name } }),
  };
}

/** A scaler of OpenTelemetry's add-on, which is asked about the component's own pods. */
function podTrigger(
  podmetric: ScalingMetric['podmetric'],
  { namespace = '', name = '' }: ComponentParts['metadata'],
): Trigger {
  const { metric = {}, target = {} } = podmetric ?? {};
  const { query = '', serverAddress, operationOverTime = '' } = metric;
  return {
    type: 'external',
    metadata: {
      metricQuery: `sum(${query}{namespace="${namespace}", deployment="${name}"})`,
      targetValue: String(target.value ?? 0),
      scalerAddress: serverAddress || defaultScaler,
      ...(operationOverTime !== '' && { operationOverTime }),
    },
  };
}

/** `metricScalerEndpoint` of the shipped ConfigMap. */
const defaultScaler = 'keda-otel-scaler.keda.svc:4318';
