/** Projects objects and events to what the recorded scenarios tell of them. */
import { compareText } from '../../../../sim/api/go-text.js';
import type { KubeObject } from '../../../../sim/api/object.js';
import type { Projected, ProjectedEvent } from './scenario.js';

type Record_ = Readonly<Record<string, unknown>>;

/** What only some scenarios tell. */
export interface Detail {
  readonly wholeJobs: boolean;
  readonly revisionData: boolean;
  readonly countsEndpoints: boolean;
  /** The kinds of which metadata.generation is told. */
  readonly generations: ReadonlySet<string>;
}

/** What a scenario's recorded objects tell. */
export function detailOf(objects: readonly Projected[]): Detail {
  const some = (kind: string, test: (object: Projected) => boolean) =>
    objects.some(object => object.kind === kind && test(object));
  return {
    wholeJobs: some('Job', object => 'template' in record(object['spec'])),
    revisionData: some('ControllerRevision', object => 'data' in object),
    countsEndpoints: some('EndpointSlice', object => typeof object['endpoints'] === 'string'),
    generations: new Set(
      objects.filter(({ metadata }) => 'generation' in metadata).map(({ kind }) => kind),
    ),
  };
}

/** The object, projected. */
export function project(object: KubeObject, kind: string, detail: Detail): Projected {
  const spec = record(object.spec);
  const status = record(object.status);
  const parts = projections[kind]?.(object, spec, status, detail) ?? { status };
  // A Node's status is told even when there is nothing of it to tell.
  const isKept = ([field, value]: [string, unknown]) =>
    !isAbsent(value) || (kind === 'Node' && field === 'status');
  const kept = Object.entries(parts).filter(isKept);
  return { kind, metadata: projectMetadata(object, kind, detail), ...Object.fromEntries(kept) };
}

function projectMetadata(object: KubeObject, kind: string, detail: Detail): Record_ {
  const { metadata } = object;
  return compact({
    name: metadata.name,
    generateName: metadata.generateName,
    labels: kind === 'Namespace' ? undefined : metadata.labels,
    annotations: metadata.annotations,
    ownerReferences: metadata.ownerReferences,
    finalizers: metadata.finalizers,
    ...(detail.generations.has(kind) && { generation: metadata.generation }),
    deletionTimestamp: metadata.deletionTimestamp,
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds,
  });
}

type Projection = (object: KubeObject, spec: Record_, status: Record_, detail: Detail) => Record_;

const setProjection: Projection = (_object, spec, status) => ({
  spec: compact({
    ...pick(spec, 'replicas', 'minReadySeconds', 'selector'),
    template: projectTemplate(record(spec['template'])),
  }),
  status: sortedConditions(status),
});

