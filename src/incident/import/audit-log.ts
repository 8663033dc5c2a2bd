/**
 * The API server's audit log: one audit.k8s.io/v1 Event a line, as --audit-log-path writes it, and the
 * EventLists that the webhook sends.
 *
 * @see https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
import { timeMs } from '../../../sim/api/time.js';
import type { ObjectMeta } from '../../../sim/api/kinds/meta.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { actorOf } from '../actors.js';
import { lineBatches, type Line } from '../intake/lines.js';
import { tellRuns } from './audit-runs.js';
import { keptBody } from './audit-body.js';
import type { Format, Sink, Source, TimedWrite } from './format.js';
import { patchType } from './patch-type.js';

/** What an audit event tells. */
export interface AuditEvent {
  readonly kind?: string;
  readonly items?: readonly AuditEvent[];
  readonly level?: string;
  readonly auditID?: string;
  readonly stage?: string;
  readonly requestURI?: string;
  readonly verb?: string;
  readonly user?: { readonly username?: string; readonly groups?: readonly string[] };
  readonly impersonatedUser?: { readonly username?: string; readonly groups?: readonly string[] };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
    readonly apiVersion?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number; readonly message?: string };
  readonly requestObject?: unknown;
  readonly responseObject?: KubeObject;
  readonly requestReceivedTimestamp?: string;
  readonly stageTimestamp?: string;
}

const writing = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Writes that change no state: reviews, and what streams. */
const stateless = new Set([
  'tokenreviews',
  'subjectaccessreviews',
  'localsubjectaccessreviews',
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'selfsubjectreviews',
]);
const streaming = new Set(['exec', 'attach', 'portforward', 'proxy', 'token']);

/** The names under which API servers keep it; the kernel's own audit log may be called so, too. */
const namePattern = /(^|\/)(?:kube-apiserver-)?audit(?:[-_.][\dT:.Z-]+)?\.log(?:\.\d+)?(?:\.gz)?$/;

