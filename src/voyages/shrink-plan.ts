/** Makes a plan that breaks a law smaller, as long as it breaks the same law. */
import type { VoyagePlan } from './plan.js';
import type { Brief } from './sail-brief.js';
import { smallerPlans } from './shrink.js';
import { unlessOver } from './unless-over.js';

/** How a plan is made smaller. */
export interface ShrinkOptions {
  /** What came of the plan. */
  readonly brief: Brief;
  /** The law that must stay broken. */
  readonly law: string;
  readonly sail: (plan: VoyagePlan) => Promise<Brief>;
  /** How many candidates are sailed at once; the result does not depend on it. */
  readonly atOnce: number;
  /** The budget. */
  readonly runsMax: number;
  /** What it is aborted by ends it: it stays as small as it is. */
  readonly over: AbortSignal;
  readonly progress?: (plan: VoyagePlan) => void;
}

/** The small plan. */
export interface Shrunk {
  readonly plan: VoyagePlan;
  readonly brief: Brief;
  /** Which candidate was taken at each step: the rest of fast-check's path. */
  readonly path: readonly number[];
  readonly runs: number;
  /** No candidate breaks the law: the budget was enough. */
  readonly isSmallest: boolean;
}

/** Takes the first candidate that breaks the law, and again from there, until none does. */
export async function shrinkPlan(plan: VoyagePlan, options: ShrinkOptions): Promise<Shrunk> {
  const tried = new Set<string>([JSON.stringify(plan)]);
  let current: Shrunk = { plan, brief: options.brief, path: [], runs: 0, isSmallest: false };
  for (;;) {
    const step = await firstBroken(current, tried, options);
    const runs = current.runs + step.runs;
    if (step.taken === undefined) return { ...current, runs, isSmallest: step.isWhole };
    const { index, plan: smaller, brief } = step.taken;
    current = { plan: smaller, brief, path: [...current.path, index], runs, isSmallest: false };
    options.progress?.(smaller);
  }
}

interface Candidate {
  readonly index: number;
  readonly plan: VoyagePlan;
}

interface Step {
  readonly taken?: Candidate & { readonly brief: Brief };
  readonly runs: number;
  /** All candidates were tried. */
  readonly isWhole: boolean;
}

async function firstBroken(
  { plan, runs: before }: Shrunk,
  tried: Set<string>,
  { law, sail, atOnce, runsMax, over }: ShrinkOptions,
): Promise<Step> {
  const candidates = untried(plan, tried);
  let runs = 0;
  for (;;) {
    const batch = take(candidates, Math.min(atOnce, runsMax - before - runs));
    if (batch.length === 0) return { runs, isWhole: before + runs < runsMax };
    if (over.aborted) return { runs, isWhole: false };
    const sailed = Promise.all(batch.map(candidate => sail(candidate.plan)));
    const briefs = await unlessOver(sailed, over);
    if (briefs === undefined) return { runs, isWhole: false };
    for (const [index, candidate] of batch.entries()) {
      const brief = briefs[index];
      // Those after the first that breaks count for nothing, so that any number at once is the same.
      runs++;
      tried.add(JSON.stringify(candidate.plan));
      if (brief !== undefined && breaks(brief, law)) {
        return { taken: { ...candidate, brief }, runs, isWhole: false };
      }
    }
  }
}

function breaks({ verdicts }: Brief, law: string): boolean {
  return verdicts.some(verdict => verdict.law === law && verdict.kind === 'broken');
}

/** Different candidates may be the same plan, and one plan may be a candidate again later. */
function* untried(plan: VoyagePlan, tried: ReadonlySet<string>): Generator<Candidate> {
  const seen = new Set<string>();
  let index = 0;
  for (const smaller of smallerPlans(plan)) {
    const text = JSON.stringify(smaller);
    if (!tried.has(text) && !seen.has(text)) yield { index, plan: smaller };
    seen.add(text);
    index++;
  }
}

function take<T>(items: Generator<T>, count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = items.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
