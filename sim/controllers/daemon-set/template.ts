/** The pods of a daemon set: bound to one node by affinity, with the tolerations that daemons have. @upstream pkg/controller/daemon/util/daemonset_util.go */
import { daemonSets, type DaemonSet } from '../../api/kinds/apps.js';
import type { Affinity, Pod, PodSpec, Toleration } from '../../api/kinds/core.js';
import { podFromTemplate } from '../control/pod-control.js';

const generationKey = 'deprecated.daemonset.template.generation';
const generationLabel = 'pod-template-generation';
/** The label with the hash of the template. */
export const hashLabel = 'controller-revision-hash';

const toleration = (name: string, effect: string): Toleration => {
  return { key: `node.kubernetes.io/${name}`, operator: 'Exists', effect };
};
const daemonTolerations: readonly Toleration[] = [
  toleration('not-ready', 'NoExecute'),
  toleration('unreachable', 'NoExecute'),
  toleration('disk-pressure', 'NoSchedule'),
  toleration('memory-pressure', 'NoSchedule'),
  toleration('pid-pressure', 'NoSchedule'),
  toleration('unschedulable', 'NoSchedule'),
];
const hostNetworkToleration = toleration('network-unavailable', 'NoSchedule');

/** The pod for the node. */
export function daemonPod(set: DaemonSet, node: string, hash: string): Pod {
  const template = set.spec?.template;
  const pod = podFromTemplate(template, { object: set, kind: daemonSets });
  const generation = templateGeneration(set);
  const spec = withTolerations(template?.spec ?? { containers: [] });
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        ...(generation !== undefined && { [generationLabel]: String(generation) }),
        [hashLabel]: hash,
      },
    },
    spec: { ...spec, affinity: withNode(spec.affinity, node) },
  };
}

/** The spec with the tolerations that all daemons have; one of the same key and effect is replaced. */
export function withTolerations(spec: PodSpec): PodSpec {
  const added =
    spec.hostNetwork === true ? [...daemonTolerations, hostNetworkToleration] : daemonTolerations;
  const tolerations = [...(spec.tolerations ?? [])];
  for (const next of added) {
    const index = tolerations.findIndex(old => isSameMatch(old, next));
    if (index >= 0) tolerations[index] = next;
    else tolerations.push(next);
  }
  return { ...spec, tolerations };
}

function isSameMatch(a: Toleration, b: Toleration): boolean {
  return (
    a.key === b.key &&
    a.effect === b.effect &&
    a.operator === b.operator &&
    (a.value ?? '') === (b.value ?? '')
  );
}

/** The affinity with this node as its only required term. */
function withNode(affinity: Affinity | undefined, node: string): Affinity {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
    },
  };
}

/** The node that the pod is on, or is made for. @upstream GetTargetNodeName */
export function targetNode({ spec }: Pod): string | undefined {
  const bound = spec?.nodeName;
  if (bound !== undefined && bound !== '') return bound;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values = [] } of matchFields) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      return values.length === 1 ? values[0] : undefined;
    }
  }
  return undefined;
}

/** Whether the pod is of the set's template. */
export function isUpdated(pod: Pod, set: DaemonSet, hash: string): boolean {
  const labels = pod.metadata.labels ?? {};
  if (hash !== '' && labels[hashLabel] === hash) return true;
  const generation = templateGeneration(set);
  return generation !== undefined && labels[generationLabel] === String(generation);
}

function templateGeneration({ metadata }: DaemonSet): number | undefined {
  const text = metadata.annotations?.[generationKey];
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}
