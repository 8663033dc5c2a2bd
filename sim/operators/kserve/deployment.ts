/** The Deployment of a component. @upstream kserve v0.20.0 reconcilers/deployment/deployment_reconciler.go */
import { deepEqual, isRecord } from '../../api/equality.js';
import { deployments, type Deployment, type DeploymentSpec } from '../../api/kinds/apps.js';
import { isControlledBy, isDeleting } from '../../api/meta.js';
import type { Answer, Reconciliation, View } from '../../client/contract.js';
import { call, create, patch, remove, update } from '../../client/requests.js';
import type { Configuration } from './configuration.js';
import { isStopped, keys } from './keys.js';
import type { ComponentParts } from './component-parts.js';
import { defaultedPod } from './pod-spec.js';

/** Brings the Deployment to what it should be; gives it as it is known, or why it could not. */
export function* reconcileDeployment(
  parts: ComponentParts,
  view: View,
): Reconciliation<Deployment | string> {
  const wanted = deploymentOf(parts);
  const { namespace = '', name = '' } = wanted.metadata;
  const current = view.get(deployments, namespace, name);
  if (current === undefined) {
    if (isStopped(wanted)) return wanted;
    return failureOf(yield* call(create(deployments, wanted))) ?? wanted;
  }
  if (isStopped(wanted) && isControlledBy(current, parts.owner)) {
    if (isDeleting(current)) return current;
    return failureOf(yield* call(remove(deployments, namespace, name))) ?? current;
  }
  // A trial update tells what the wanted one looks like with the server's defaults.
  const trial = update(deployments, wanted);
  const tried = yield* call<Deployment>({ ...trial, path: `${trial.path}?dryRun=All` });
  if (!tried.isOk) return tried.message;
  const isScaledHere = current.metadata.annotations?.[keys.autoscalerClass] === 'none';
  const spec = (one: Deployment) => (isScaledHere ? one.spec : withoutReplicas(one.spec));
  if (deepEqual(spec(tried.object), spec(current))) return current;
  const how = { type: 'merge' } as const;
  const change = { metadata: { annotations: wanted.metadata.annotations } };
  const body = { ...change, spec: replacement(current, spec(tried.object)) };
  return failureOf(yield* call(patch(deployments, { namespace, name }, how, body))) ?? current;
}

function failureOf(answer: Answer<unknown>): string | undefined {
  return answer.isOk ? undefined : answer.message;
}

function withoutReplicas(spec: DeploymentSpec | undefined) {
  const { replicas: _, ...rest } = spec ?? { selector: {}, template: {} };
  return rest;
}

/** As a merge patch that leaves nothing of what was: fields that are gone are set to null. */
function replacement(current: Deployment, wanted: object | undefined): unknown {
  const nulled = (now: unknown, then: unknown): unknown => {
    if (!isRecord(now) || !isRecord(then)) return then;
    const gone = Object.keys(now).filter(key => !(key in then));
    return {
      ...Object.fromEntries(gone.map(key => [key, null])),
      ...Object.fromEntries(Object.entries(then).map(([key, to]) => [key, nulled(now[key], to)])),
    };
  };
  const { replicas, ...spec } = current.spec ?? { selector: {}, template: {} };
  return nulled('replicas' in (wanted ?? {}) ? { ...spec, replicas } : spec, wanted);
}

/** The Deployment as it should be. */
function deploymentOf({ metadata, pod, extension, configuration }: ComponentParts): Deployment {
  const labels = { ...metadata.labels, app: appLabel(metadata.name ?? '') };
  const own = { ...metadata, labels };
  const { ownerReferences: _, ...template } = own;
  const isScaledHere = metadata.annotations?.[keys.autoscalerClass] === 'none';
  const { minReplicas, deploymentStrategy } = extension;
  return {
    metadata: own,
    spec: {
      ...(isScaledHere && minReplicas !== undefined && { replicas: minReplicas }),
      selector: { matchLabels: { app: labels.app } },
      template: { metadata: template, spec: defaultedPod(pod) },
      ...(deploymentStrategy === undefined
        ? strategyFrom(configuration)
        : { strategy: deploymentStrategy }),
    },
  };
}

function strategyFrom({ deploy }: Configuration): Partial<DeploymentSpec> {
  const rollout =
    deploy.defaultDeploymentMode === 'Standard'
      ? deploy.deploymentRolloutStrategy?.defaultRollout
      : undefined;
  const share = (text: string | undefined): string => (text ? text : '25%');
  return {
    strategy: {
      type: 'RollingUpdate',
      rollingUpdate: {
        maxUnavailable: share(rollout?.maxUnavailable),
        maxSurge: share(rollout?.maxSurge),
      },
    },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  };
}

/** The label by which the pods of a component are found. */
export function appLabel(component: string): string {
  return `isvc.${component}`;
}
