/** An object as it was before the first write that a log shows of it, as far as its parts still tell. */
import { timeMs } from '../../../sim/api/time.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { LogSight } from '../import/format.js';

type Fields = Readonly<Record<string, unknown>>;

/** What else is known of the moment before. */
export interface Surroundings {
  /** When the log begins. */
  readonly startMs: number;
  /** What an object owns that was there. */
  ownedBy(uid: string): readonly KubeObject[];
  /** The size that its Deployment had, of a ReplicaSet of which pods were refused and that is its only one. */
  sizeOf(object: KubeObject): unknown;
  /** Whether a volume came later. */
  isLaterVolume(name: string): boolean;
  /** Whether the log binds this pod, which it did not make. */
  isBoundLater(object: KubeObject): boolean;
}

/** The object before the write. */
export function beforeWrite(sight: LogSight, around: Surroundings): KubeObject {
  const object = undeleted(sight.object, around);
  switch (object.kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'StatefulSet':
    case 'DaemonSet':
      return workloadBefore(object, sight, around);
    case 'Pod':
      return podBefore(object, around);
    case 'Job':
      return jobBefore(object, around);
    case 'CronJob':
      return cronJobBefore(object, around);
    case 'PersistentVolumeClaim':
      return claimBefore(object, around);
    case 'ResourceQuota':
      return quotaBefore(object, sight);
    case 'Node':
      return nodeBefore(object, sight);
    default:
      return object;
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** What the log deletes was not being deleted, unless that began before it. */
function undeleted(object: KubeObject, { startMs }: Surroundings): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, ...metadata } = object.metadata;
  if (deletionTimestamp === undefined) return object;
  const begunMs = (timeMs(deletionTimestamp) ?? 0) - deletionGracePeriodSeconds * 1000;
  if (begunMs < Math.floor(startMs / 1000) * 1000) return object;
  const { finalizers, generation, ...rest } = metadata;
  const kept = finalizers?.filter(each => each !== 'foregroundDeletion' && each !== 'orphan') ?? [];
  return {
    ...object,
    metadata: {
      ...rest,
      ...(kept.length > 0 && { finalizers: kept }),
      ...(generation !== undefined && { generation: Math.max(generation - 1, 1) }),
    },
    ...(object.kind === 'Namespace' && { status: { phase: 'Active' } }),
  };
}

/** A controller has not yet seen what was asked for: its status still tells the size before, its owned the template. */
function workloadBefore(
  object: KubeObject,
  sight: LogSight,
  { ownedBy, sizeOf }: Surroundings,
): KubeObject {
  const { scaledFrom } = sight;
  const { generation = 0, uid = '' } = object.metadata;
  const spec = fieldsOf(object['spec']);
  const status = fieldsOf(object['status']) as {
    readonly observedGeneration?: number;
  };
  const { observedGeneration = generation } = status;
  const before = Math.min(observedGeneration, scaledFrom === undefined ? Infinity : generation - 1);
  if (before >= generation) return object;
  const template =
    scaledFrom === undefined || observedGeneration < generation - 1
      ? templateBefore(object, ownedBy(uid))
      : undefined;
  const { annotations } = object.metadata;
  const count = template === undefined ? undefined : annotations?.[templateCount];
  const counted = { ...annotations, [templateCount]: String(Number(count) - 1) };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      generation: before,
      ...(count !== undefined && { annotations: counted }),
    },
    spec: {
      ...spec,
      ...(object.kind !== 'DaemonSet' && {
        replicas: scaledFrom ?? sizeOf(object) ?? sizeBefore(sight),
      }),
      ...(template !== undefined && { template }),
    },
    status: { ...status, observedGeneration: before },
  };
}

/**
 * The size before a write that the controller has not yet seen: the one that it told last. Where pods were
 * refused, that is less than was asked for; a patch of something else leaves the size as it is.
 */
