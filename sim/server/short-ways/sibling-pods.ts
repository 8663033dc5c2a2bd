/**
 * The short way of pods that a controller makes from one template: all but the first differ from it in
 * name, uid, time and the name of the volume with their token, so what defaulting, admission, the
 * strategy and validation made of the first holds for the others. The server names them, or a stateful
 * set has numbered them; those of an Indexed Job differ in their index besides.
 */
import { limitRanges, pods, serviceAccounts } from '../../api/kinds/core.js';
import type { Pod, PodSpec } from '../../api/kinds/core.js';
import type { ObjectMeta, OwnerReference } from '../../api/kinds/meta.js';
import { runtimeClasses } from '../../api/kinds/node.js';
import { priorityClasses } from '../../api/kinds/scheduling.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import { rfc3339 } from '../../api/time.js';
import { invariant } from '../../engine/invariant.js';
import { storageKey } from '../../store/collection.js';
import { chargesCreation } from '../admission/resource-quota.js';
import { tokenVolumePrefix } from '../admission/service-account/volume.js';
import { jsonHeaders } from '../answers.js';
import type { Core } from '../core.js';
import { FieldOwners } from '../field-owners.js';
import { generatedFrom } from '../handlers/create.js';
import { trackFields } from '../managed-fields.js';
import { newMeta, withResourceVersion } from '../object-meta.js';
import type { ServedResource } from '../registry.js';
import type { RequestState } from '../request-state.js';
import { beginAudit, Permits, type Permit } from './permits.js';
import { indexedMeta, indexKey, isIndexed, isIndexedAlike } from './indexed-pods.js';
import { isNumbered, isNumberedAlike, ownLabels } from './numbered-pods.js';
import { hasFields } from './plain-events.js';
import { servedBy } from './served-by.js';
import type { ShortWay } from './short-way.js';

/** A pod that went the long way, by which its siblings are made. */
interface Eldest {
  readonly sent: Sent;
  /** As it was sent, with its defaults. */
  readonly read: KubeObject;
  /** The same without what only the server sets: whose fields are owned by who sent it. */
  readonly placed: KubeObject;
  readonly stored: Pod;
  /** The name of the volume with the token; undefined: its pods do not want any. */
  readonly tokenVolume: string | undefined;
  /** What the audit log is told of it. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The last change of what was looked at when it was admitted. */
  readonly policyRevision: number;
}

/** A pod as controllers send it. */
interface Sent {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
}

/** The siblings of the pods of one server. */
export class SiblingPods implements ShortWay {
  /** By path, which says the namespace. */
  private readonly permits: Permits;
  private readonly served: ServedResource;
  /** By the containers of the template, which the siblings share. */
  private readonly eldest = new WeakMap<PodSpec['containers'], Eldest>();

  constructor(private readonly core: Core) {
    this.served = servedBy(core, pods);
    const besides = [limitRanges, serviceAccounts, priorityClasses, runtimeClasses];
    this.permits = new Permits(core, { kinds: [pods], options: 'CreateOptions' }, besides);
  }

  serve(request: ApiRequest, connection: Connection): ApiAnswer | undefined {
    const { path, body } = request;
    if (!path.endsWith('/pods') || !isSent(body)) return undefined;
    const eldest = this.eldest.get(body.spec.containers);
    if (eldest === undefined || !isSibling(body, eldest)) return undefined;
    const permit = this.permits.of(path, connection);
    if (permit?.policyRevision !== eldest.policyRevision) return undefined;
    const { name, namespace = '' } = body.metadata;
    if (path !== pathOf(namespace)) return undefined;
    if (name !== undefined && this.isTaken(storageKey(namespace, name))) return undefined;
    // What one asks for all ask for. One that does not fit in is refused the long way.
    if (!this.fitsIn(eldest, permit)) return undefined;
    const { annotations } = eldest;
    const audit = beginAudit(this.core, { ...permit, annotations }, { request, connection });
    audit?.requestObject(readAs(body, eldest));
    const stored = this.stored(permit, eldest, body);
    audit?.responseObject(stored);
    audit?.responseComplete(201, stored);
    return { status: 201, headers: jsonHeaders, body: stored };
  }

