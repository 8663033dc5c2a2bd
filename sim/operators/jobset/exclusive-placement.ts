/**
 * Places the Jobs of a JobSet each in a topology domain of its own: the first pod of a Job keeps others out by
 * affinities, and the rest follow to where it was scheduled; those that come too early are refused.
 * @upstream kubernetes-sigs/jobset 08dfbdf pkg/webhooks/pod_webhook.go
 */
import { nodes, pods, type Pod, type PodAffinityTerm } from '../../api/kinds/core.js';
import { controllerOf } from '../../api/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get, list } from '../../client/requests.js';
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import { jobName, keys } from './keys.js';

/** The annotation of an indexed Job's pods. */
const completionIndex = 'batch.kubernetes.io/job-completion-index';

/** What a question leads to: a value, or why there is none. */
type Found<T> = { readonly value: T } | { readonly error: string };

/** Marks a new pod with its priority, and says where it may run. */
export const placePod: Webhook = function* ({ object }) {
  const given = object as unknown as Pod | undefined;
  if (given === undefined || !isPlaced(given)) return { isAllowed: true };
  const pod = withPriority(given);
  const topology = topologyOf(pod);
  if (topology === undefined) return changed(given, pod);
  if (isLeader(pod)) return changed(given, exclusive(pod, topology));
  const leader = yield* leaderOf(pod);
  const node = 'value' in leader ? (leader.value.spec?.nodeName ?? '') : '';
  // The webhook that validates refuses it.
  if (node === '') return changed(given, pod);
  const domain = yield* domainOf(node, topology);
  if ('error' in domain) return { isAllowed: false, message: domain.error };
  const spec = pod.spec ?? { containers: [] };
  const nodeSelector = { ...spec.nodeSelector, [topology]: domain.value };
  return changed(given, { ...pod, spec: { ...spec, nodeSelector } });
};

/** Refuses a pod that would come before the one that it follows. */
export const judgePod: Webhook = function* ({ object }) {
  const pod = object as unknown as Pod | undefined;
  const topology = pod === undefined || !isPlaced(pod) ? undefined : topologyOf(pod);
  if (pod === undefined || topology === undefined || isLeader(pod)) return { isAllowed: true };
  const { nodeSelector } = pod.spec ?? { containers: [] };
  if (nodeSelector === undefined) return refused('follower pod node selector not set');
  if (nodeSelector[topology] === undefined) {
    const why = 'follower pod node selector for topology domain not found. missing selector';
    return refused(`${why}: ${topology}`);
  }
  const leader = yield* leaderOf(pod);
  if ('error' in leader) return refused(leader.error);
  if ((leader.value.spec?.nodeName ?? '') !== '') return { isAllowed: true };
  return refused(
    'leader pod not yet scheduled, not creating follower pod. this is an expected, transient error',
  );
};

function refused(message: string): WebhookVerdict {
  return { isAllowed: false, message };
}

function changed(given: Pod, pod: Pod): WebhookVerdict {
  if (pod === given) return { isAllowed: true };
  return { isAllowed: true, object: pod as unknown as KubeObject };
}

/** Of a JobSet whose pods are not told apart by labels of nodes. */
function isPlaced({ metadata: { annotations = {} } }: Pod): boolean {
  const isOurs = annotations[keys.jobSetName] !== undefined;
  return isOurs && annotations[keys.nodeSelectorStrategy] === undefined;
}

function topologyOf({ metadata }: Pod): string | undefined {
  return metadata.annotations?.[keys.exclusive];
}

/** Whether it is the first of its Job. */
export function isLeader({ metadata }: Pod): boolean {
  return metadata.annotations?.[completionIndex] === '0';
}

function withPriority(pod: Pod): Pod {
  const priority = pod.spec?.priority;
  if (priority === undefined) return pod;
  const labels = { ...pod.metadata.labels, [keys.priority]: String(priority) };
  return { ...pod, metadata: { ...pod.metadata, labels } };
}

/** Pods of other Jobs of any namespace, if they have the same priority, are kept out of the domain. */
function exclusive(pod: Pod, topologyKey: string): Pod {
  const { labels = {} } = pod.metadata;
  const spec = pod.spec ?? { containers: [] };
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const key = keys.jobKey;
  const values = [labels[keys.jobKey] ?? ''];
  const term = (matchExpressions: readonly object[]): PodAffinityTerm =>
    ({
      labelSelector: { matchExpressions },
      topologyKey,
      namespaceSelector: {},
    }) as PodAffinityTerm;
  const near = term([{ key, operator: 'In', values }]);
  const far = term([
    { key, operator: 'Exists' },
    { key, operator: 'NotIn', values },
    { key: keys.priority, operator: 'In', values: [labels[keys.priority] ?? ''] },
  ]);
  const affinity = {
    ...spec.affinity,
    podAffinity: { ...podAffinity, [required]: [...(podAffinity?.[required] ?? []), near] },
    podAntiAffinity: {
      ...podAntiAffinity,
      [required]: [...(podAntiAffinity?.[required] ?? []), far],
    },
  };
  return { ...pod, spec: { ...spec, affinity } };
}

/** The first pod of the same Job. */
function* leaderOf(follower: Pod): Reconciliation<Found<Pod>> {
  const { namespace = '', labels = {} } = follower.metadata;
  const named = [keys.jobSetName, keys.replicatedJob, keys.jobIndex];
  const missing = named.find(label => labels[label] === undefined);
  if (missing !== undefined) return { error: `pod missing label: ${missing}` };
  const [jobSet = '', replicatedJob = '', jobIndex = ''] = named.map(label => labels[label]);
  const name = `${jobName(jobSet, replicatedJob, Number(jobIndex))}-0`;
  const labelSelector = named.map(label => `${label}=${labels[label] ?? ''}`).join(',');
  const answer = yield* call(list(pods, namespace, { labelSelector }));
  if (!answer.isOk) return { error: answer.message };
  const { items } = answer.object;
  const leaders = items.filter(
    ({ metadata, status }) =>
      metadata.annotations?.[keys.exclusive] !== undefined &&
      metadata.deletionTimestamp === undefined &&
      !hasEnded(status) &&
      metadata.name?.replace(/-[^-]*$/, '') === name,
  );
  const [leader] = leaders;
  if (leader === undefined || leaders.length > 1) {
    const why = `expected 1 leader pod (${name}), but got ${leaders.length}`;
    return { error: `${why}. this is an expected, transient error` };
  }
  return sameJob(leader, follower);
}

function hasEnded({ phase }: NonNullable<Pod['status']> = {}): boolean {
  return phase === 'Failed' || phase === 'Succeeded';
}

/** After a restart the first pod of the former Job may still be there. */
function sameJob(leader: Pod, follower: Pod): Found<Pod> {
  const [own, other] = [follower, leader].map(pod => controllerOf(pod)?.uid);
  if (own === undefined) return { error: 'follower pod has no owner reference' };
  if (other === undefined) {
    return { error: `leader pod "${leader.metadata.name ?? ''}" has no owner reference` };
  }
  if (own === other) return { value: leader };
  return { error: `follower pod owner UID (${own}) != leader pod owner UID (${other})` };
}

function* domainOf(nodeName: string, topologyKey: string): Reconciliation<Found<string>> {
  const answer = yield* call(get(nodes, '', nodeName));
  if (!answer.isOk) return { error: answer.message };
  const value = answer.object.metadata.labels?.[topologyKey];
  if (value !== undefined) return { value };
  return { error: `node does not have topology label: ${topologyKey}` };
}
