/**
 * What the injector writes of a pod into its metadata.
 * @upstream pkg/kube/inject/webhook.go (getInjectionStatus), pkg/kube/util.go (GetDeployMetaFromPod)
 */
import type { Container, Pod, Volume } from '../../api/kinds/core.js';
import type { Labels } from '../../api/selectors.js';

/** By which name the mesh knows the workload, and in which revision. */
export function canonicalLabels(pod: Pod): Labels {
  const { labels = {} } = pod.metadata;
  const name = labels['app.kubernetes.io/name'] ?? labels['app'] ?? workloadName(pod);
  const version = labels['app.kubernetes.io/version'] ?? labels['version'] ?? 'latest';
  return {
    'service.istio.io/canonical-name': name,
    'service.istio.io/canonical-revision': version,
  };
}

/** What was injected. */
export interface Injected {
  readonly initContainers?: readonly Container[];
  readonly containers?: readonly Container[];
  readonly volumes: readonly Volume[];
}

/** The text of the annotation that says so. */
export function injectionStatus({ initContainers, containers, volumes }: Injected): string {
  return JSON.stringify({
    initContainers: namesOf(initContainers),
    containers: namesOf(containers),
    volumes: namesOf(volumes),
    imagePullSecrets: null,
    revision: 'default',
  });
}

function namesOf(all: readonly { readonly name: string }[] | undefined) {
  return all === undefined ? null : all.map(({ name }) => name);
}

/** The name of what made the pod, without the endings that its makers put to it. */
export function workloadName({ metadata }: Pod): string {
  const [owner] = metadata.ownerReferences ?? [];
  if (owner === undefined) return metadata.name ?? '';
  return owner.kind === 'ReplicaSet' ? owner.name.replace(/-[^-]*$/u, '') : owner.name;
}