  learn(context: RequestState): void {
    const { info, created, request } = context;
    if (info.resource !== pods.resource || info.group !== pods.group) return;
    if (info.subresource !== '' || created === undefined) return;
    // Pods of a recorded past have names and uids that are looked up.
    if (this.core.options.past !== undefined) return;
    const stored = created.stored as unknown as Pod;
    if (!isSent(request.body) || stored.spec === undefined || isParticular(stored)) return;
    if (context.warnings.length > 0) return;
    if (tokenVolumeIn(request.body.spec) !== undefined) return;
    const tokenVolume = tokenVolumeIn(stored.spec);
    const { read, placed } = created;
    // Numbered pods have labels of their own, by which webhooks may select; indexed ones have one.
    const objects = request.body.metadata.name === undefined ? [placed, created.stored] : undefined;
    const alike = isIndexed(request.body) ? { objects, ownLabel: indexKey } : { objects };
    if (this.permits.isHooked(alike)) return;
    this.permits.learn(request.path, context, alike);
    const permit = this.permits.of(request.path, context.connection);
    if (permit === undefined) return;
    const { annotations } = context;
    const { policyRevision } = permit;
    const sent = request.body;
    const eldest = { sent, read, placed, stored, tokenVolume, annotations, policyRevision };
    this.eldest.set(sent.spec.containers, eldest);
  }

  /** Draws, in their order, what the long way draws. */
  private stored(permit: Permit, { placed, stored, tokenVolume }: Eldest, sent: Sent): KubeObject {
    const { random, store, clock } = this.core;
    const { collection } = this.served;
    const volume = tokenVolume && tokenVolumePrefix + random.suffix();
    const shared = ownMeta(sent, stored.metadata);
    const { name, uid, key } = this.named(shared, sent.metadata.name);
    const timeMs = clock.now();
    const creationTimestamp = rfc3339(timeMs);
    const { generation } = stored.metadata;
    const metadata = newMeta(shared, { name, uid, creationTimestamp, generation });
    const hostname = ownHostname(sent);
    const spec = renamed(stored.spec as PodSpec, { from: tokenVolume, to: volume, hostname });
    const sibling = Object.assign({}, stored, { metadata, spec }) as unknown as KubeObject;
    const update = {
      manager: permit.manager,
      subresource: '',
      apiVersion: this.served.apiVersion,
      timeMs,
      before: undefined,
      after: placed,
    };
    return store.put(collection, {
      key,
      object: withResourceVersion(sibling, store.nextResourceVersion()),
      beside: FieldOwners.none.after(update, trackFields(this.served)),
      user: permit.user.name,
    }).object;
  }

  private fitsIn({ stored }: Eldest, { user }: Permit): boolean {
    const { kind } = this.served;
    const object = stored as unknown as KubeObject;
    return chargesCreation(this.core.access, { kind, object, user });
  }

  private isTaken(key: string): boolean {
    return this.served.collection.get(key) !== undefined;
  }

  private named({ namespace = '', generateName = '' }: ObjectMeta, given: string | undefined) {
    const { random } = this.core;
    if (given !== undefined) {
      return { name: given, uid: random.uuid(), key: storageKey(namespace, given) };
    }
    for (let attempt = 1; ; attempt++) {
      const name = generatedFrom(generateName, random);
      const uid = random.uuid();
      const key = storageKey(namespace, name);
      const isFree = !this.isTaken(key);
      invariant(isFree || attempt < namesMax, `a name that begins with ${generateName} is free`);
      if (isFree) return { name, uid, key };
    }
  }
}

/** That so many names are taken in a row does not happen: there are fourteen million of each. */
const namesMax = 8;

