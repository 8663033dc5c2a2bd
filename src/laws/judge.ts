/** Judges a history by all laws in one pass. */
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { Judged, Law, Outcome } from './law.js';
import { World } from './world.js';

/** What is judged. */
export interface Evidenced {
  /** In order of their revisions. */
  readonly history: Iterable<HistoryEntry>;
  /** In order of their times. Default: nothing was measured. */
  readonly outcomes?: readonly Outcome[];
  readonly endMs: number;
}

/** What one law says of a history. */
export type Verdict =
  | { readonly law: Law; readonly kind: 'held'; readonly looked: number }
  /** It never had anything to judge. */
  | { readonly law: Law; readonly kind: 'vacuous' }
  | { readonly law: Law; readonly kind: 'inconclusive'; readonly why: string }
  | { readonly law: Law; readonly kind: 'broken'; readonly breaches: Judged['breaches'] };

/** One verdict a law, in the order of the laws. */
export function judge(
  laws: readonly Law[],
  { history, outcomes = [], endMs }: Evidenced,
): Verdict[] {
  const world = new World();
  const judges = laws.map(law => law.begin());
  const onChange = judges.filter(one => one.change !== undefined);
  const onOutcome = judges.filter(one => one.outcome !== undefined);
  let next = 0;
  const measuredUntil = (timeMs: number): void => {
    for (; next < outcomes.length; next++) {
      const outcome = outcomes[next];
      if (outcome === undefined || outcome.timeMs > timeMs) return;
      world.advanceTo(outcome.timeMs);
      for (const one of onOutcome) one.outcome?.(outcome, world);
    }
  };
  for (const entry of history) {
    measuredUntil(entry.timeMs - 1);
    const change = world.advance(entry);
    for (const one of onChange) one.change?.(change, world);
  }
  measuredUntil(endMs);
  world.advanceTo(endMs);
  return laws.map((law, index) => verdictOf(law, judges[index]?.end(world)));
}

function verdictOf(law: Law, judged: Judged | undefined): Verdict {
  if (judged === undefined || judged.looked === 0) return { law, kind: 'vacuous' };
  const { breaches, inconclusive, looked } = judged;
  if (breaches.length > 0) return { law, kind: 'broken', breaches };
  if (inconclusive !== undefined) return { law, kind: 'inconclusive', why: inconclusive };
  return { law, kind: 'held', looked };
}