/** The format. */
export const auditLog: Format = {
  name: 'audit log',
  gives: 'the order of all writes, by whom and with which bodies; refusals; placements',
  lacks: [
    'the state before the first write',
    'what the audit policy left out: bodies at level Metadata, as a rule the status of pods',
    'nodes',
  ],
  recognises: ({ path, headText }) =>
    /"apiVersion": ?"audit\.k8s\.io\//.test(headText) ||
    // Torn within its first line, or garbled: it is told so, not taken for what a container prints.
    /"(?:auditID|requestReceivedTimestamp|stageTimestamp)": ?"/.test(headText) ||
    (namePattern.test(path) && headText !== '' && !/^type=\w+ msg=audit\(/m.test(headText)),
  async read(file, sink) {
    const order = { lastMs: 0, file: file.path, sink };
    for await (const batch of lineBatches(file, sink)) {
      for (const line of batch) readLine(line, order);
    }
  },
};

interface Order {
  lastMs: number;
  readonly file: string;
  readonly sink: Sink;
}

function readLine({ text, line, isLast }: Line, order: Order): void {
  if (text === '' || text.trim() === '') return;
  const source = { file: order.file, line };
  let value: AuditEvent;
  try {
    value = JSON.parse(text) as AuditEvent;
  } catch {
    const why = isLast ? 'the file ends within this line' : 'not JSON';
    return order.sink.problem(source, `${why}; left out`);
  }
  if (typeof value !== 'object' || value === null) {
    return order.sink.problem(source, 'no audit event; left out');
  }
  const events = value.kind === 'EventList' ? (value.items ?? []) : [value];
  for (const event of events) tell(event, source, order);
}

function tell(event: AuditEvent, source: Source, order: Order): void {
  const { sink } = order;
  const { stage, auditID = '', verb = '', requestReceivedTimestamp } = event;
  const atMs = timeMs(requestReceivedTimestamp);
  if (stage === undefined || atMs === undefined) {
    return sink.problem(source, 'an audit event without a stage or a time; left out');
  }
  if (auditID !== '' && sink.isRepeated(`audit ${auditID} ${stage}`, source)) return;
  sink.count('audit events');
  if (stage !== 'ResponseComplete' && stage !== 'Panic') return sink.count(`stage ${stage}`);
  const doneMs = timeMs(event.stageTimestamp) ?? atMs;
  if (doneMs < order.lastMs - 1000) sink.count('audit events out of order');
  order.lastMs = Math.max(order.lastMs, doneMs);
  const status = event.responseStatus?.code ?? (stage === 'Panic' ? 500 : 0);
  if (status === 403) sink.count('audit events with 403');
  sink.covers(atMs, doneMs);
  if (!writing.has(verb)) return sink.count('reads');
  tellWrite(event, { atMs, status, source, sink });
}

function tellWrite(
  event: AuditEvent,
  about: {
    readonly atMs: number;
    readonly status: number;
    readonly source: Source;
    readonly sink: Sink;
  },
): void {
  const { atMs, status, source, sink } = about;
  const { resource = '', subresource, name, apiGroup = '' } = event.objectRef ?? {};
  const namespace = namespaceOf(event);
  const { requestURI = '', verb = '' } = event;
  const query = requestURI.includes('?') ? requestURI.slice(requestURI.indexOf('?') + 1) : '';
  if (resource === '' || stateless.has(resource) || streaming.has(subresource ?? '')) {
    return sink.count('writes that change no state');
  }
  if (isDryRun(event, query)) return sink.count('dry runs');
  // Somebody who acts as another is that other for the server.
  const { username: user = '', groups } = event.impersonatedUser ?? event.user ?? {};
  const actor = actorOf(user);
  const isAutoscaler = user.endsWith(':horizontal-pod-autoscaler');
  if (actor === 'ours' && (resource === 'leases' || resource === 'events') && !isAutoscaler) {
    return sink.count('heartbeats and events of components');
  }
  const body = keptBody(event, actor);
  const type = verb === 'patch' ? patchType(event, query) : undefined;
  const madeName = name ?? event.responseObject?.metadata?.name;
  const { message } = event.responseStatus ?? {};
  const made = madeBy(event);
  const revision = Number(event.responseObject?.metadata?.resourceVersion ?? 0);
  sink.write({
    at: event.requestReceivedTimestamp ?? '',
    atMs,
    user,
    actor,
    verb,
    apiVersion: event.objectRef?.apiVersion ?? 'v1',
    resource,
    status,
    source: `${source.file}:${source.line ?? 0}`,
    ...(groups !== undefined && actor !== 'ours' && { groups }),
    ...(event.userAgent !== undefined && actor !== 'ours' && { userAgent: event.userAgent }),
    ...(apiGroup !== '' && { apiGroup }),
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(madeName !== undefined && { name: madeName }),
    ...(made?.uid !== undefined && { uid: made.uid }),
    ...(made?.generateName !== undefined && { prefix: made.generateName }),
    ...(revision > 0 && { revision }),
    ...resultOf(event),
    ...(query !== '' && { query }),
    ...(body !== undefined && { body }),
    ...(type !== undefined && { contentType: type.contentType, guessed: [type.why] }),
    ...(status >= 400 && message !== undefined && { message }),
  });
  if (status < 300) {
    tellRuns(event, sink);
    tellObject(event, about);
    tellSight(event, about);
  }
}

/** Options of a deletion travel in its body. */
function isDryRun({ verb = '', requestObject }: AuditEvent, query: string): boolean {
  if (/(^|&)dryRun=All/.test(query)) return true;
  if (!verb.startsWith('delete')) return false;
  const { dryRun = [] } = (requestObject ?? {}) as { readonly dryRun?: readonly string[] };
  return dryRun.includes('All');
}

/** Of a namespace the log says that it lies in itself. */
function namespaceOf({ objectRef = {} }: AuditEvent): string | undefined {
  const { resource, namespace } = objectRef;
  return resource === 'namespaces' || namespace === '' ? undefined : namespace;
}

/** Of scaled workloads and quotas, whatever the form of the write. */
function resultOf({ objectRef, responseObject }: AuditEvent): Pick<TimedWrite, 'result'> {
  const { resource = '', subresource } = objectRef ?? {};
  const { spec, status } = (responseObject ?? {}) as {
    readonly spec?: { readonly replicas?: number; readonly hard?: Record<string, string> };
    readonly status?: { readonly used?: Record<string, string> };
  };
  if (resource === 'resourcequotas' && spec?.hard !== undefined) {
    const { hard } = spec;
    const used = status?.used;
    return { result: { hard, ...(used !== undefined && { used }) } };
  }
  const isScaled = resource === 'deployments' || resource === 'statefulsets';
  if (!isScaled || subresource === 'status' || spec?.replicas === undefined) return {};
  return { result: { replicas: spec.replicas } };
}

/** What an object was given when it was created. */
function madeBy({ verb, objectRef, responseObject }: AuditEvent): ObjectMeta | undefined {
  if (verb !== 'create' || objectRef?.subresource !== undefined) return undefined;
  return responseObject?.kind === 'Status' ? undefined : responseObject?.metadata;
}

/** The object as the server answered it, or as it was asked for when it was made. */
function tellObject(
  event: AuditEvent,
  { atMs, source, sink }: { readonly atMs: number; readonly source: Source; readonly sink: Sink },
): void {
  const { responseObject, requestObject, objectRef, verb } = event;
  if (objectRef?.subresource !== undefined) return;
  const isFull = responseObject?.kind !== undefined && responseObject.kind !== 'Status';
  const object = isFull
    ? responseObject
    : verb === 'create' || verb === 'update'
      ? (requestObject as KubeObject | undefined)
      : undefined;
  if (object?.kind === undefined || object.metadata === undefined) return;
  if (objectRef?.resource === 'pods') {
    // Of the pods of one owner one is enough: it shows the owner's template.
    const owner = object.metadata.ownerReferences?.[0];
    const key = `pod of ${objectRef.namespace ?? ''} ${owner?.kind ?? ''} ${owner?.name ?? ''}`;
    if (owner !== undefined && sink.isRepeated(key, { file: '' })) return;
  }
  const name = object.metadata.name ?? objectRef?.name;
  if (name === undefined) return;
  const namespace = object.metadata.namespace ?? namespaceOf(event);
  const metadata = {
    ...object.metadata,
    name,
    ...(namespace !== undefined && namespace !== '' && { namespace }),
  };
  sink.object({ object: { ...object, metadata }, source, atMs });
}

/** Resources of which a patch helps to tell what was before it. */
const patched = new Set(['nodes', 'deployments', 'replicasets', 'statefulsets', 'daemonsets']);

/** Subresources whose answers are the object, and the one whose answer tells of its size. */
const whole = new Set(['status', 'resize', 'scale']);

/** The whole object after the write, where the log has the answer; answers of some subresources are others. */
function tellSight(
  event: AuditEvent,
  { atMs, source, sink }: { readonly atMs: number; readonly source: Source; readonly sink: Sink },
): void {
  const { responseObject, requestObject, objectRef, verb = '' } = event;
  const { resource, subresource } = objectRef ?? {};
  if (
    !whole.has(subresource ?? 'status') ||
    responseObject?.kind === undefined ||
    responseObject.kind === 'Status'
  )
    return;
  if (resource === 'leases' || resource === 'events') return;
  const { uid, managedFields: _fields, ...metadata } = responseObject.metadata ?? {};
  if (uid === undefined) return;
  sink.sight({
    object: { ...responseObject, metadata: { ...metadata, uid } },
    source,
    atMs,
    verb,
    ...(subresource !== undefined && { subresource }),
    ...(verb === 'patch' && patched.has(resource ?? '') && { body: requestObject }),
  });
}
