/** Begins a simulated cluster with the objects of a recorded one as they were: uids, times, status and all. */
import type { Event, ObjectReference, Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import { timeMs } from '../../sim/api/time.js';
import type { Simulation } from '../../sim/simulation.js';
import type { ServedKind } from '../backends/rest-mapper.js';
import { InputError } from '../input/errors.js';
import { readInput } from '../input/located.js';

/** Kinds that a simulation has of its own, or that it would make nothing of. */
const own = new Set([
  'APIService',
  'CertificateSigningRequest',
  'ComponentStatus',
  'CSINode',
  'Event',
  'FlowSchema',
  'IPAddress',
  'Lease',
  'MutatingWebhookConfiguration',
  'Node',
  'NodeMetrics',
  'PodMetrics',
  'PriorityLevelConfiguration',
  'ServiceCIDR',
  // Its provisioner is replaced by the simulation's own.
  'StorageClass',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
]);

/** A line of the file of states. */
interface StateLine {
  /** When it was so. Absent: at the start. */
  readonly at?: string;
  readonly object: KubeObject;
}

/** A line of the file of events: one that the cluster told, repeated ones once with their count. */
export interface EventLine extends EventWords {
  /** The first time. */
  readonly at: string;
  /** The last time, when it was repeated. */
  readonly until?: string;
}

/** What an event tells, without its times. */
export interface EventWords {
  readonly count: number;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** Who told it: kubelet, default-scheduler, ... */
  readonly component?: string;
}

/** What is taken over from. */
export interface TakeOver {
  /** RecordedObjects, a line each. */
  readonly state: string;
  /** RecordedEvents, a line each: those that were told by now. */
  readonly events?: string;
  /** What is served, asked when the definitions of custom kinds are there. */
  readonly served: () => Promise<readonly ServedKind[]>;
}

/**
 * Takes the objects over, of one kind in the order of their recorded versions; kubelets find the containers of their
 * pods running. Returns their titles, `Pod fraud/scorer-1`.
 *
 * @throws InputError with the line that holds no object.
 */
export async function takeOver(
  { server, nodes, loop }: Simulation,
  { state, events, served }: TakeOver,
): Promise<ReadonlySet<string>> {
  const isState = (line: StateLine): boolean => typeof line.object.metadata.name === 'string';
  // What later dumps show is what comes of it.
  const all = linesOf<StateLine>(state, isState).filter(
    ({ at }) => (timeMs(at) ?? 0) < loop.now() + 1,
  );
  const uids = new Set(all.map(({ object }) => object.metadata.uid));
  const taken = all
    .map(({ object }) => object)
    .filter(object => !own.has(object.kind ?? '') && !isStatic(object))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || versionOf(a) - versionOf(b))
    .map(object => withOwners(object, uids));
  for (const object of taken) {
    if (object.kind !== 'Pod') continue;
    const pod = object as Pod & KubeObject;
    nodes.get(pod.spec?.nodeName ?? '')?.adopt(pod);
  }
  const isDefinition = ({ kind }: KubeObject): boolean => kind === 'CustomResourceDefinition';
  const definitions = taken.filter(isDefinition);
  server.takeOver(
    definitions.map(object => ({
      resource: 'customresourcedefinitions.apiextensions.k8s.io',
      object,
    })),
  );
  const kinds = await served();
  const placed = taken.flatMap(object => {
    const resource = isDefinition(object) ? undefined : resourceOf(object, kinds);
    return resource === undefined ? [] : [{ resource, object }];
  });
  server.takeOver(placed);
  if (events !== undefined) {
    const told = eventObjects(
      linesOf<EventLine>(events, line => typeof line.at === 'string'),
      all,
    );
    server.takeOver(
      told
        .filter(({ firstTimestamp }) => (timeMs(firstTimestamp) ?? 0) <= loop.now())
        // An Event is an object: only its type says so more exactly.
        .map(event => ({ resource: 'events', object: event as unknown as KubeObject })),
    );
  }
  return new Set([...definitions, ...placed.map(({ object }) => object)].map(titleOf));
}

