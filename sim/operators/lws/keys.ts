/** The names of LeaderWorkerSet's labels, annotations and variables. @upstream lws v0.10.0 api/leaderworkerset/v1 */
import type { HasMetadata } from '../../api/object.js';

const prefix = 'leaderworkerset.sigs.k8s.io';

/** The keys. */
export const keys = {
  setName: `${prefix}/name`,
  groupIndex: `${prefix}/group-index`,
  workerIndex: `${prefix}/worker-index`,
  size: `${prefix}/size`,
  replicas: `${prefix}/replicas`,
  groupKey: `${prefix}/group-key`,
  leaderName: `${prefix}/leader-name`,
  revision: `${prefix}/template-revision-hash`,
  subdomainPolicy: `${prefix}/subdomainPolicy`,
  exclusive: `${prefix}/exclusive-topology`,
  subGroupExclusive: `${prefix}/subgroup-exclusive-topology`,
  subGroupIndex: `${prefix}/subgroup-index`,
  subGroupSize: `${prefix}/subgroup-size`,
  subGroupKey: `${prefix}/subgroup-key`,
  subGroupType: `${prefix}/subgroup-policy-type`,
  recreateAfterStart: `${prefix}/experimental-recreate-group-after-start`,
} as const;

/** The hash of the revision that an object is of. */
export function revisionKeyOf({ metadata }: HasMetadata): string {
  return metadata.labels?.[keys.revision] ?? '';
}

/** Whether it is the pod that leads its group. */
export function isLeader({ metadata }: HasMetadata): boolean {
  return metadata.labels?.[keys.workerIndex] === '0';
}

/** The number at the end of a stateful pod's name, and what stands before it. */
export function ordinalOf(
  name: string,
): { readonly parent: string; readonly ordinal: number } | undefined {
  const [, parent = '', digits = ''] = /^(.*)-([0-9]+)$/.exec(name) ?? [];
  return digits === '' ? undefined : { parent, ordinal: Number(digits) };
}
