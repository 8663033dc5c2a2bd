/** Reconciles Revisions: a Deployment, cached images and a PodAutoscaler. @upstream knative/serving v1.22.1 pkg/reconciler/revision */
import { deepEqual } from '../../api/equality.js';
import { deployments, type Deployment } from '../../api/kinds/apps.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import { findCondition, isControlledBy, ownerReference } from '../../api/meta.js';
import { hasLabels } from '../../api/selectors.js';
import type { Reconciliation } from '../../client/contract.js';
import { create, update } from '../../client/requests.js';
import { conditionOf } from './configuration.js';
import { takeAutoscaler, takeDeployment } from './revision-conditions.js';
import { done, type Draft, type Reconciler } from './draft.js';
import { resolvedContainers } from './image-digest.js';
import { keys } from './keys.js';
import { childName } from './names.js';
import { queueContainerName } from './queue-container.js';
import { deploymentName, makeDeployment } from './revision-deployment.js';
import {
  autoscalerAnnotations,
  labelsFor,
  plainAnnotations,
  protocolOf,
} from './revision-parts.js';
import { settingsOf } from './settings.js';
import {
  cachedImages,
  podAutoscalers,
  revisions,
  type CachedImage,
  type PodAutoscalerObject,
  type Revision,
  type RevisionStatus,
} from './types.js';

type Pass = Draft<RevisionStatus, Revision>;

/** How Revisions are reconciled. */
export const revisionReconciler: Reconciler<RevisionStatus, Revision> = {
  kind: revisions,
  dependents: ['ResourcesAvailable', 'ContainerHealthy'],
  body: reconcileRevision,
};

const deploying = 'Deploying';

function* reconcileRevision(draft: Pass): Reconciliation<string | undefined> {
  const wasReady = conditionOf(draft.object.status, 'Ready') === 'True';
  resolveImages(draft);
  const deployment = yield* reconcileDeployment(draft);
  if (typeof deployment === 'string') return deployment;
  const cached = yield* reconcileImages(draft);
  if (cached !== undefined) return cached;
  // The cache may not have the new Deployment yet; upstream then comes again by its error.
  const known = draft.view.get(deployments, draft.namespace, deploymentName(draft.object));
  const scaled = yield* reconcileAutoscaler(draft, known ?? deployment);
  if (scaled !== undefined) return scaled;
  const isReady = draft.conditions.is('Ready', 'True');
  if (!wasReady && isReady) {
    draft.tell('Normal', 'RevisionReady', 'Revision becomes ready upon all resources being ready');
  }
  return undefined;
}

function resolveImages(draft: Pass): void {
  const { containers = [], initContainers = [] } = draft.object.spec;
  const { containerStatuses = [], initContainerStatuses = [] } = draft.status;
  const known = containerStatuses.length + initContainerStatuses.length;
  if (known === containers.length + initContainers.length) return;
  draft.put({
    containerStatuses: resolvedContainers(containers),
    ...(initContainers.length > 0 && {
      initContainerStatuses: resolvedContainers(initContainers),
    }),
  });
}

/** The revision with the digests that this pass has found. */
function resolved(draft: Pass): Revision {
  return { ...draft.object, status: { ...draft.object.status, ...draft.status } };
}

function* reconcileDeployment(draft: Pass): Reconciliation<Deployment | string> {
  const { conditions, view, namespace } = draft;
  const name = deploymentName(draft.object);
  const wanted = makeDeployment(resolved(draft), settingsOf(view));
  const existing = view.get(deployments, namespace, name);
  if (existing === undefined) {
    conditions.setUnknown('ResourcesAvailable', deploying);
    conditions.setUnknown('ContainerHealthy', deploying);
    return yield* done(create(deployments, wanted), `failed to create deployment "${name}"`);
  }
  if (!isControlledBy(existing, draft.object)) {
    const message = `There is an existing Deployment "${name}" that we do not own.`;
    conditions.setFalse('ResourcesAvailable', 'NotOwned', message);
    return `revision: "${draft.name}" does not own Deployment: "${name}"`;
  }
  const current = yield* updatedDeployment(existing, wanted);
  if (typeof current === 'string') return current;
  takeDeployment(conditions, current.status);
  if ((current.spec?.replicas ?? 1) > 0 && (current.status?.availableReplicas ?? 0) === 0) {
    takePodTrouble(draft, current);
  }
  if ((current.status?.readyReplicas ?? 0) > 0) conditions.setTrue('ContainerHealthy');
  return current;
}

