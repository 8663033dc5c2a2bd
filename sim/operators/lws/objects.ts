/** What is made of a set: stateful sets of leaders and of workers, headless services. @upstream lws v0.10.0 pkg/controllers/{leaderworkerset,pod}_controller.go, pkg/utils/controller */
import { scaledOr0 } from '../../api/int-or-string.js';
import { statefulSets, type StatefulSet, type StatefulSetSpec } from '../../api/kinds/apps.js';
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, Service } from '../../api/kinds/core.js';
import { pods } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { apiVersionOf, type HasMetadata, type Kind } from '../../api/object.js';
import { keys, revisionKeyOf } from './keys.js';
import { filledOf, leaderWorkerSets, type LeaderWorkerSet } from './types.js';

type Texts = Readonly<Record<string, string>>;

const typeOfSets = { apiVersion: apiVersionOf(statefulSets), kind: statefulSets.kind };

/** How far the stateful set of leaders is to go. */
export interface LeaderTargets {
  readonly partition: number;
  readonly replicas: number;
  readonly revisionKey: string;
}

/** The labels by which the leaders of a set are selected. */
export function leaderLabels({ metadata }: HasMetadata): Texts {
  return { [keys.setName]: metadata.name ?? '', [keys.workerIndex]: '0' };
}

/** What is applied of the stateful set of the leaders. */
export function leaderStatefulSet(set: LeaderWorkerSet, targets: LeaderTargets): StatefulSet {
  const { name = '', namespace = '', labels, annotations } = set.metadata;
  const { leaderTemplate, workerTemplate } = set.spec.leaderWorkerTemplate;
  const { partition, replicas, revisionKey } = targets;
  const own = { [keys.setName]: name, [keys.revision]: revisionKey };
  const { replicas: wanted } = filledOf(set);
  return {
    ...typeOfSets,
    metadata: {
      ...{ name, namespace },
      labels: { ...labels, ...own },
      annotations: { ...annotations, [keys.replicas]: String(wanted) },
      ownerReferences: [ownerReference(set, leaderWorkerSets)],
    },
    spec: {
      serviceName: name,
      replicas,
      podManagementPolicy: 'Parallel',
      template: marked(leaderTemplate ?? workerTemplate, {
        labels: { [keys.workerIndex]: '0', ...own },
        annotations: leaderAnnotations(set),
      }),
      updateStrategy: {
        type: set.spec.rolloutStrategy?.type ?? 'RollingUpdate',
        rollingUpdate: { maxUnavailable: unavailableMax(set), partition },
      },
      selector: { matchLabels: leaderLabels(set) },
      ...claims(set),
    },
  };
}

/** So many leaders may be down at once: those that an update takes, and those beyond the wanted number. */
function unavailableMax(set: LeaderWorkerSet): number {
  const { replicas, maxSurge, maxUnavailable } = filledOf(set);
  const surge = Math.min(scaledOr0(maxSurge, replicas, 'up'), replicas);
  return Math.max(1, scaledOr0(maxUnavailable, replicas, 'down') + surge);
}

function leaderAnnotations(set: LeaderWorkerSet): Texts {
  return {
    ...groupAnnotations(set),
    ...(filledOf(set).isShared ? {} : { [keys.subdomainPolicy]: 'UniquePerReplica' }),
  };
}

function groupAnnotations(set: LeaderWorkerSet): Texts {
  const { annotations: given = {} } = set.metadata;
  const { subGroupPolicy } = set.spec.leaderWorkerTemplate;
  const copied = (key: string): Texts => (given[key] ? { [key]: given[key] } : {});
  const { subGroupPolicyType, subGroupSize } = subGroupPolicy ?? {};
  return {
    [keys.size]: String(filledOf(set).size),
    ...copied(keys.exclusive),
    ...(subGroupPolicy !== undefined && {
      ...(subGroupPolicyType !== undefined && { [keys.subGroupType]: subGroupPolicyType }),
      [keys.subGroupSize]: String(subGroupSize),
      ...copied(keys.subGroupExclusive),
    }),
  };
}

function marked(
  template: PodTemplateSpec,
  { labels, annotations }: { readonly labels: Texts; readonly annotations: Texts },
): PodTemplateSpec {
  const { metadata } = template;
  return {
    ...template,
    metadata: {
      ...metadata,
      labels: { ...metadata?.labels, ...labels },
      annotations: { ...metadata?.annotations, ...annotations },
    },
  };
}

