/** Which recorded writes are sent again: those of people and of controllers that are not simulated. */
import { timeMs } from '../../../sim/api/time.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { RecordedWrite } from '../contract.js';
import type { TimedWrite, TraceStep } from '../import/format.js';
import type { Incident } from '../rebuild/incident.js';
import { Inference } from './inference.js';
import { pluralOf } from '../plural.js';
import { placeOf, titleOf } from '../rebuild/known.js';
import { systemNamespaces } from '../rebuild/left-out.js';
import { timeText } from '../rebuild/stretches.js';
import { tidied } from '../rebuild/tidy.js';

/** What is decided of a write. */
export type Verdict =
  | { readonly kind: 'sent'; readonly write: RecordedWrite }
  | { readonly kind: 'left'; readonly why: string };

/** Judges writes one by one. */
export class ReplayJudge {
  /** What was changed in writes so that they can be sent, by the words: how often. */
  readonly guessed = new Map<string, number>();

  private readonly inference: Inference;

  constructor(
    private readonly incident: Incident,
    /** `deployments.apps`: what the simulated API serves. */
    private readonly served: ReadonlySet<string>,
  ) {
    this.inference = new Inference(incident);
  }

  judge(write: TimedWrite): Verdict {
    const why = this.whyLeft(write);
    if (why !== undefined) return { kind: 'left', why };
    const guessed = [...(write.guessed ?? [])];
    let sent: RecordedWrite = recorded(write);
    if (this.isOfOrphan(write)) {
      sent = { ...sent, actor: 'outside' };
      guessed.push('nothing shows its owner, with whom it goes: replayed');
    }
    if (isAutoscaler(write)) {
      sent = { ...sent, actor: 'outside' };
      guessed.push(
        'an autoscaler wrote it: replayed, not computed, with the autoscaler switched off',
      );
    }
    const body = this.bodyOf(write, guessed);
    if (write.body === undefined && write.verb !== 'create' && body !== undefined) {
      const { query: _query, ...rest } = sent;
      sent = { ...rest, verb: 'patch', contentType: 'application/merge-patch+json' };
    }
    for (const each of guessed) this.guessed.set(each, (this.guessed.get(each) ?? 0) + 1);
    return {
      kind: 'sent',
      write: {
        ...sent,
        ...(body !== undefined && { body }),
        ...(guessed.length > 0 && { guessed }),
      },
    };
  }

  private whyLeft(write: TimedWrite): string | undefined {
    const { actor, status, resource, apiGroup = '', subresource, namespace = '', verb } = write;
    if (status === 0) return 'the log does not tell what was answered';
    const isAlone = (isAutoscaler(write) && status < 300) || this.isOfOrphan(write);
    if (actor === 'ours' && !isAlone) {
      return 'our own parts do it again';
    }
    if (write.atMs < this.incident.times.startMs) return 'before the start';
    if (systemNamespaces.has(namespace)) return "of the cluster's own parts";
    if (resource === 'leases') return 'events and heartbeats';
    if (resource === 'events' && !isAutoscaler(write)) return 'events and heartbeats';
    if (resource === 'persistentvolumes' && isAccount(write)) {
      return 'volumes are provisioned anew';
    }
    if (resource === 'nodes' && subresource === undefined && verb === 'delete') return undefined;
    if (!this.served.has(apiGroup === '' ? resource : `${resource}.${apiGroup}`)) {
      return `the simulated API serves no ${apiGroup === '' ? resource : `${resource}.${apiGroup}`}`;
    }
    const isDelete = verb === 'delete' || verb === 'deletecollection';
    const isTold = write.body !== undefined || isDelete || this.inference.of(write) !== undefined;
    if (!isTold) {
      return 'no body: the audit policy logged it at level Metadata';
    }
    return undefined;
  }

  /** Of what was there at a log's beginning; kubelets do their part. */
  private isOfOrphan(write: TimedWrite): boolean {
    const { actor, verb, status, subresource, user, resource, apiGroup = '' } = write;
    const { orphans } = this.incident.times.beginning ?? {};
    const isDelete = actor === 'ours' && verb === 'delete' && status < 300;
    if (!isDelete || subresource !== undefined || user.startsWith('system:node:')) return false;
    const { namespace = '', name = '' } = write;
    return orphans?.has(`${resource}.${apiGroup} ${namespace}/${name}`) === true;
  }

  private bodyOf(write: TimedWrite, guessed: string[]): unknown {
    const { verb, body } = write;
    if (body === undefined) {
      const inferred = this.inference.of(write);
      if (inferred !== undefined) guessed.push(inferred.why);
      return inferred?.body;
    }
    const { kind, metadata } = body as Partial<KubeObject>;
    const isWhole = kind !== undefined && metadata !== undefined;
    if ((verb !== 'create' && verb !== 'update') || !isWhole) return body;
    const { object, changed } = tidied(body as KubeObject);
    guessed.push(...changed);
    // It goes as it came, unless it lacks what no server would have taken it without.
    return changed.length === 0 ? body : object;
  }
}