function pathOf(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

/** Whether it is a pod as controllers send it: to be named by the server, or numbered. */
function isSent(body: unknown): body is Sent {
  if (typeof body !== 'object' || body === null) return false;
  const { kind, apiVersion, metadata, spec } = body as Partial<Sent>;
  return (
    kind === 'Pod' &&
    apiVersion === 'v1' &&
    typeof metadata === 'object' &&
    typeof spec === 'object' &&
    Boolean(metadata.generateName && metadata.namespace) &&
    metadata.ownerReferences?.length === 1 &&
    hasFields(body, 4) &&
    (metadata.name === undefined || isNumbered({ metadata, spec }))
  );
}

/** Whether nothing but the name will make it another pod than the one that was placed before. */
function isSibling(
  { metadata, spec }: Sent,
  { sent, placed: { metadata: other } }: Eldest,
): boolean {
  const [owner] = metadata.ownerReferences ?? [];
  const [otherOwner] = other.ownerReferences ?? [];
  const isNamed = metadata.name !== undefined;
  const isAlike = !isNamed && spec === sent.spec;
  const own = isAlike ? nothing : isNamed ? ownOfNumbered : ownOfIndexed;
  let fields = 0;
  for (const key in metadata) {
    fields++;
    if (key === 'ownerReferences' || own.includes(key)) continue;
    if (metadata[key as keyof ObjectMeta] !== other[key as keyof ObjectMeta]) return false;
  }
  for (const _ in other) fields--;
  if (fields !== 0 || !isSameOwner(owner, otherOwner)) return false;
  if (isAlike) return true;
  if (!hasOnlyOtherHostname(spec, sent.spec)) return false;
  if (isNamed) return isNumberedAlike(metadata, other);
  return (
    isIndexed({ metadata, spec }) && isIndexed(sent) && isIndexedAlike({ metadata, spec }, sent)
  );
}

/** What of the metadata is a pod's own. */
const nothing: readonly string[] = [];
const ownOfNumbered: readonly string[] = ['name', 'labels'];
const ownOfIndexed: readonly string[] = ['generateName', 'labels', 'annotations'];

/** The metadata of the other with what is the one's own. */
function ownMeta(sent: Sent, other: ObjectMeta): ObjectMeta {
  const { metadata } = sent;
  if (metadata.name !== undefined) {
    return Object.assign({}, other, { labels: ownLabels(metadata, other) });
  }
  return isIndexed(sent) ? indexedMeta(metadata, other) : other;
}

/** The hostname, where it is a pod's own. */
function ownHostname(sent: Sent): { readonly hostname: string } | undefined {
  const { metadata, spec } = sent;
  if (metadata.name !== undefined) return { hostname: metadata.name };
  return isIndexed(sent) ? { hostname: spec.hostname ?? '' } : undefined;
}

function hasOnlyOtherHostname(spec: PodSpec, other: PodSpec): boolean {
  let fields = 0;
  for (const key in spec) {
    fields++;
    if (key !== 'hostname' && spec[key as keyof PodSpec] !== other[key as keyof PodSpec]) {
      return false;
    }
  }
  for (const _ in other) fields--;
  return fields === 0;
}

/** What was sent with its defaults, which are those of the eldest. */
function readAs(sent: Sent, { read }: Eldest): KubeObject {
  const hostname = ownHostname(sent);
  if (hostname === undefined) return read;
  const { name } = sent.metadata;
  const metadata = Object.assign({}, ownMeta(sent, read.metadata), name && { name });
  const spec = Object.assign({}, read['spec'], hostname);
  return Object.assign({}, read, { metadata, spec });
}

function isSameOwner(a: OwnerReference | undefined, b: OwnerReference | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  let fields = 0;
  for (const key in a) {
    fields++;
    if (a[key as keyof OwnerReference] !== b[key as keyof OwnerReference]) return false;
  }
  for (const _ in b) fields--;
  return fields === 0;
}

/** Times and nodes are no pod's siblings', and neither is what is looked up elsewhere. */
function isParticular({ metadata, spec, status }: Pod): boolean {
  return (
    metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined ||
    Boolean(spec?.nodeName) ||
    Boolean(spec?.schedulingGates?.length) ||
    Boolean(spec?.resourceClaims?.length) ||
    spec?.schedulingGroup !== undefined ||
    status?.conditions !== undefined
  );
}

function tokenVolumeIn({ volumes }: PodSpec): string | undefined {
  return volumes?.find(({ name }) => name.startsWith(tokenVolumePrefix))?.name;
}

/** The spec with another name of a volume, if it has that, and of the host if it has one. */
function renamed(
  spec: PodSpec,
  {
    from,
    to,
    hostname,
  }: {
    readonly from: string | undefined;
    readonly to: string | undefined;
    readonly hostname: { readonly hostname: string } | undefined;
  },
): PodSpec {
  if (from === undefined || to === undefined) {
    return hostname === undefined ? spec : Object.assign({}, spec, hostname);
  }
  const mounting = (containers: PodSpec['containers']) =>
    containers.map(container => {
      const { volumeMounts } = container;
      if (volumeMounts?.some(({ name }) => name === from) !== true) return container;
      return { ...container, volumeMounts: volumeMounts.map(rename) };
    });
  const rename = <T extends { readonly name: string }>(one: T): T =>
    one.name === from ? { ...one, name: to } : one;
  const changed = { volumes: spec.volumes?.map(rename), containers: mounting(spec.containers) };
  const { initContainers } = spec;
  const initial = initContainers && { initContainers: mounting(initContainers) };
  return Object.assign({}, spec, changed, initial, hostname) as PodSpec;
}
