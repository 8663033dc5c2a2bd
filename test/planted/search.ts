/** Searches for each planted defect, and what comes of it as a row of a table. */
import type { PlantedFault } from '../../sim/engine/planted.js';
import { voyagePlans } from '../../src/arbitraries/plans.js';
import { laws } from '../../src/laws/index.js';
import { explore, planAt } from '../../src/voyages/explore.js';
import type { Explored } from '../../src/voyages/explored.js';
import { runPlan } from '../../src/voyages/run-plan.js';

/** The defects, each with the law that tells it. */
export const tellingLaws: Readonly<Record<PlantedFault, string>> = {
  'fit-ignores-gpus': 'requests-within-allocatable',
  'hpa-without-stabilisation': 'hpa-no-flapping',
  'policy-forgets-a-port': 'denied-pairs-silent',
  'device-reused-too-early': 'gpu-held-once',
  'quota-counted-late': 'quota-never-exceeded',
  'gc-ignores-block-owner': 'no-orphans',
  'operator-reads-stale': 'one-pod-per-member',
  'budget-ignored': 'disruption-budget-respected',
  'canary-weight-rounded-away': 'traffic-split-as-weighted',
  'promoted-by-accuracy': 'no-worse-model-promoted',
  'kubernetes-108645': 'nothing-terminates-for-ever',
  'kubernetes-46087': 'gpu-held-once',
  'kubernetes-50442': 'quota-never-exceeded',
};

/** How a search for a defect goes. */
export interface PlantedSearch {
  readonly seed: number;
  readonly firstRun?: number;
  readonly runs: number;
  readonly workers?: number;
  readonly hasInterleavings?: boolean;
  readonly shrinkRunsMax?: number;
}

/**
 * All laws but one: two trainings that no gang scheduler looks after may wait for each other for ever, with
 * and without a defect, and voyages hold two at times.
 */
const searched = laws.filter(({ name }) => name !== 'gang-no-deadlock');

/** Searches by the laws. */
export function searchFor(fault: PlantedFault, search: PlantedSearch): Promise<Explored> {
  const { hasInterleavings = true, ...options } = search;
  const plans = voyagePlans({ hasInterleavings });
  return explore({ ...options, plans, laws: searched, planted: [fault] });
}

/** The laws that the plan of a counterexample breaks without the defect: none, or it was not the defect. */
export async function brokenAnyway(found: Explored): Promise<readonly string[]> {
  const [example] = found.counterexamples;
  if (example === undefined) return [];
  const { verdicts } = await runPlan(example.plan, { laws: searched });
  return verdicts.flatMap(({ kind, law }) => (kind === 'broken' ? [law] : []));
}

/** Stands for what voyages are: it is another one when the generators or the simulation have changed. */
export async function fingerprint(seed: number): Promise<string> {
  const digests: string[] = [];
  for (const index of ['0', '1', '2', '3']) {
    const { digest } = await runPlan(planAt(voyagePlans(), seed, index), { laws: [] });
    digests.push(digest.slice(0, 8));
  }
  return digests.join(' ');
}