/** The custom resources that are served once their definitions have been replayed. */
export function* definedIn({ known }: Pick<Incident, 'known'>): Generator<string> {
  for (const { newest } of known) {
    if (newest.object.kind !== 'CustomResourceDefinition') continue;
    const { group = '', names } = (newest.object['spec'] ?? {}) as {
      readonly group?: string;
      readonly names?: { readonly plural?: string };
    };
    if (names?.plural !== undefined) yield `${names.plural}.${group}`;
  }
}

/** Objects that a dump shows and that came after the start, where no write made them. */
export function* lateWrites({ initial, survey }: Incident): Generator<RecordedWrite> {
  for (const sighting of initial.late) {
    const { object } = sighting;
    const { namespace, name = '', creationTimestamp } = object.metadata;
    const { apiVersion = 'v1', kind = '' } = object;
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const resource = pluralOf(kind);
    const key = `${resource}.${group ?? ''} ${namespace ?? ''}/${name}`;
    if (survey.made.has(key) || survey.madeByOurs.has(key)) continue;
    const drawn = `${resource}.${group ?? ''} ${namespace ?? ''}/${object.metadata.generateName ?? ''}`;
    const madeMs = timeMs(creationTimestamp) ?? 0;
    if (survey.madeUnnamed.get(drawn)?.some(ms => Math.abs(ms - madeMs) < 2000)) continue;
    yield {
      at: creationTimestamp ?? '',
      user: 'unknown',
      actor: 'outside',
      verb: 'create',
      ...(group !== '' && group !== undefined && { apiGroup: group }),
      apiVersion: version ?? 'v1',
      resource,
      ...(namespace !== undefined && { namespace }),
      name,
      body: tidied(object).object,
      status: 201,
      guessed: ['a dump shows it with this time of creation; who made it is not recorded'],
      source: placeOf(sighting),
    };
  }
}

/** The changes of a trace as writes; the state at the start is restored, and so left out. */
export function* traceWrites(
  steps: readonly TraceStep[],
  startMs: number,
): Generator<RecordedWrite> {
  const there = new Set<string>();
  for (const { atMs, applied, deleted, source } of steps) {
    for (const object of applied) {
      const isNew = !there.has(titleOf(object));
      there.add(titleOf(object));
      if (atMs <= startMs) continue;
      yield fromTrace(object, isNew ? 'create' : 'patch', { atMs, file: source.file });
    }
    for (const object of deleted) {
      there.delete(titleOf(object));
      if (atMs > startMs) yield fromTrace(object, 'delete', { atMs, file: source.file });
    }
  }
}

function fromTrace(
  object: KubeObject,
  verb: 'create' | 'patch' | 'delete',
  { atMs, file }: { readonly atMs: number; readonly file: string },
): RecordedWrite {
  const { apiVersion = 'v1', kind = '', metadata } = object;
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const { object: body, changed } = tidied(object);
  return {
    at: timeText(atMs),
    user: 'unknown',
    actor: 'outside',
    verb,
    ...(group !== '' && group !== undefined && { apiGroup: group }),
    apiVersion: version ?? 'v1',
    resource: pluralOf(kind),
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    name: metadata.name ?? '',
    ...(verb === 'patch' && {
      contentType: 'application/apply-patch+yaml',
      query: 'fieldManager=trace&force=true',
    }),
    ...(verb !== 'delete' && { body }),
    status: verb === 'create' ? 201 : 200,
    guessed: ['the trace does not tell who did it', ...changed],
    source: file,
  };
}

function isAutoscaler({ user, resource, subresource }: TimedWrite): boolean {
  if (!user.endsWith(':horizontal-pod-autoscaler')) return false;
  return subresource === 'scale' || /^(horizontalpodautoscalers|events)$/.test(resource);
}

function isAccount({ user }: TimedWrite): boolean {
  return user.startsWith('system:serviceaccount:');
}

/** The write without what only the import needs. */
export function recorded({
  atMs: _ms,
  revision: _revision,
  result: _result,
  ...write
}: TimedWrite): RecordedWrite {
  return write;
}

/** For the history beside the replay: without bodies but those that tell how many and where. */
export function compact(write: TimedWrite): RecordedWrite {
  const { body, guessed: _guessed, userAgent: _agent, groups: _groups, ...rest } = recorded(write);
  const { target, spec } = (body ?? {}) as {
    readonly target?: unknown;
    readonly spec?: { readonly replicas?: number };
  };
  if (target !== undefined) return { ...rest, body: { target } };
  if (spec?.replicas !== undefined) return { ...rest, body: { spec: { replicas: spec.replicas } } };
  return rest;
}
