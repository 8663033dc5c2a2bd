/** What writes did that were logged without bodies, as far as dumps and events tell it. */
import { timeMs } from '../../../sim/api/time.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { TimedWrite } from '../import/format.js';
import { pluralOf } from '../plural.js';
import type { Incident } from '../rebuild/incident.js';
import { dumpedSights } from '../rebuild/known.js';
import { valueAt } from '../rebuild/stretches.js';
import { tidied } from '../rebuild/tidy.js';

/** A body, and what it was inferred from. */
export interface Inferred {
  readonly body: unknown;
  readonly why: string;
}

/** Controllers tell of what they did within so long. */
const eventDelayMs = 2_000;
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Infers bodies. */
export class Inference {
  /** By the source of a write: the object as the next dump shows it, where no later write came before that. */
  private readonly after = new Map<string, KubeObject>();
  private readonly dumped = new Map<string, readonly KubeObject[]>();

  constructor(private readonly incident: Incident) {
    const { known, survey, times } = incident;
    for (const each of known) {
      const sights = dumpedSights(each);
      const [first] = sights;
      if (first === undefined) continue;
      const key = keyOf(first.object);
      this.dumped.set(key, [...(this.dumped.get(key) ?? []), first.object]);
      const writes = survey.untold.get(key) ?? [];
      for (const { atMs = times.startMs, object } of sights) {
        if (atMs <= times.startMs) continue;
        for (const part of ['', ' status']) {
          const own = writes.filter(write => write.part === part && write.atMs <= atMs);
          const last = own.at(-1);
          if (last !== undefined) this.after.set(last.source + part, object);
        }
      }
    }
  }

  /** Undefined: nothing tells it. */
  of(write: TimedWrite): Inferred | undefined {
    const { verb, resource, subresource, namespace, name, source } = write;
    if (verb === 'create' && resource === 'pods' && subresource === 'eviction') {
      const metadata = { name, namespace };
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata };
      return { body, why: 'an eviction was logged without its body: its pod is all that it says' };
    }
    if (verb === 'create' && subresource === undefined) return this.made(write);
    if (verb !== 'patch' && verb !== 'update') return undefined;
    if (subresource === 'scale') return this.scaled(write);
    const object = this.after.get(source + (subresource === undefined ? '' : ` ${subresource}`));
    if (object === undefined) return undefined;
    const why =
      'the log has no bodies: the last of such writes of an object before a dump is taken to have made what that shows';
    if (subresource === 'status') return { body: { status: object['status'] }, why };
    const { apiVersion: _version, kind: _kind, metadata, ...rest } = asMade(object);
    const { labels, annotations } = metadata;
    // Of a pod hardly more can be changed.
    const more = resource === 'pods' ? {} : rest;
    return { body: { metadata: { labels, annotations }, ...more }, why };
  }

  /** What was made may be in a dump that was taken after. */
  private made({ resource, apiGroup = '', namespace = '', name = '', atMs }: TimedWrite) {
    const all = this.dumped.get(`${resource}.${apiGroup} ${namespace}/${name}`);
    const object = all?.find(({ metadata }) => {
      return Math.abs((timeMs(metadata.creationTimestamp) ?? 0) - atMs) < 2000;
    });
    if (object === undefined) return undefined;
    return { body: asMade(object), why: 'the body is taken from a dump: the log has none' };
  }

  private scaled({ atMs, resource, namespace = '', name = '' }: TimedWrite): Inferred | undefined {
    const kind = resource === 'deployments' ? 'Deployment' : 'StatefulSet';
    const { steps = [] } = this.incident.replicas.get(`${kind} ${namespace}/${name}`) ?? {};
    const replicas = valueAt(steps, atMs + eventDelayMs);
    if (replicas === undefined) return undefined;
    const why = 'the log has no body: the size that events or a dump tell for then';
    return { body: { spec: { replicas } }, why };
  }
}

/** As somebody would have made it; kubectl's own note of that is a part of it. */
function asMade(shown: KubeObject): KubeObject {
  const { object } = tidied(shown);
  const note = shown.metadata.annotations?.[lastApplied];
  if (note === undefined) return object;
  const annotations = { ...object.metadata.annotations, [lastApplied]: note };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function keyOf({ apiVersion = '', kind = '', metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${pluralOf(kind)}.${group} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
