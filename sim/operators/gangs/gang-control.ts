/** How an operator has its jobs started whole: by the groups of which gang scheduler. @upstream training-operator v1.8.1 pkg/controller.v1/control/podgroup_control.go */
import type { Pod, PodSpec, PodTemplateSpec } from '../../api/kinds/core.js';
import type { PolicyRule } from '../../api/kinds/rbac.js';
import type { HasMetadata, Kind, KubeObject } from '../../api/object.js';
import { groupLabel, podGroups } from '../scheduler-plugins/types.js';
import { keys } from '../volcano/keys.js';
import { podGroups as volcanoGroups } from '../volcano/types.js';

/** What differs between the gang schedulers. */
export interface GangControl {
  readonly schedulerName: string;
  readonly isVolcano: boolean;
  /** PodGroups, of one project or of the other. */
  readonly kind: Kind<HasMetadata>;
  /** What a pod, or its template, says of its group; `type` is the member's. */
  marked<T extends Pod | PodTemplateSpec>(pod: T, job: string, type?: string): T;
  /** Whether pods may be made already. */
  letsPodsBe(group: HasMetadata): boolean;
}

/** The control for the scheduler of this name: all but Volcano are taken for scheduler-plugins. */
export function gangControl(schedulerName: string): GangControl {
  return schedulerName.toLowerCase() === 'volcano' ? volcano : pluginsOf(schedulerName);
}

const volcano: GangControl = {
  schedulerName: 'volcano',
  isVolcano: true,
  kind: volcanoGroups as unknown as Kind<HasMetadata>,
  marked(pod, job, type) {
    const marks = { [keys.groupName]: job, ...(type !== undefined && { [keys.taskSpec]: type }) };
    const annotations = { ...pod.metadata?.annotations, ...marks };
    return { ...pod, metadata: { ...pod.metadata, annotations } };
  },
  letsPodsBe(group) {
    const { status = {} } = group as { readonly status?: { readonly phase?: string } };
    return !['', 'Pending'].includes(status.phase ?? '');
  },
};

function pluginsOf(schedulerName: string): GangControl {
  return {
    schedulerName,
    isVolcano: false,
    kind: podGroups as unknown as Kind<HasMetadata>,
    marked: (pod, job) => ({
      ...pod,
      metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, [groupLabel]: job } },
    }),
    letsPodsBe: () => true,
  };
}

/** What the account of an operator needs besides, to make groups. */
export const gangRules: readonly PolicyRule[] = [
  {
    apiGroups: ['scheduling.volcano.sh', 'scheduling.x-k8s.io'],
    resources: ['podgroups'],
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  },
  {
    apiGroups: ['scheduling.k8s.io'],
    resources: ['priorityclasses'],
    verbs: ['get', 'list', 'watch'],
  },
];

/** The scheduler that the operator of this Deployment is told of by this flag; undefined: none. */
export function toldScheduler(
  manifests: readonly KubeObject[],
  { deployment, flag }: { readonly deployment: string; readonly flag: string },
): string | undefined {
  for (const object of manifests) {
    if (object.kind !== 'Deployment' || object.metadata.name !== deployment) continue;
    const { template } = (object['spec'] ?? {}) as { readonly template?: { spec?: PodSpec } };
    for (const { command = [], args = [] } of template?.spec?.containers ?? []) {
      const told = valueIn([...command, ...args], flag);
      if (told !== undefined && told !== '') return told;
    }
  }
  return undefined;
}

/** The value of a flag of Go's, with one dash or two, as one word or as two. */
function valueIn(words: readonly string[], flag: string): string | undefined {
  for (const [index, word] of words.entries()) {
    const name = word.replace(/^--?/, '');
    if (name === word) continue;
    if (name === flag) return words[index + 1];
    if (name.startsWith(`${flag}=`)) return name.slice(flag.length + 1);
  }
  return undefined;
}