/**
 * The stateful set of the workers of this leader. `past` is the set with the templates that the leader is
 * of; `topology`, where the group has a domain of its own, is the one that the leader is in.
 */
export function workerStatefulSet(
  set: LeaderWorkerSet,
  parts: { readonly past: LeaderWorkerSet; readonly leader: Pod; readonly topology?: Texts },
): StatefulSet {
  const { past, leader, topology } = parts;
  const { labels, annotations, name: setName = '' } = set.metadata;
  const { name = '', namespace = '', labels: ofLeader = {} } = leader.metadata;
  const selecting = {
    [keys.groupIndex]: ofLeader[keys.groupIndex] ?? '',
    [keys.setName]: setName,
    [keys.groupKey]: ofLeader[keys.groupKey] ?? '',
  };
  const own = { ...selecting, [keys.revision]: revisionKeyOf(leader) };
  const template = marked(past.spec.leaderWorkerTemplate.workerTemplate, {
    labels: own,
    annotations: { ...groupAnnotations(set), [keys.leaderName]: name },
  });
  const { isShared, size } = filledOf(set);
  return {
    ...typeOfSets,
    metadata: {
      ...{ name, namespace },
      labels: { ...labels, ...own },
      ...(annotations !== undefined && { annotations }),
      ownerReferences: [ownerReference(leader, pods)],
    },
    spec: {
      serviceName: isShared ? setName : name,
      replicas: size - 1,
      podManagementPolicy: 'Parallel',
      template: topology === undefined ? template : placed(template, topology),
      ordinals: { start: 1 },
      selector: { matchLabels: selecting },
      ...claims(set),
    },
  };
}

function placed(template: PodTemplateSpec, topology: Texts): PodTemplateSpec {
  const spec = template.spec ?? { containers: [] };
  return { ...template, spec: { ...spec, nodeSelector: { ...spec.nodeSelector, ...topology } } };
}

function claims(set: LeaderWorkerSet): Partial<StatefulSetSpec> {
  const { volumeClaimTemplates = [], persistentVolumeClaimRetentionPolicy: retention } =
    set.spec.leaderWorkerTemplate;
  const { namespace = '' } = set.metadata;
  return {
    ...(volumeClaimTemplates.length > 0 && {
      volumeClaimTemplates: volumeClaimTemplates.map(claim => claimOf(claim, namespace)),
    }),
    ...(retention !== undefined && {
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: retention.whenDeleted ?? '',
        whenScaled: retention.whenScaled ?? '',
      },
    }),
  };
}

/** No more than this is taken over from a claim's template. */
function claimOf(claim: PersistentVolumeClaim, namespace: string): PersistentVolumeClaim {
  const { accessModes, storageClassName, volumeMode, resources } = claim.spec ?? {};
  const { requests, limits } = resources ?? {};
  return {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
    metadata: { name: claim.metadata?.name ?? '', namespace },
    spec: {
      ...(accessModes !== undefined && { accessModes }),
      ...(storageClassName !== undefined && { storageClassName }),
      ...(volumeMode !== undefined && { volumeMode }),
      ...((requests ?? limits) !== undefined && {
        resources: {
          ...(requests !== undefined && { requests }),
          ...(limits !== undefined && { limits }),
        },
      }),
    },
  };
}

/** The headless service by which the pods of a set, or of one of its groups, find each other. */
export function headlessService<T extends HasMetadata>(
  set: LeaderWorkerSet,
  owner: T,
  kind: Kind<T>,
): Service {
  const { name: setName = '', namespace = '' } = set.metadata;
  const group = owner.metadata.labels?.[keys.groupIndex];
  const ofSet = { [keys.setName]: setName };
  const isGroup = kind.kind === pods.kind;
  return {
    ...{ apiVersion: 'v1', kind: 'Service' },
    metadata: {
      name: owner.metadata.name ?? '',
      namespace,
      labels: ofSet,
      ownerReferences: [ownerReference(owner, kind)],
    },
    spec: {
      clusterIP: 'None',
      selector: isGroup ? { ...ofSet, [keys.groupIndex]: group ?? '' } : ofSet,
      publishNotReadyAddresses: true,
    },
  };
}