function* updatedDeployment(
  existing: Deployment,
  wanted: Deployment,
): Reconciliation<Deployment | string> {
  const hash = (deployment: Deployment) => deployment.metadata.labels?.[keys.deploymentHash];
  if (hash(existing) === hash(wanted) || wanted.spec === undefined) return existing;
  const spec = {
    ...wanted.spec,
    ...(existing.spec?.replicas !== undefined && { replicas: existing.spec.replicas }),
    selector: existing.spec?.selector ?? wanted.spec.selector,
  };
  const metadata = {
    ...existing.metadata,
    labels: { ...foreign(existing.metadata.labels), ...wanted.metadata.labels },
    annotations: { ...foreign(existing.metadata.annotations), ...wanted.metadata.annotations },
  };
  const name = existing.metadata.name ?? '';
  const request = update(deployments, { ...existing, metadata, spec });
  return yield* done(request, `failed to update deployment "${name}"`);
}

function foreign(texts: Readonly<Record<string, string>> = {}): Record<string, string> {
  const own = ([key]: readonly [string, string]) => key === 'app' || key.includes('knative.dev/');
  return Object.fromEntries(Object.entries(texts).filter(entry => !own(entry)));
}

/** What the first pod tells, when none is available: it finds no node, or its container ends. */
function takePodTrouble(draft: Pass, deployment: Deployment): void {
  const labels = deployment.spec?.selector.matchLabels ?? {};
  const pod = draft.view
    .list(pods, draft.namespace)
    .find(({ metadata }) => hasLabels(metadata.labels, labels));
  if (pod === undefined) return;
  const scheduled = findCondition(pod.status?.conditions, 'PodScheduled');
  if (scheduled?.status === 'False') {
    const { reason = '', message = '' } = scheduled;
    draft.conditions.setFalse('ResourcesAvailable', reason, message);
  }
  takeContainerTrouble(draft, pod, deployment);
}

function takeContainerTrouble({ conditions }: Pass, pod: Pod, deployment: Deployment): void {
  const progressing = findCondition(deployment.status?.conditions, 'Progressing');
  const isLate =
    progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded';
  for (const { name, lastState, state } of pod.status?.containerStatuses ?? []) {
    if (name === queueContainerName) continue;
    const { terminated } = lastState ?? {};
    if (terminated !== undefined) {
      const { exitCode, message = '' } = terminated;
      const told = exitCode === 0 && message === '' ? 'container exited with no error' : message;
      const text = `Container failed with: ${told}`;
      conditions.setFalse('ContainerHealthy', `ExitCode${exitCode}`, text);
      return;
    }
    if (state?.waiting !== undefined && isLate) {
      const { reason = '', message = '' } = state.waiting;
      conditions.setFalse('ResourcesAvailable', reason, message);
      return;
    }
  }
}

function* reconcileImages(draft: Pass): Reconciliation<string | undefined> {
  const { object: revision, view, namespace } = draft;
  const { containerStatuses = [], initContainerStatuses = [] } = draft.status;
  for (const { name = '', imageDigest = '' } of [...containerStatuses, ...initContainerStatuses]) {
    const imageName = childName(childName(draft.name, '-cache'), `-${name}`);
    if (view.get(cachedImages, namespace, imageName) !== undefined) continue;
    const { serviceAccountName, imagePullSecrets } = revision.spec;
    const image: CachedImage = {
      metadata: {
        name: imageName,
        namespace,
        labels: labelsFor(revision),
        annotations: plainAnnotations(revision),
        ownerReferences: [ownerReference(revision, revisions)],
      },
      spec: {
        image: imageDigest,
        ...(serviceAccountName !== undefined && { serviceAccountName }),
        ...(imagePullSecrets !== undefined && { imagePullSecrets }),
      },
    };
    const otherwise = `failed to create image cache "${imageName}"`;
    const made = yield* done(create(cachedImages, image), otherwise);
    if (typeof made === 'string') return made;
  }
  return undefined;
}

