/** The replica set that a deployment makes for a new template. @upstream pkg/controller/deployment/sync.go getNewReplicaSet */
import { deployments, type Deployment, type ReplicaSet } from '../../api/kinds/apps.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import { ownerReference } from '../../api/meta.js';
import { podTemplateHash } from '../../api/pod-template-hash.js';
import { newSetAnnotations, withReplicas } from './annotations.js';
import { newSetSize } from './arithmetic.js';
import { hashLabel } from './replica-sets.js';

const nameMax = 253;

/** The set as it is to be created, with its first size. */
export function newReplicaSet(
  deployment: Deployment,
  oldSets: readonly ReplicaSet[],
  revision: bigint,
): ReplicaSet {
  const { name = '', namespace } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec ?? {};
  const hash = podTemplateHash(template ?? {}, deployment.status?.collisionCount);
  const labels = Object.assign({}, template?.metadata?.labels, { [hashLabel]: hash });
  const annotations = withReplicas(newSetAnnotations(deployment, {}, revision), deployment);
  return {
    metadata: {
      name: setName(name, hash),
      namespace,
      labels,
      annotations,
      ownerReferences: [ownerReference(deployment, deployments)],
    },
    spec: {
      replicas: newSetSize(deployment, oldSets, 0),
      ...(minReadySeconds !== undefined && minReadySeconds !== 0 && { minReadySeconds }),
      selector: withHash(selector, hash),
      template: { ...template, metadata: { ...template?.metadata, labels } },
    },
  };
}

function setName(deployment: string, hash: string): string {
  return `${deployment.slice(0, nameMax - 1 - hash.length)}-${hash}`;
}

function withHash(selector: LabelSelector | undefined, hash: string): LabelSelector {
  const matchLabels = Object.assign({}, selector?.matchLabels, { [hashLabel]: hash });
  return Object.assign({}, selector, { matchLabels });
}
