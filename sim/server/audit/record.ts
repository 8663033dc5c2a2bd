/**
 * The audit of one request: what is learned of it, told at each stage.
 * @upstream apiserver/pkg/audit/request.go, endpoints/filters/audit.go
 */
import { isRecord } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import { rfc3339Micro } from '../../api/time.js';
import { userInfoOf } from '../authentication/reviews.js';
import { readJson, readYaml, textOf } from '../decoding/text.js';
import type { RequestContext } from '../request-context.js';
import type { RequestInfo } from '../request-info.js';
import type { User } from '../user.js';
import type { AuditReader, AuditRecord, HeardRequest } from './auditor.js';
import type { AuditConfig, AuditStage } from './policy.js';
import { withoutManagedFields } from './without-managed-fields.js';

/** What stands in objectRef. */
interface Reference {
  namespace?: string;
  name?: string;
  uid?: string;
  resourceVersion?: string;
}

/** The answer's status as events have it. */
interface ToldStatus {
  readonly metadata: object;
  readonly code: number;
}

/** Where events go, and what they are stamped with. */
export interface AuditSink {
  readonly id: string;
  readonly nowMs: () => number;
  readonly reader: AuditReader;
}

const userAgentMax = 1024;
const longRunningSubresources = ['attach', 'exec', 'proxy', 'log', 'portforward'];

/** Collects what is told of a request. */
export class RequestRecord implements AuditRecord {
  private readonly user: User;
  private readonly reference: Reference;
  private hasStarted = false;
  private request: unknown;
  private response: unknown;

  constructor(
    private readonly context: RequestContext,
    private readonly config: AuditConfig,
    private readonly sink: AuditSink,
  ) {
    this.user = context.user;
    const { namespace, name } = context.info;
    this.reference = { namespace, name };
    if (this.isAuthenticated) this.tell('RequestReceived');
  }

  requestObject(object: unknown): void {
    const { verb } = this.context.info;
    const isDelete = verb === 'delete' || verb === 'deletecollection';
    if (isRecord(object) && isRecord(object['metadata']) && verb !== 'patch') {
      this.learn(object['metadata']);
    }
    if (this.config.level !== 'Request' && this.config.level !== 'RequestResponse') return;
    const told = object instanceof Uint8Array ? parsed(object) : object;
    this.request = this.cleaned(isDelete && isRecord(told) ? internalOptions(told) : told);
  }

  responseObject(object: unknown): void {
    if (this.config.level === 'RequestResponse') this.response = this.cleaned(object);
  }

  responseStarted(code: number): void {
    this.hasStarted = true;
    this.tell('ResponseStarted', { metadata: {}, code });
  }

  responseComplete(code: number, body: unknown): void {
    const told = statusOf(code, body);
    if (!this.isAuthenticated) {
      this.tell('ResponseStarted', told);
      return;
    }
    if (!this.hasStarted && isLongRunning(this.context.info)) this.tell('ResponseStarted', told);
    this.tell('ResponseComplete', told);
  }

  private get isAuthenticated(): boolean {
    return this.user.name !== '';
  }

  /** What the request's object says of itself completes the reference. */
  private learn(metadata: Readonly<Record<string, unknown>>): void {
    for (const key of ['namespace', 'name', 'uid', 'resourceVersion'] as const) {
      const value = metadata[key];
      if (typeof value === 'string' && value !== '') this.reference[key] ||= value;
    }
  }

  private cleaned(object: unknown): unknown {
    return this.config.omitsManagedFields ? withoutManagedFields(object) : object;
  }

  private tell(stage: AuditStage, responseStatus?: ToldStatus): void {
    if (this.config.omittedStages.includes(stage)) return;
    const { onEvent, onRequest } = this.sink.reader;
    if (onRequest === undefined) onEvent(this.event(stage, responseStatus));
    else onRequest(this.heard(stage, responseStatus));
  }

  private heard(stage: AuditStage, responseStatus?: ToldStatus): HeardRequest {
    const { context, reference, user } = this;
    return {
      stage,
      user: context.impersonator === undefined ? user : context.user,
      info: context.info,
      namespace: reference.namespace ?? '',
      name: reference.name ?? '',
      code: responseStatus?.code,
      annotations: this.notesAt(stage),
    };
  }