function* reconcileAutoscaler(
  draft: Pass,
  deployment: Deployment,
): Reconciliation<string | undefined> {
  const { view, namespace, name } = draft;
  const wanted = makeAutoscaler(draft, deployment);
  const existing = view.get(podAutoscalers, namespace, name);
  if (existing === undefined) {
    const made = yield* done(create(podAutoscalers, wanted), `failed to create PA "${name}"`);
    if (typeof made === 'string') return made;
    takeAutoscaler(draft, made.status ?? {});
    return undefined;
  }
  if (!isControlledBy(existing, draft.object)) {
    const message = `There is an existing PodAutoscaler "${name}" that we do not own.`;
    draft.conditions.setFalse('ResourcesAvailable', 'NotOwned', message);
    return `revision: "${name}" does not own PodAutoscaler: "${name}"`;
  }
  takeAutoscaler(draft, existing.status ?? {});
  // What the pass has learnt since decides whether the revision can be reached.
  const { spec } = makeAutoscaler(draft, deployment);
  const annotations = syncedAnnotations(existing, wanted);
  if (
    deepEqual(spec, existing.spec) &&
    deepEqual(annotations, existing.metadata.annotations ?? {})
  ) {
    return undefined;
  }
  const metadata = { ...existing.metadata, annotations };
  const request = update(podAutoscalers, { ...existing, metadata, spec });
  const made = yield* done(request, `failed to update PA "${name}"`);
  return typeof made === 'string' ? made : undefined;
}

/** Those of autoscaling follow the revision; class and metric, which are filled in, stay. */
function syncedAnnotations(
  { metadata: { annotations = {} } }: PodAutoscalerObject,
  { metadata: { annotations: wanted = {} } }: PodAutoscalerObject,
): Record<string, string> {
  const filledIn: readonly string[] = [keys.class, keys.metric];
  const kept = Object.entries(annotations).filter(
    ([key]) => filledIn.includes(key) || !key.startsWith(keys.autoscalingPrefix),
  );
  return { ...Object.fromEntries(kept), ...wanted };
}

function makeAutoscaler(draft: Pass, deployment: Deployment): PodAutoscalerObject {
  const { object: revision } = draft;
  return {
    metadata: {
      name: draft.name,
      namespace: draft.namespace,
      labels: labelsFor(revision),
      annotations: {
        [keys.class]: settingsOf(draft.view).autoscaler.class,
        ...autoscalerAnnotations(revision),
      },
      ownerReferences: [ownerReference(revision, revisions)],
    },
    spec: {
      ...((revision.spec.containerConcurrency ?? 0) > 0 && {
        containerConcurrency: revision.spec.containerConcurrency ?? 0,
      }),
      scaleTargetRef: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: deploymentName(revision),
      },
      reachability: reachability(draft, deployment),
      protocolType: protocolOf(revision.spec),
    },
  };
}

/** A revision that no route leads to, or that cannot come up, needs no least number of pods. */
function reachability(
  { conditions, object }: Pass,
  { spec, status }: Deployment,
): 'Reachable' | 'Unreachable' | '' {
  const isFailing =
    conditions.is('ResourcesAvailable', 'False') || conditions.is('ContainerHealthy', 'False');
  if (isFailing && (spec?.replicas ?? 0) > 0 && (status?.readyReplicas ?? 0) === 0) {
    return 'Unreachable';
  }
  const state = object.metadata.labels?.[keys.routingState];
  return state === 'active' ? 'Reachable' : state === 'reserve' ? 'Unreachable' : '';
}
