/** The pods of a stateful set: how they are made, and whether they are as they should be. @upstream pkg/controller/statefulset/stateful_set_utils.go */
import { statefulSets, type StatefulSet } from '../../api/kinds/apps.js';
import type { PersistentVolumeClaim, Pod, Volume } from '../../api/kinds/core.js';
import { podFromTemplate } from '../control/pod-control.js';
import { claimName, ordinalOf, parentAndOrdinal, podName, startOrdinal } from './ordinals.js';

/** The label with the name of the revision. */
export const revisionLabel = 'controller-revision-hash';
const nameLabel = 'statefulset.kubernetes.io/pod-name';
const indexLabel = 'apps.kubernetes.io/pod-index';

/** A set as it was at a revision, and the revision's name. */
export interface Versioned {
  readonly set: StatefulSet;
  readonly revision: string;
}

/** The pod of this number, of the current revision or of the one that is rolled out. */
export function versionedPod(current: Versioned, next: Versioned, ordinal: number): Pod {
  const { updateStrategy } = current.set.spec ?? {};
  const isRolling = updateStrategy?.type === 'RollingUpdate';
  const rollingUpdate = updateStrategy?.rollingUpdate;
  const kept =
    rollingUpdate === undefined
      ? isRolling
        ? (current.set.status?.currentReplicas ?? 0)
        : 0
      : (rollingUpdate.partition ?? 0);
  const isCurrent = ordinal < startOrdinal(current.set) + kept;
  const { set, revision } = isCurrent ? current : next;
  return newPod(set, revision, ordinal);
}

function newPod(set: StatefulSet, revision: string, ordinal: number): Pod {
  const template = set.spec?.template;
  const base = podFromTemplate(template, { object: set, kind: statefulSets });
  const name = podName(set, ordinal);
  const { serviceName } = set.spec ?? {};
  const own = identityLabels(name, ordinal);
  const labels = Object.assign({}, base.metadata.labels, own, { [revisionLabel]: revision });
  const subdomain =
    serviceName === undefined || serviceName === '' ? undefined : { subdomain: serviceName };
  const named: Pod = {
    ...base,
    metadata: Object.assign({}, base.metadata, { name, labels }),
    spec: Object.assign({}, base.spec ?? { containers: [] }, { hostname: name }, subdomain),
  };
  return withStorage(set, named);
}

function identityLabels(name: string, ordinal: number): Readonly<Record<string, string>> {
  return { [nameLabel]: name, [indexLabel]: String(ordinal) };
}

/** Whether name and label say which pod of the set it is. */
export function hasIdentity(set: StatefulSet, { metadata }: Pod): boolean {
  const { parent, ordinal } = parentAndOrdinal({ metadata });
  return (
    ordinal >= 0 &&
    parent === set.metadata.name &&
    metadata.name === podName(set, ordinal) &&
    metadata.namespace === set.metadata.namespace &&
    metadata.labels?.[nameLabel] === metadata.name
  );
}

/** The pod with the labels that say which one it is. */
export function withIdentity(pod: Pod): Pod {
  const { metadata } = pod;
  const own = identityLabels(metadata.name ?? '', ordinalOf(pod));
  const labels = Object.assign({}, metadata.labels, own);
  return { ...pod, metadata: { ...metadata, labels } };
}

/** Whether the pod has a volume for each claim of its own. */
export function hasStorage(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod);
  if (ordinal < 0) return false;
  const templates = set.spec?.volumeClaimTemplates ?? [];
  if (templates.length === 0) return true;
  const volumes = new Map((pod.spec?.volumes ?? []).map(volume => [volume.name, volume]));
  return templates.every(({ metadata }) => {
    const template = metadata.name ?? '';
    const volume = volumes.get(template);
    return volume?.persistentVolumeClaim?.claimName === claimName(set, template, ordinal);
  });
}

/** The pod with its claims among its volumes. */
export function withStorage(set: StatefulSet, pod: Pod): Pod {
  const templates = set.spec?.volumeClaimTemplates ?? [];
  if (templates.length === 0) return pod;
  const names = templates.map(({ metadata }) => metadata.name ?? '');
  const ordinal = ordinalOf(pod);
  const own = names.map((name): Volume => {
    return { name, persistentVolumeClaim: { claimName: claimName(set, name, ordinal) } };
  });
  const others = (pod.spec?.volumes ?? []).filter(({ name }) => !names.includes(name));
  const spec = pod.spec ?? { containers: [] };
  return { ...pod, spec: { ...spec, volumes: [...own, ...others] } };
}

/** The claims that the pod of this number has. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  const { namespace } = set.metadata;
  const labels = set.spec?.selector.matchLabels;
  return (set.spec?.volumeClaimTemplates ?? []).map(template => {
    const { status: _status, ...claim } = template;
    const name = claimName(set, template.metadata.name ?? '', ordinal);
    const merged = { ...template.metadata.labels, ...labels };
    return { ...claim, metadata: { ...template.metadata, name, namespace, labels: merged } };
  });
}

/** The revision that the pod is of. */
export function revisionOf({ metadata }: Pod): string {
  return metadata.labels?.[revisionLabel] ?? '';
}

/** Whether the pod exists, and is not only planned. */
export function isCreated({ status }: Pod): boolean {
  return (status?.phase ?? '') !== '';
}
