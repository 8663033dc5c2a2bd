/** What a history says of each object, without what differs between any two runs: times, uids, random names. */
import type { Event, Pod } from '../../../sim/api/kinds/core.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';

/** What became of the objects that go by one name, once random parts are left out. */
export interface Facts {
  created: number;
  deleted: number;
  /** How long the one lived that lived longest, up to its deletion or the history's end; in milliseconds. */
  livedMs: number;
  /** Of pods: how soon after their containers' end their deletion was asked for; Infinity when it was not. */
  goneAfterMs: number;
  /** Of pods: one path of phases each, such as `Pending > Running > Succeeded`. */
  readonly phases: string[];
  /** Of pods that were bound: the nodes. */
  readonly nodes: string[];
  /** By type of condition: how it stood last, `True (Reason)`, one for each object. */
  readonly conditions: Map<string, string[]>;
  /** By reason: the type and the message of the first. */
  readonly events: Map<string, { readonly type: string; readonly message: string }>;
  /** The reasons of events in the order in which they first came. */
  readonly order: string[];
}

/** Which objects are looked at. */
export interface FactOptions {
  /** In these namespaces; nodes are looked at besides. */
  readonly namespaces: readonly string[];
}

/** Resources that a run's programs keep for themselves. */
const ignored: ReadonlySet<string> = new Set([
  'leases.coordination.k8s.io',
  'events',
  'events.events.k8s.io',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'configmaps',
  'serviceaccounts',
  'secrets',
  'controllerrevisions.apps',
]);

interface Life {
  readonly bornMs: number;
  diedMs?: number;
  /** When its containers had ended, and when its deletion was asked for. */
  endedMs?: number;
  askedMs?: number;
  readonly phases: string[];
  readonly conditions: Map<string, string>;
  node?: string;
}

/** Facts by `Kind namespace/name`, in the order in which the objects came. */
export class FactBook {
  readonly facts = new Map<string, Facts>();
  private readonly names = new Map<string, string>();
  private readonly lives = new Map<string, Life>();
  private endMs = 0;

  constructor(private readonly options: FactOptions) {}

  /** Takes note of an entry. */
  add(entry: HistoryEntry): void {
    const { type, resource, object, timeMs } = entry;
    this.endMs = Math.max(this.endMs, timeMs);
    if (resource === 'events' || resource === 'events.events.k8s.io') {
      return this.event(object as unknown as AnyEvent);
    }
    const { namespace } = object.metadata;
    const isLookedAt =
      namespace === undefined
        ? resource === 'nodes'
        : this.options.namespaces.includes(namespace) && !ignored.has(resource);
    if (!isLookedAt) return;
    const name = this.nameOf(object);
    const facts = this.factsOf(name);
    if (type === 'ADDED') facts.created++;
    if (type === 'DELETED') facts.deleted++;
    this.live(entry, name);
  }

  private factsOf(name: string): Facts {
    const known = this.facts.get(name);
    if (known !== undefined) return known;
    const facts: Facts = {
      created: 0,
      deleted: 0,
      livedMs: 0,
      goneAfterMs: Infinity,
      phases: [],
      nodes: [],
      conditions: new Map(),
      events: new Map(),
      order: [],
    };
    this.facts.set(name, facts);
    return facts;
  }

  /** The book is over: what became of each object is written down. */
  close(): ReadonlyMap<string, Facts> {
    for (const [uid, life] of this.lives) {
      const { phases, conditions, node, bornMs, diedMs, endedMs, askedMs } = life;
      const facts = this.factsOf(this.names.get(uid) ?? '');
      const gapMs = Math.abs((endedMs ?? -Infinity) - (askedMs ?? Infinity));
      facts.goneAfterMs = Math.min(facts.goneAfterMs, gapMs);
      facts.livedMs = Math.max(facts.livedMs, (diedMs ?? this.endMs) - bornMs);
      if (phases.length > 0) facts.phases.push(phases.join(' > '));
      if (node !== undefined) facts.nodes.push(node);
      for (const [type, value] of conditions) {
        facts.conditions.set(type, [...(facts.conditions.get(type) ?? []), value].sort());
      }
    }
    for (const facts of this.facts.values()) {
      facts.phases.sort();
      facts.nodes.sort();
    }
    return this.facts;
  }

  private live({ object, type, timeMs }: HistoryEntry, name: string): void {
    const uid = object.metadata.uid ?? name;
    this.names.set(uid, name);
    const fresh: Life = { bornMs: timeMs, phases: [], conditions: new Map() };
    const life = this.lives.get(uid) ?? fresh;
    this.lives.set(uid, life);
    if (type === 'DELETED') life.diedMs = timeMs;
    if (object.metadata.deletionTimestamp !== undefined) life.askedMs ??= timeMs;
    const { status, spec } = object as unknown as Partial<Pod>;
    if (object.kind === 'Pod') {
      const phase = status?.phase ?? 'Pending';
      if (life.phases.at(-1) !== phase) life.phases.push(phase);
      if (phase === 'Succeeded' || phase === 'Failed') life.endedMs ??= timeMs;
      if (spec?.nodeName !== undefined) life.node = spec.nodeName;
    }
    const { conditions } = (status ?? {}) as { readonly conditions?: readonly Condition[] };
    if (!Array.isArray(conditions)) return;
    for (const { type, status: value, reason } of conditions as readonly Condition[]) {
      life.conditions.set(type, reason ? `${value} (${reason})` : value);
    }
  }

  private event(event: AnyEvent): void {
    const about = event.involvedObject ?? event.regarding;
    const { kind = '', namespace = '', uid = '' } = about ?? {};
    // Programs also tell of themselves: those are no objects of the scenario.
    const known = this.names.get(uid);
    const isLookedAt = this.options.namespaces.includes(namespace) && kind !== 'Node';
    if (!isLookedAt || known === undefined) return;
    const facts = this.factsOf(known);
    const { reason = '', type = 'Normal' } = event;
    if (facts.events.has(reason)) return;
    facts.events.set(reason, { type, message: plainMessage(event.message ?? event.note ?? '') });
    facts.order.push(reason);
  }

  /** `Pod default/web-<hash>-*`: objects of one controller go by one name. */
  private nameOf({ kind = '', metadata }: KubeObject): string {
    const { namespace, name = '', generateName, labels = {} } = metadata;
    const hash = labels['pod-template-hash'] ?? labels['controller-revision-hash'];
    const own = generateName === undefined ? name : `${generateName}*`;
    const plain = hash === undefined ? own : own.replace(hash, '<hash>');
    return namespace === undefined ? `${kind} ${plain}` : `${kind} ${namespace}/${plain}`;
  }
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

type AnyEvent = Partial<Event> & {
  readonly regarding?: {
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
  };
  readonly note?: string;
};

/** Without numbers, times and random names, of which no two runs have the same. */
function plainMessage(message: string): string {
  return message
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, '<uid>')
    .replaceAll(/-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, '-<hash>-*')
    .replaceAll(/\b[\d.]+(ms|s|m|h)\b/g, '<time>')
    .replaceAll(/-(?=[a-z0-9]*\d)[a-z0-9]{5}\b/g, '-*')
    .replaceAll(/\d+/g, '<n>');
}
