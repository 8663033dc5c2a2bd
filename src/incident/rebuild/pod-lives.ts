/** When each pod was there, what it asked for and where it ran, from all that tells of pods. */
import { timeMs } from '../../../sim/api/time.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { Decision, ToldEvent } from '../import/format.js';
import type { KnownObject } from './known.js';
import { newLife, type PodLife } from './pod-life.js';
import type { QuotaRefusal } from './quota-refusal.js';
import { asksOf, type PodAsks, type Survey } from './survey.js';

/** What tells of pods. */
export interface PodSources {
  readonly survey: Survey;
  readonly events: readonly ToldEvent[];
  readonly decisions: readonly Decision[];
  readonly known: readonly KnownObject[];
  readonly refusals: readonly QuotaRefusal[];
}

/** All pods, by namespace and name. */
export function podLives(sources: PodSources): PodLife[] {
  // Those that writes tell of are taken on as they are: a large log has many.
  const book = new Book(sources.survey.pods);
  for (const { newest } of sources.known) {
    if (newest.object.kind === 'Pod' && newest.dump !== undefined) book.shown(newest.object);
  }
  for (const event of sources.events) book.told(event);
  for (const { namespace, pod, node, atMs } of sources.decisions) {
    if (node !== undefined) book.bound(namespace, pod, { node, atMs });
  }
  book.fillAsks(sources);
  return book.all();
}

interface ShownPod extends KubeObject {
  readonly spec?: PodAsks & { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly containerStatuses?: readonly {
      readonly state?: { readonly terminated?: { readonly finishedAt?: string } };
    }[];
  };
}

class Book {
  private readonly jobEnds = new Map<string, number>();

  constructor(private readonly lives: Map<string, PodLife>) {}

  life(namespace: string, name: string): PodLife {
    const key = `${namespace}/${name}`;
    let life = this.lives.get(key);
    if (life === undefined) {
      life = newLife(namespace, name);
      this.lives.set(key, life);
    }
    return life;
  }

  all(): PodLife[] {
    for (const life of this.lives.values()) {
      const ended = this.jobEnds.get(`${life.namespace} ${life.owner ?? ''}`);
      if (ended !== undefined) life.endedMs ??= ended;
    }
    return [...this.lives.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, life]) => life);
  }

  shown(object: KubeObject): void {
    const { metadata, spec, status } = object as ShownPod;
    const { namespace = '', name = '', ownerReferences } = metadata;
    const life = this.life(namespace, name);
    const createdMs = timeMs(metadata.creationTimestamp);
    if (createdMs !== undefined) life.createdMs = Math.min(life.createdMs ?? createdMs, createdMs);
    if (spec !== undefined) life.asks = asksOf(spec);
    const owner = ownerReferences?.find(({ controller }) => controller === true);
    if (owner !== undefined) life.owner = `${owner.kind} ${owner.name}`;
    if (spec?.nodeName !== undefined) life.node = spec.nodeName;
    const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const scheduledMs = timeMs(scheduled?.lastTransitionTime);
    if (spec?.nodeName !== undefined && scheduledMs !== undefined) life.scheduledMs ??= scheduledMs;
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed') {
      const ends = (status.containerStatuses ?? []).flatMap(({ state }) => {
        const ms = timeMs(state?.terminated?.finishedAt);
        return ms === undefined ? [] : [ms];
      });
      if (ends.length > 0) life.endedMs = Math.max(...ends);
    }
  }

  bound(
    namespace: string,
    name: string,
    at: { readonly node: string; readonly atMs: number },
  ): void {
    const life = this.life(namespace, name);
    life.node ??= at.node;
    life.scheduledMs = Math.min(life.scheduledMs ?? at.atMs, at.atMs);
  }

  /** The words that controllers and the scheduler use for pods. */
  told({ atMs, reason, message, kind, namespace = '', name }: ToldEvent): void {
    const made = /^Created pod: (\S+)$/.exec(message);
    if (reason === 'SuccessfulCreate' && made?.[1] !== undefined) {
      const life = this.life(namespace, made[1]);
      life.createdMs ??= atMs;
      life.owner ??= `${kind} ${name}`;
    }
    const gone = /^Deleted pod: (\S+)$/.exec(message);
    if (reason === 'SuccessfulDelete' && gone?.[1] !== undefined) {
      this.life(namespace, gone[1]).endedMs ??= atMs;
    }
    const assigned = /^Successfully assigned (\S+)\/(\S+) to (\S+)$/.exec(message);
    if (reason === 'Scheduled' && assigned !== null) {
      const [, at = '', pod = '', node = ''] = assigned;
      const life = this.life(at, pod);
      life.scheduledMs ??= atMs;
      life.node ??= node;
    }
    if (kind === 'Job' && (reason === 'Completed' || reason === 'BackoffLimitExceeded')) {
      this.jobEnds.set(`${namespace} Job ${name}`, atMs);
    }
  }

  /** A pod of which only the name is known asks for what its owner's others do, or its template. */
  fillAsks({ known, refusals, survey }: PodSources): void {
    const byOwner = new Map<string, Readonly<Record<string, number>>>();
    const keep = (owner: string, asks: Readonly<Record<string, number>>): void => {
      if (!byOwner.has(owner)) byOwner.set(owner, asks);
    };
    for (const life of this.lives.values()) {
      if (life.asks !== undefined && life.owner !== undefined) {
        keep(`${life.namespace} ${life.owner}`, life.asks);
      }
    }
    for (const { sightings } of known) {
      for (const { object } of sightings) {
        const { template } = (object['spec'] ?? {}) as { template?: { spec?: PodAsks } };
        const { namespace = '', name = '' } = object.metadata;
        const owner = `${namespace} ${object.kind ?? ''} ${name}`;
        if (template?.spec !== undefined) keep(owner, asksOf(template.spec));
      }
    }
    const allRefused = [...refusals, ...survey.refusals];
    for (const life of this.lives.values()) {
      if (life.asks !== undefined) continue;
      life.owner ??= ownerByName(life, byOwner) ?? '';
      const asks = byOwner.get(`${life.namespace} ${life.owner}`);
      const refused = allRefused.find(
        ({ namespace, prefix, resource }) =>
          resource === 'pods' &&
          namespace === life.namespace &&
          prefix.length > 1 &&
          life.name.startsWith(prefix),
      );
      if (asks !== undefined) life.asks = asks;
      else if (refused !== undefined) life.asks = { pods: 1, ...refused.requested };
    }
  }
}

/** `retrain-x7k2p` is of the Job `retrain`. */
function ownerByName(
  { namespace, name }: PodLife,
  owners: ReadonlyMap<string, unknown>,
): string | undefined {
  const prefix = name.replace(/-[a-z0-9]{5}$/, '');
  return ['Job', 'ReplicaSet', 'DaemonSet', 'ReplicationController', 'StatefulSet']
    .map(kind => `${kind} ${kind === 'StatefulSet' ? name.replace(/-\d+$/, '') : prefix}`)
    .find(owner => owners.has(`${namespace} ${owner}`));
}