  private notesAt(stage: AuditStage): Readonly<Record<string, string>> {
    const hasNotes = stage !== 'RequestReceived' && this.isAuthenticated;
    return hasNotes ? this.context.annotations : noNotes;
  }

  private event(stage: AuditStage, responseStatus?: ToldStatus): KubeObject {
    const { context, config, sink } = this;
    const { info, request, connection } = context;
    const isFirst = stage === 'RequestReceived';
    const userAgent = context.header('user-agent');
    const notes = this.notesAt(stage);
    // Field after field, in Go's order: hundreds of thousands are made in a run, and a spread costs most.
    const event: Record<string, unknown> = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: config.level,
      auditID: sink.id,
      stage,
      requestURI: request.path,
      verb: info.verb,
      user: toldOf(this.user),
    };
    if (!isFirst && context.impersonator !== undefined)
      event['impersonatedUser'] = toldOf(context.user);
    event['sourceIPs'] = [connection.sourceIP ?? '127.0.0.1'];
    if (userAgent !== '') event['userAgent'] = userAgent.slice(0, userAgentMax);
    if (info.isResourceRequest) event['objectRef'] = this.objectReference();
    if (responseStatus !== undefined) event['responseStatus'] = responseStatus;
    if (!isFirst && this.request !== undefined) event['requestObject'] = this.request;
    if (!isFirst && this.response !== undefined) event['responseObject'] = this.response;
    event['requestReceivedTimestamp'] = rfc3339Micro(context.nowMs);
    event['stageTimestamp'] = rfc3339Micro(sink.nowMs());
    if (isFilled(notes)) event['annotations'] = Object.assign({}, notes);
    return event as unknown as KubeObject;
  }

  private objectReference() {
    const { info } = this.context;
    const { resource, subresource, group, version } = info;
    const { namespace, name, uid, resourceVersion } = this.reference;
    const told: Record<string, string> = {};
    if (resource) told['resource'] = resource;
    if (namespace) told['namespace'] = namespace;
    if (name) told['name'] = name;
    if (uid) told['uid'] = uid;
    if (resourceVersion) told['resourceVersion'] = resourceVersion;
    if (group) told['apiGroup'] = group;
    if (version) told['apiVersion'] = version;
    if (subresource) told['subresource'] = subresource;
    return told;
  }
}

const noNotes: Readonly<Record<string, string>> = {};

function isFilled(notes: Readonly<Record<string, string>>): boolean {
  for (const _ in notes) return true;
  return false;
}

const usersTold = new WeakMap<User, ReturnType<typeof userInfoOf>>();

/** The user as events tell it: the same for all requests of a connection. */
function toldOf(user: User): ReturnType<typeof userInfoOf> {
  let told = usersTold.get(user);
  if (told === undefined) usersTold.set(user, (told = userInfoOf(user)));
  return told;
}

/** Requests that tell when their answer begins. @upstream genericfilters.BasicLongRunningRequestCheck */
function isLongRunning({ verb, subresource }: RequestInfo): boolean {
  return verb === 'watch' || verb === 'proxy' || longRunningSubresources.includes(subresource);
}

/** A patch as its bytes say it. */
function parsed(bytes: Uint8Array): unknown {
  const text = textOf(bytes);
  const json = readJson(text);
  const read = json.isOk ? json : readYaml(text);
  return read.isOk ? read.value.value : undefined;
}

/** Delete options are told in the internal version, with their kind. */
function internalOptions(options: Readonly<Record<string, unknown>>): unknown {
  return { ...options, kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/__internal' };
}

/** The Status of the answer, or one made of its code. */
function statusOf(code: number, body: unknown): ToldStatus {
  if (!isRecord(body) || body['kind'] !== 'Status') return { metadata: {}, code };
  const { status, message, reason, details } = body;
  return {
    metadata: {},
    ...(status !== undefined && { status }),
    ...(message !== undefined && message !== '' && { message }),
    ...(reason !== undefined && reason !== '' && { reason }),
    ...(details !== undefined && { details }),
    code,
  };
}