export function sizeBefore({ object, body, scaledFrom }: LogSight): unknown {
  const { replicas: asked } = fieldsOf(object['spec']);
  const status = fieldsOf(object['status']) as {
    readonly replicas?: number;
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
  if (scaledFrom !== undefined) return scaledFrom;
  if ((status.observedGeneration ?? Infinity) >= (object.metadata.generation ?? 0)) return asked;
  const isShort = status.conditions?.some(
    ({ type, status: is }) => type === 'ReplicaFailure' && is === 'True',
  );
  const isOther = body !== undefined && !JSON.stringify(body).includes('replicas');
  return isShort === true || isOther ? asked : (status.replicas ?? 0);
}

/** Counts the templates of a DaemonSet. */
const templateCount = 'deprecated.daemonset.template.generation';
const hashLabel = 'pod-template-hash';
const revisionNote = 'deployment.kubernetes.io/revision';

function templateBefore(
  { kind, metadata, status }: KubeObject & { readonly status?: unknown },
  owned: readonly KubeObject[],
): unknown {
  if (kind === 'Deployment') {
    const revision = metadata.annotations?.[revisionNote];
    const current = owned.find(
      each => each.kind === 'ReplicaSet' && each.metadata.annotations?.[revisionNote] === revision,
    );
    if (revision === undefined || current === undefined) return undefined;
    const { template } = fieldsOf(current['spec']) as { readonly template?: PodTemplate };
    const { [hashLabel]: _hash, ...labels } = template?.metadata?.labels ?? {};
    return { ...template, metadata: { ...template?.metadata, labels } };
  }
  if (kind !== 'StatefulSet' && kind !== 'DaemonSet') return undefined;
  const { updateRevision } = fieldsOf(status);
  const revisions = owned
    .filter(each => each.kind === 'ControllerRevision')
    .toSorted((a, b) => Number(b['revision'] ?? 0) - Number(a['revision'] ?? 0));
  const current = revisions.find(({ metadata: { name } }) => name === updateRevision);
  const { template } = fieldsOf(fieldsOf((current ?? revisions[0])?.['data'])['spec']);
  if (template === undefined) return undefined;
  const { $patch: _patch, ...rest } = fieldsOf(template);
  return rest;
}

interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

/** One that the log binds was waiting; one whose end the log shows first was running. */
function podBefore(object: KubeObject, around: Surroundings): KubeObject {
  if (around.isBoundLater(object)) {
    const { nodeName: _node, ...spec } = fieldsOf(object['spec']);
    const { qosClass } = fieldsOf(object['status']);
    return { ...object, spec, status: { phase: 'Pending', qosClass } };
  }
  const status = fieldsOf(object['status']) as PodStatus;
  const hasEnded = (each: ContainerStatus): boolean =>
    isSince(each.state?.terminated?.finishedAt, around.startMs);
  const { containerStatuses = [] } = status;
  if (!containerStatuses.some(hasEnded)) return object;
  const isRunning = status.phase === 'Succeeded' || status.phase === 'Failed';
  return {
    ...object,
    status: {
      ...status,
      phase: isRunning ? 'Running' : status.phase,
      containerStatuses: containerStatuses.map(each => {
        if (!hasEnded(each)) return each;
        const { startedAt } = each.state?.terminated ?? {};
        return { ...each, ready: true, started: true, state: { running: { startedAt } } };
      }),
      conditions: status.conditions?.map(condition => {
        const isFlipped = /^(Ready|ContainersReady)$/.test(condition.type);
        if (!isFlipped || !isSince(condition.lastTransitionTime, around.startMs)) return condition;
        const { reason: _reason, message: _message, ...rest } = condition;
        return { ...rest, status: 'True' };
      }),
    },
  };
}

interface ContainerStatus {
  readonly state?: {
    readonly terminated?: { readonly startedAt?: string; readonly finishedAt?: string };
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

interface PodStatus {
  readonly phase?: string;
  readonly conditions?: readonly Condition[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

/** Times of the API are whole seconds. */
function isSince(time: string | undefined, startMs: number): boolean {
  return (timeMs(time) ?? -Infinity) >= Math.floor(startMs / 1000) * 1000;
}

/** A Job's pods that ran are active; what it has counted stays counted. */
function jobBefore(object: KubeObject, { startMs, ownedBy }: Surroundings): KubeObject {
  const { completionTime: _end, ...status } = fieldsOf(object['status']) as {
    readonly completionTime?: string;
    readonly conditions?: readonly Condition[];
  };
  const running = ownedBy(object.metadata.uid ?? '').filter(each => {
    const { phase } = fieldsOf(each['status']) as PodStatus;
    return each.kind === 'Pod' && phase !== 'Succeeded' && phase !== 'Failed';
  });
  const ready = running.filter(each =>
    (fieldsOf(each['status']) as PodStatus).conditions?.some(
      condition => condition.type === 'Ready' && condition.status === 'True',
    ),
  );
  const conditions = status.conditions?.filter(
    ({ lastTransitionTime }) => !isSince(lastTransitionTime, startMs),
  );
  const { active: _active, conditions: _conditions, ...rest } = status as Fields;
  return {
    ...object,
    status: {
      ...rest,
      ...(running.length > 0 && { active: running.length, uncountedTerminatedPods: {} }),
      ...(conditions !== undefined && conditions.length > 0 && { conditions }),
      ready: ready.length,
    },
  };
}

const slotNote = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** What it made within the log it had not made. */
function cronJobBefore(object: KubeObject, { startMs, ownedBy }: Surroundings): KubeObject {
  const status = fieldsOf(object['status']) as {
    readonly lastScheduleTime?: string;
    readonly active?: readonly { readonly uid?: string }[];
  };
  if (!isSince(status.lastScheduleTime, startMs)) return object;
  const jobs = ownedBy(object.metadata.uid ?? '');
  const slots = jobs.flatMap(({ metadata }) => metadata.annotations?.[slotNote] ?? []).toSorted();
  const beforeText = new Date(Math.floor(startMs / 1000) * 1000 - 1000).toISOString();
  const there = new Set(jobs.map(({ metadata }) => metadata.uid));
  const active = status.active?.filter(({ uid }) => there.has(uid));
  return {
    ...object,
    status: {
      ...status,
      lastScheduleTime: slots.at(-1) ?? beforeText.replace(/\.\d+/, ''),
      active,
    },
  };
}

/** A claim of a volume that came later was waiting for it. */
function claimBefore(object: KubeObject, { isLaterVolume }: Surroundings): KubeObject {
  const { volumeName, ...spec } = fieldsOf(object['spec']);
  if (typeof volumeName !== 'string' || !isLaterVolume(volumeName)) return object;
  const annotations = Object.entries(object.metadata.annotations ?? {}).filter(
    ([key]) => !key.startsWith('pv.kubernetes.io/'),
  );
  const metadata = { ...object.metadata, annotations: Object.fromEntries(annotations) };
  return { ...object, metadata, spec, status: { phase: 'Pending' } };
}

/** A quota's controller has not yet seen a limit that was just written. */
function quotaBefore(object: KubeObject, { subresource }: LogSight): KubeObject {
  const { hard } = fieldsOf(object['status']);
  if (subresource !== undefined || hard === undefined) return object;
  return { ...object, spec: { ...fieldsOf(object['spec']), hard } };
}

/** Somebody who cordons a node finds it without a cordon, and the other way round. */
function nodeBefore(object: KubeObject, { verb, body }: LogSight): KubeObject {
  const { unschedulable } = fieldsOf(fieldsOf(body)['spec']);
  if (verb !== 'patch' || unschedulable === undefined) return object;
  const { unschedulable: _is, ...spec } = fieldsOf(object['spec']);
  return { ...object, spec: { ...spec, ...(unschedulable !== true && { unschedulable: true }) } };
}