const projections: Readonly<Record<string, Projection>> = {
  Pod: (_object, spec, status) => ({
    spec: projectPodSpec(spec),
    status: compact({
      ...pick(status, 'phase', 'reason', 'message', 'resourceClaimStatuses'),
      conditions: plainConditions(status),
    }),
  }),
  Deployment: (_object, spec, status) => ({
    spec: pick(spec, 'replicas', 'paused'),
    status: sortedConditions(status),
  }),
  ReplicaSet: setProjection,
  ReplicationController: setProjection,
  StatefulSet: (_object, spec, status) => ({ spec: pick(spec, 'replicas'), status }),
  DaemonSet: (_object, spec, status) => ({
    spec: { images: imagesOf(record(record(spec['template'])['spec'])) },
    status,
  }),
  Job: (_object, spec, status, { wholeJobs }) => ({
    spec: wholeJobs ? spec : pick(spec, 'parallelism', 'completions', 'suspend'),
    status,
  }),
  CronJob: (_object, spec, status) => ({ spec: pick(spec, 'schedule', 'suspend'), status }),
  Node: (_object, spec, status) => ({
    spec: compact({
      unschedulable: spec['unschedulable'],
      taints: list(spec['taints'])
        .map(taint => compact(pick(taint, 'key', 'value', 'effect', 'timeAdded')))
        .sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b))),
    }),
    status: compact({ conditions: plainConditions(status) }),
  }),
  ControllerRevision: (object, _spec, _status, { revisionData }) => ({
    revision: object['revision'],
    data: revisionData ? object['data'] : undefined,
  }),
  EndpointSlice: (object, _spec, _status, { countsEndpoints }) => {
    const endpoints = list(object['endpoints']);
    return {
      addressType: object['addressType'],
      ports: object['ports'] ?? null,
      endpoints: countsEndpoints
        ? `${endpoints.length} endpoints`
        : endpoints.toSorted((a, b) =>
            compareText(JSON.stringify(a['addresses']), JSON.stringify(b['addresses'])),
          ),
    };
  },
  Endpoints: object => ({ subsets: object['subsets'] }),
  Service: (_object, spec) => ({ spec: pick(spec, 'selector', 'type') }),
  PodDisruptionBudget: (_object, spec, status) => ({ spec, status }),
  Namespace: (_object, spec, status) => ({
    spec,
    status: compact({ phase: status['phase'], conditions: plainConditions(status) }),
  }),
  PersistentVolumeClaim: (_object, _spec, status) => ({ status }),
  ConfigMap: object => ({ data: object['data'] }),
  Secret: object => ({
    type: object['type'],
    dataKeys: Object.keys(record(object['data'])).sort(compareText),
  }),
  ClusterRole: object => ({
    rules: object['rules'] ?? null,
    aggregationRule: object['aggregationRule'],
  }),
  ResourceClaim: () => ({}),
  ServiceAccount: () => ({}),
};

function projectPodSpec(spec: Record_): Record_ {
  const containers = list(spec['containers']);
  const volumes = list(spec['volumes']).filter(
    ({ name }) => typeof name !== 'string' || !name.startsWith('kube-api-access-'),
  );
  return compact({
    ...pick(spec, 'nodeName', 'hostname', 'subdomain', 'affinity', 'nodeSelector'),
    ...pick(spec, 'activeDeadlineSeconds', 'resourceClaims'),
    tolerations: list(spec['tolerations']).filter(({ tolerationSeconds, key }) => {
      const isDefault =
        key === 'node.kubernetes.io/not-ready' || key === 'node.kubernetes.io/unreachable';
      return !(isDefault && tolerationSeconds === 300);
    }),
    env: containers.flatMap(container => list(container['env'])),
    images: imagesOf(spec),
    volumes,
  });
}

function projectTemplate(template: Record_): Record_ {
  const metadata = record(template['metadata']);
  return compact({
    metadata: compact(pick(metadata, 'labels')),
    images: imagesOf(record(template['spec'])),
  });
}

function imagesOf(spec: Record_): readonly unknown[] {
  return list(spec['containers']).map(({ image }) => image);
}

/** The event, projected. */
export function projectEvent(event: KubeObject): ProjectedEvent {
  const regarding = record(event['involvedObject']);
  const source = record(event['source']);
  return {
    type: String(event['type']),
    reason: String(event['reason']),
    message: String(event['message']),
    count: Number(event['count'] ?? 1),
    regarding: { kind: String(regarding['kind']), name: String(regarding['name']) },
    source: typeof source['component'] === 'string' ? source['component'] : '',
  };
}

/** The conditions without their times, sorted. */
function plainConditions(status: Record_): readonly Record_[] {
  return list(status['conditions'])
    .map(condition => compact(pick(condition, 'type', 'status', 'reason', 'message')))
    .sort(byType);
}

function sortedConditions(status: Record_): Record_ {
  const conditions = list(status['conditions']);
  return conditions.length === 0 ? status : { ...status, conditions: conditions.toSorted(byType) };
}

function byType(a: Record_, b: Record_): number {
  return compareText(String(a['type']), String(b['type']));
}

function pick(source: Record_, ...keys: readonly string[]): Record_ {
  return Object.fromEntries(keys.filter(key => key in source).map(key => [key, source[key]]));
}

function compact(source: Record_): Record_ {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => !isAbsent(value)));
}

function isAbsent(value: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function record(value: unknown): Record_ {
  return (value ?? {}) as Record_;
}

function list(value: unknown): readonly Record_[] {
  return (value ?? []) as readonly Record_[];
}
