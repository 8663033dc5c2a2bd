/** What the webhooks do to pods and to those that make pods for ever. @upstream kueue v0.19.2 pkg/controller/jobs/{pod,deployment} */
import type { Deployment } from '../../api/kinds/apps.js';
import type { Pod } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import type { HasMetadata, KubeObject } from '../../api/object.js';
import { printedError } from '../../api/field-error.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Webhook } from '../admission/webhook.js';
import {
  priorityErrors,
  queueErrors,
  refusal,
  unlessSame,
  withDefaultQueue,
} from './job-webhooks.js';
import { keys } from './keys.js';
import { managedAncestor, queueNameOf } from './managed-jobs.js';
import { roleHashOf, withGates } from './pod-parts.js';

/** Gates pods that name a queue, unless who made them waits for them. */
export const podDefaulter: Webhook = function* ({ object, namespace }) {
  if (object === undefined) return { isAllowed: true };
  let pod = object as Pod;
  if (pod.metadata.annotations?.[keys.suspendingParent] === undefined) {
    if ((yield* managedAncestor(pod)) !== undefined) return { isAllowed: true, object };
    pod = (yield* withDefaultQueue(pod, namespace)) as Pod;
    if (queueNameOf(pod) === '') return { isAllowed: true, object };
    const { labels, finalizers = [], ...metadata } = pod.metadata;
    const others = finalizers.filter(one => one !== keys.managed);
    pod = {
      ...pod,
      metadata: {
        ...metadata,
        labels: { ...labels, [keys.managed]: 'true' },
        finalizers: [...others, keys.managed],
      },
    };
  }
  return { isAllowed: true, object: gated(pod) as unknown as KubeObject };
};

function gated(pod: Pod): Pod {
  const { labels, annotations, ...metadata } = pod.metadata;
  const index = annotations?.[keys.podIndexLabel];
  const indexed = index !== undefined && {
    labels: { ...labels, [keys.podIndex]: labels?.[index] ?? '' },
  };
  const marks = { ...annotations, [keys.roleHash]: roleHashOf(pod) };
  return withGates(
    {
      ...pod,
      metadata: { ...metadata, ...(labels && { labels }), ...indexed, annotations: marks },
    },
    true,
  );
}

/** Gives the pods of a Deployment the queue that it names. */
export const deploymentDefaulter: Webhook = function* ({ object, namespace }) {
  if (object === undefined) return { isAllowed: true };
  const deployment = (yield* withDefaultQueue(object as HasMetadata, namespace)) as Deployment;
  if (!(yield* isToWait(deployment)) || deployment.spec === undefined) {
    return { isAllowed: true, object: deployment as unknown as KubeObject };
  }
  const { template } = deployment.spec;
  const priorityClass = deployment.metadata.labels?.[keys.priorityClass] ?? '';
  const metadata = {
    ...template.metadata,
    annotations: { ...template.metadata?.annotations, [keys.suspendingParent]: 'deployment' },
    labels: {
      ...template.metadata?.labels,
      [keys.managed]: 'true',
      [keys.queue]: queueNameOf(deployment),
      ...(priorityClass !== '' && { [keys.priorityClass]: priorityClass }),
    },
  };
  const spec = { ...deployment.spec, template: { ...template, metadata } };
  return { isAllowed: true, object: { ...deployment, spec } as unknown as KubeObject };
};

/** @upstream WorkloadShouldBeSuspended */
function* isToWait(object: HasMetadata): Reconciliation<boolean> {
  if (isDeleting(object) || queueNameOf(object) === '') return false;
  return (yield* managedAncestor(object)) === undefined;
}

/** Keeps a Deployment in its queue while its pods run. */
// oxlint-disable-next-line require-yield
export const deploymentValidator: Webhook = function* ({ object, oldObject }) {
  if (object === undefined) return { isAllowed: true };
  const old = oldObject as Deployment | undefined;
  const next = object as HasMetadata;
  const errors = queueErrors(next);
  if (old === undefined) return refusal(errors.map(printedError));
  const isSuspended = (old.status?.readyReplicas ?? 0) === 0;
  const mayMove = isSuspended && queueNameOf(next) !== '';
  const moves = mayMove ? [] : unlessSame(next, old, keys.queue);
  const all = [...errors, ...moves, ...priorityErrors(next, old, isSuspended)];
  return refusal(all.map(printedError));
};
