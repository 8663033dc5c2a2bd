/** The webhook that marks the pods of groups and tells them of their group. @upstream lws v0.10.0 pkg/webhooks/pod_webhook.go, pkg/utils/pod/pod_utils.go */
import type { Container, EnvVar, Pod, PodAffinityTerm } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import { sha1 } from '../../engine/sha1.js';
import type { Webhook } from '../admission/webhook.js';
import { isLeader, keys, ordinalOf } from './keys.js';

type Texts = Readonly<Record<string, string>>;

/** Marks a new pod of a group. */
export const markGroupPod: Webhook = function* ({ object }) {
  const pod = object as unknown as Pod | undefined;
  const { labels = {}, annotations = {}, name = '' } = pod?.metadata ?? {};
  if (pod === undefined || labels[keys.setName] === undefined) return { isAllowed: true };
  const size = annotations[keys.size];
  if (size === undefined) {
    const message = `size annotation is unexpectedly missing for pod ${name}`;
    return { isAllowed: false, message };
  }
  if (!/^[+-]?\d+$/.test(size)) {
    const message = `strconv.Atoi: parsing "${size}": invalid syntax`;
    return { isAllowed: false, message };
  }
  const marked = isLeader(pod) ? asLeader(pod) : asWorker(pod);
  if (marked === undefined) {
    return { isAllowed: false, message: `parsing pod ordinal for pod ${name}` };
  }
  return { isAllowed: true, object: withVariables(marked) as unknown as KubeObject };
};

function asLeader(pod: Pod): Pod | undefined {
  const { name = '', namespace = '', labels = {}, annotations = {} } = pod.metadata;
  const group = labels[keys.groupIndex] ?? ordinalOf(name)?.ordinal.toString();
  if (group === undefined) return undefined;
  const groupKey = labels[keys.groupKey] ?? sha1(`${namespace}/${name}`);
  const withGroup = withLabels(pod, { [keys.groupIndex]: group, [keys.groupKey]: groupKey });
  const isApart = annotations[keys.subdomainPolicy] === 'UniquePerReplica';
  const named = isApart ? withSubdomain(withGroup, name) : withGroup;
  const topology = annotations[keys.exclusive];
  const alone =
    topology === undefined ? named : exclusive(named, { topology, by: keys.groupKey, groupKey });
  const isInSubGroup =
    annotations[keys.subGroupSize] !== undefined &&
    !labels[keys.subGroupIndex] &&
    annotations[keys.subGroupType] !== 'LeaderExcluded';
  return isInSubGroup ? inSubGroup(alone, { leader: name, index: '0' }) : alone;
}

function asWorker(pod: Pod): Pod | undefined {
  const { name = '', labels = {}, annotations = {} } = pod.metadata;
  const ordinal = ordinalOf(name)?.ordinal;
  if (ordinal === undefined) return undefined;
  const worker = withLabels(pod, { [keys.workerIndex]: String(ordinal) });
  const subGroupSize = annotations[keys.subGroupSize];
  if (subGroupSize === undefined || labels[keys.subGroupIndex]) return worker;
  const index = subGroupOf(Number(annotations[keys.size]), Number(subGroupSize), ordinal);
  return inSubGroup(worker, { leader: annotations[keys.leaderName] ?? '', index: String(index) });
}

/** A leader that is one too many is in the first subgroup beside its workers. */
export function subGroupOf(size: number, subGroupSize: number, worker: number): number {
  const isLeaderExtra = (size - 1) % subGroupSize === 0 && size % subGroupSize !== 0;
  return Math.trunc((isLeaderExtra ? worker - 1 : worker) / subGroupSize);
}

function inSubGroup(
  pod: Pod,
  { leader, index }: { readonly leader: string; readonly index: string },
): Pod {
  const groupKey = sha1(`${leader}/${index}`);
  const marked = withLabels(pod, { [keys.subGroupIndex]: index, [keys.subGroupKey]: groupKey });
  const topology = pod.metadata.annotations?.[keys.subGroupExclusive];
  return topology === undefined
    ? marked
    : exclusive(marked, { topology, by: keys.subGroupKey, groupKey });
}

function withLabels(pod: Pod, labels: Texts): Pod {
  const { metadata } = pod;
  return { ...pod, metadata: { ...metadata, labels: { ...metadata.labels, ...labels } } };
}

function withSubdomain(pod: Pod, subdomain: string): Pod {
  return { ...pod, spec: { ...(pod.spec ?? { containers: [] }), subdomain } };
}

/** Its domain is for its group alone, and all of the group is there. */
function exclusive(
  pod: Pod,
  parts: { readonly topology: string; readonly by: string; readonly groupKey: string },
): Pod {
  const { topology: topologyKey, by: key, groupKey } = parts;
  const spec = pod.spec ?? { containers: [] };
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const near = podAffinity?.[required] ?? [];
  const far = podAntiAffinity?.[required] ?? [];
  const isOf = (term: PodAffinityTerm): boolean => term.topologyKey === topologyKey;
  if (near.some(isOf) && far.some(isOf)) return pod;
  const isIn = { key, operator: 'In', values: [groupKey] };
  const isElsewhere = [
    { key, operator: 'Exists' },
    { key, operator: 'NotIn', values: [groupKey] },
  ];
  const affinity = {
    ...spec.affinity,
    podAffinity: {
      ...podAffinity,
      [required]: [...near, { labelSelector: { matchExpressions: [isIn] }, topologyKey }],
    },
    podAntiAffinity: {
      ...podAntiAffinity,
      [required]: [...far, { labelSelector: { matchExpressions: isElsewhere }, topologyKey }],
    },
  };
  return { ...pod, spec: { ...spec, affinity } };
}

function withVariables(pod: Pod): Pod {
  const { namespace = '', labels = {}, annotations = {} } = pod.metadata;
  const spec = pod.spec ?? { containers: [] };
  const leader = `${labels[keys.setName] ?? ''}-${labels[keys.groupIndex] ?? ''}`;
  const variables = [
    { name: 'LWS_LEADER_ADDRESS', value: `${leader}.${spec.subdomain ?? ''}.${namespace}` },
    { name: 'LWS_GROUP_SIZE', value: annotations[keys.size] ?? '' },
    { name: 'LWS_WORKER_INDEX', value: labels[keys.workerIndex] ?? '' },
  ];
  const told = (container: Container): Container => ({
    ...container,
    env: withFirst(variables, container.env ?? []),
  });
  const { initContainers } = spec;
  return {
    ...pod,
    spec: {
      ...spec,
      containers: spec.containers.map(told),
      ...(initContainers !== undefined && { initContainers: initContainers.map(told) }),
    },
  };
}

/** Ours come first, so that others may name them; of each name there is one. */
function withFirst(ours: readonly EnvVar[], given: readonly EnvVar[]): readonly EnvVar[] {
  const names = new Set(ours.map(({ name }) => name));
  const rest = given.filter(({ name }) => !names.has(name) && names.add(name));
  return [...ours, ...rest];
}
