/** Judges a history by all laws in one pass. */
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { Breach, Change, Judged, Law, LawFamily, LawSettings, Outcome } from './law.js';
import { inOrder } from './story.js';
import { World } from './world.js';

/** What is judged. */
export interface Evidenced {
  /** In order of their revisions. */
  readonly history: Iterable<HistoryEntry>;
  /** In order of their times. Default: nothing was measured. */
  readonly outcomes?: readonly Outcome[];
  readonly endMs: number;
  /** Thresholds by law, where they are not to be the defaults. */
  readonly settings?: Readonly<Record<string, LawSettings>>;
}

/** Which law a verdict is about. */
export interface LawTitle {
  readonly law: string;
  readonly family: LawFamily;
  readonly says: string;
  readonly source?: string;
  readonly touches?: readonly string[];
}

/** What one law says of a history. */
export type Verdict =
  | (LawTitle & { readonly kind: 'held'; readonly looked: number })
  /** It never had anything to judge. */
  | (LawTitle & { readonly kind: 'vacuous' })
  | (LawTitle & { readonly kind: 'inconclusive'; readonly looked: number; readonly why: string })
  | (LawTitle & {
      readonly kind: 'broken';
      readonly looked: number;
      /** All breaches; the stories of the first ones are told. */
      readonly breachCount: number;
      readonly breaches: readonly Breach[];
    });

/** So many breaches of a law are told with their stories. */
export const storiesMax = 20;

type Handler = (change: Change, world: World) => void;

/** What `*` does not stand for: it would be most of a history, and says nothing of the cluster's state. */
const uncounted: ReadonlySet<string> = new Set([
  'events',
  'events.events.k8s.io',
  'leases.coordination.k8s.io',
]);

/** Whether the law judges by what was measured at the edge. */
export function hearsOutcomes(law: Law): boolean {
  return law.begin().outcome !== undefined;
}

/** One verdict a law, in the order of the laws. */
export function judge(
  laws: readonly Law[],
  { history, outcomes = [], endMs, settings = {} }: Evidenced,
): Verdict[] {
  if (laws.length === 0) return [];
  const world = new World();
  const judges = laws.map(law => law.begin(settings[law.name]));
  const onOutcome = judges.filter(one => one.outcome !== undefined);
  const handlers = new Map<string, readonly Handler[]>();
  const handlersOf = (resource: string): readonly Handler[] => {
    const names = uncounted.has(resource) ? [resource] : [resource, '*'];
    const found: Handler[] = [];
    for (const { on } of judges) {
      if (on === undefined) continue;
      for (const name of names) {
        // A handler of a resource only ever gets changes of that resource.
        const handle = (on as Readonly<Record<string, Handler>>)[name];
        if (handle !== undefined) found.push(handle);
      }
    }
    return found;
  };
  let next = 0;
  const measuredBefore = (timeMs: number): void => {
    for (; next < outcomes.length; next++) {
      const outcome = outcomes[next];
      if (outcome === undefined || outcome.timeMs >= timeMs) return;
      if (outcome.kind === 'requests' && outcome.afterFault !== undefined) continue;
      world.advanceTo(outcome.timeMs);
      for (const one of onOutcome) one.outcome?.(outcome, world);
    }
  };
  for (const entry of history) {
    if (next < outcomes.length) measuredBefore(entry.timeMs);
    world.advanceTo(entry.timeMs);
    const change = world.advance(entry);
    let own = handlers.get(entry.resource);
    if (own === undefined) handlers.set(entry.resource, (own = handlersOf(entry.resource)));
    for (const handle of own) handle(change, world);
  }
  measuredBefore(Infinity);
  world.advanceTo(endMs, { isEnd: true });
  return laws.map((law, index) => verdictOf(law, judges[index]?.end(world)));
}

function verdictOf(law: Law, judged: Judged | undefined): Verdict {
  const { name, family, says, source, touches } = law;
  const title: LawTitle = {
    law: name,
    family,
    says,
    ...(source !== undefined && { source }),
    ...(touches !== undefined && { touches }),
  };
  const { breaches = [], inconclusive, looked = 0 } = judged ?? {};
  if (breaches.length > 0) {
    const sorted = [...breaches].sort((a, b) => a.timeMs - b.timeMs).slice(0, storiesMax);
    const told = sorted.map(one => ({ ...one, evidence: inOrder(one.evidence) }));
    return { ...title, kind: 'broken', looked, breachCount: breaches.length, breaches: told };
  }
  if (inconclusive !== undefined)
    return { ...title, kind: 'inconclusive', looked, why: inconclusive };
  if (looked === 0) return Object.assign({}, title, { kind: 'vacuous' } as const);
  return Object.assign({}, title, { kind: 'held', looked } as const);
}