function linesOf<Line>(file: string, isOne: (line: Line) => boolean): readonly Line[] {
  return readInput(file)
    .split('\n')
    .flatMap((text, index) => {
      if (text.trim() === '') return [];
      try {
        const line = JSON.parse(text) as Line;
        if (isOne(line)) return [line];
      } catch {
        // Told below, with the line.
      }
      throw new InputError(
        { file, line: index + 1 },
        'nothing that was recorded',
        'make the file again with: seatrial import',
      );
    });
}

/** `Pod fraud/scorer-1`. */
export function titleOf({ kind = '', metadata }: KubeObject): string {
  const { namespace, name = '' } = metadata;
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/**
 * Whoever counts others comes after them: controllers hear of all at one time, but one by one, and act on
 * what they have heard.
 */
function rankOf({ kind = '' }: KubeObject): number {
  const ranks = [
    ['Pod'],
    ['PersistentVolume', 'PersistentVolumeClaim', 'ControllerRevision', 'ServiceAccount'],
    ['EndpointSlice', 'Endpoints'],
    ['ReplicaSet', 'ReplicationController', 'StatefulSet', 'DaemonSet', 'Job'],
    ['Deployment', 'CronJob', 'Service', 'PodDisruptionBudget', 'ResourceQuota'],
    ['HorizontalPodAutoscaler', 'Namespace'],
  ];
  const rank = ranks.findIndex(kinds => kinds.includes(kind));
  return rank < 0 ? 1 : rank;
}

function versionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion ?? 0);
}

/** A pod that a kubelet runs on its own: no part of what the API server starts. */
function isStatic({ kind, metadata }: KubeObject): boolean {
  return kind === 'Pod' && metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

/** An owner that is not there would have its objects collected. */
function withOwners(object: KubeObject, uids: ReadonlySet<string | undefined>): KubeObject {
  const { ownerReferences } = object.metadata;
  if (ownerReferences === undefined) return object;
  const known = ownerReferences.filter(({ uid }) => uids.has(uid));
  return { ...object, metadata: { ...object.metadata, ownerReferences: known } };
}

function resourceOf(
  { apiVersion = 'v1', kind = '' }: KubeObject,
  served: readonly ServedKind[],
): string | undefined {
  const found = served.find(each => each.apiVersion === apiVersion && each.kind === kind);
  if (found === undefined) return undefined;
  const [group = '', version] = apiVersion.split('/');
  return version === undefined ? found.resource : `${found.resource}.${group}`;
}

function eventObjects(events: readonly EventLine[], all: readonly StateLine[]): readonly Event[] {
  const about = new Map(all.map(({ object }) => [titleOf(object), object]));
  return events.map((event, index): Event => {
    const { at, until = at, count, type, reason, message, kind, name, component = '' } = event;
    const { namespace } = event;
    const object = about.get(`${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`);
    const involvedObject: ObjectReference = {
      kind,
      name,
      ...(namespace !== undefined && { namespace }),
      ...(object?.apiVersion !== undefined && { apiVersion: object.apiVersion }),
      ...(object?.metadata.uid !== undefined && { uid: object.metadata.uid }),
    };
    const own16 = (timeMs(at) ?? 0).toString(16) + index.toString(16).padStart(4, '0');
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: `${name}.${own16}`,
        namespace: namespace ?? 'default',
        uid: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
        creationTimestamp: at.replace(/\.\d+/, ''),
      },
      involvedObject,
      reason,
      message,
      type,
      count,
      firstTimestamp: at.replace(/\.\d+/, ''),
      lastTimestamp: until.replace(/\.\d+/, ''),
      source: { component },
      reportingComponent: component,
      reportingInstance: '',
    };
  });
}
