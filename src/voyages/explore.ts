/** Searches among voyages for one that breaks a law, and makes it small. */
import fc from 'fast-check';
import { coreCount, timeoutSignal } from '../host.js';
import type { Counterexample, Explored, ExploreOptions, LawTally } from './explored.js';
import { assemble, type Fleet } from './fleet.js';
import { unlessOver, whenAny } from './unless-over.js';
import { sortOf } from '../scenario/happening.js';
import { sizeOf, type VoyagePlan } from './plan.js';
import { NeverReady } from './never-ready.js';
import type { Brief } from './sail-brief.js';
import { shrinkPlan, type Shrunk } from './shrink-plan.js';
import { tokenOf } from './token.js';

/** How many voyages are tried unless one says otherwise. */
export const defaultRuns = 1_000;
const defaultShrinkRuns = 400;
const refusalsMax = 20;
/** More than a timer can wait. */
const timeMaxMs = 2 ** 31 - 1;

/** A voyage of a search: its plan and where it comes from. */
interface Trial {
  readonly plan: VoyagePlan;
  /** The run of fast-check; none for a known one. */
  readonly index?: number;
}

/**
 * Searches: known failures first, then voyages drawn from the arbitrary, in the order of their numbers.
 * The results are the same for any number of threads, unless time ends the search.
 */
export async function explore(options: ExploreOptions): Promise<Explored> {
  const { laws, seed, planted = [], settings = {}, workers = coreCount() } = options;
  const { counterexamplesMax = 1, timeMs, signal } = options;
  await using fleet = options.fleet ?? assemble({ workers, laws, planted, settings });
  const time = timeMs === undefined ? undefined : timeoutSignal(Math.min(timeMs, timeMaxMs));
  const over = whenAny([time, signal]);
  const log = new Log(laws.map(({ name }) => name));
  const counterexamples: Counterexample[] = [];
  let end: Explored['end'] = 'all runs';
  for await (const { trial, brief } of inOrder(fleet, trialsOf(options), over)) {
    log.add(trial.plan, brief);
    const broken = brief.verdicts.filter(({ kind }) => kind === 'broken');
    const first = broken.find(({ law }) => counterexamples.every(known => known.law !== law));
    const news = { kind: 'sailed', run: log.runs } as const;
    options.progress?.(first === undefined ? news : { ...news, brokenLaw: first.law });
    if (first === undefined) continue;
    counterexamples.push(
      await counterexampleOf(
        { trial, brief, law: first.law, run: log.runs },
        { fleet, options, over },
      ),
    );
    if (counterexamples.length >= counterexamplesMax) {
      end = 'counterexamples';
      break;
    }
  }
  if (end === 'all runs' && over.aborted) end = signal?.aborted === true ? 'interrupted' : 'time';
  return { seed, end, ...log.told(), counterexamples };
}

function* trialsOf(options: ExploreOptions): Generator<Trial> {
  const { plans, known = [], seed, firstRun = 0, runs = defaultRuns } = options;
  for (const plan of known) yield { plan };
  for (let index = firstRun; index < firstRun + runs; index++)
    yield { plan: planAt(plans, seed, String(index)), index };
}

/** The plan that fast-check reaches from a seed by a path. */
export function planAt(plans: fc.Arbitrary<VoyagePlan>, seed: number, path: string): VoyagePlan {
  const [plan] = fc.sample(plans, { seed, path, numRuns: 1 });
  if (plan === undefined) throw new Error(`no plan at the path ${path}`);
  return plan;
}

/** So many voyages a thread may be ahead of the first that is not through: some take five times as long as others. */
const aheadMax = 4;

/** Sails as many as the fleet can at a time, and gives what came of them in the order of the trials. */
async function* inOrder(
  fleet: Fleet,
  trials: Iterator<Trial>,
  over: AbortSignal,
): AsyncGenerator<{ readonly trial: Trial; readonly brief: Brief }> {
  const ahead: { readonly trial: Trial; readonly brief: Promise<Brief> }[] = [];
  // One thread alone is never ahead.
  const most = fleet.size === 1 ? 1 : aheadMax * fleet.size;
  const fill = (): void => {
    while (ahead.length < most && !over.aborted) {
      const next = trials.next();
      if (next.done === true) return;
      const brief = fleet.sail(next.value.plan);
      // It is waited for in its turn; until then a failure is nobody's.
      brief.catch(() => undefined);
      ahead.push({ trial: next.value, brief });
    }
  };
  for (;;) {
    fill();
    const next = ahead.shift();
    if (next === undefined) return;
    const brief = await unlessOver(next.brief, over);
    if (brief === undefined) return;
    yield { trial: next.trial, brief };
    if (over.aborted) return;
  }
}

interface Found {
  readonly trial: Trial;
  readonly brief: Brief;
  readonly law: string;
  readonly run: number;
}

async function counterexampleOf(
  found: Found,
  tools: {
    readonly fleet: Fleet;
    readonly options: ExploreOptions;
    readonly over: AbortSignal;
  },
): Promise<Counterexample> {
  const { trial, brief, law } = found;
  const { fleet, options, over } = tools;
  const { shrinkRunsMax = defaultShrinkRuns } = options;
  const whole: Shrunk = { plan: trial.plan, brief, path: [], runs: 0, isSmallest: false };
  options.progress?.({ kind: 'found', example: exampleOf(found, whole, options) });
  const small = await shrinkPlan(trial.plan, {
    brief,
    law,
    sail: plan => fleet.sail(plan),
    atOnce: fleet.size,
    runsMax: shrinkRunsMax,
    over,
    progress: plan => options.progress?.({ kind: 'shrunk', law, size: sizeOf(plan) }),
  });
  return exampleOf(found, small, options);
}

function exampleOf(
  { trial, law, run }: Found,
  small: Shrunk,
  { seed, origin }: ExploreOptions,
): Counterexample {
  const verdict = small.brief.verdicts.find(({ law: name }) => name === law);
  const path = trial.index === undefined ? undefined : [trial.index, ...small.path].join(':');
  return {
    law,
    token: tokenOf({
      plan: small.plan,
      ...(path !== undefined && { drawn: { seed, path, ...origin } }),
    }),
    ...(path !== undefined && { path }),
    plan: small.plan,
    digest: small.brief.digest,
    startMs: small.brief.startMs,
    before: sizeOf(trial.plan),
    after: sizeOf(small.plan),
    runsToFind: run,
    shrinkRuns: small.runs,
    isSmallest: small.isSmallest,
    breaches: verdict?.breaches ?? [],
  };
}

/** Counts what was tried and what the laws said. */
class Log {
  runs = 0;
  private readonly tried = new Map<string, number>();
  private readonly objects = new Map<string, number>();
  private readonly refusals = new Map<string, number>();
  private readonly traffic = { offered: 0, failed: 0 };
  private readonly reasons = new Map<string, number>();
  private readonly shut = new Map<string, number>();
  private readonly unheard = new Map<string, number>();
  private readonly neverReady = new NeverReady();
  private readonly whys = new Map<string, Map<string, number>>();
  private readonly laws: Map<
    string,
    { held: number; vacuous: number; inconclusive: number; broken: number }
  >;

  constructor(names: readonly string[]) {
    this.laws = new Map(
      names.map(name => [name, { held: 0, vacuous: 0, inconclusive: 0, broken: 0 }]),
    );
  }

  add(plan: VoyagePlan, { verdicts, stats, readiness }: Brief): void {
    this.runs++;
    this.neverReady.add(readiness);
    for (const event of plan.events) count(this.tried, sortOf(event));
    for (const { kind = '' } of plan.objects) count(this.objects, kind);
    for (const refusal of stats.refusals) count(this.refusals, refusal);
    this.traffic.offered += stats.traffic.offered;
    this.traffic.failed += stats.traffic.failed;
    for (const [reason, times] of Object.entries(stats.traffic.reasons ?? {})) {
      count(this.reasons, reason, times);
    }
    for (const [who, times] of Object.entries(stats.traffic.shut ?? {})) {
      count(this.shut, who, times);
    }
    for (const [who, times] of Object.entries(stats.traffic.unheard ?? {})) {
      count(this.unheard, who, times);
    }
    for (const { law, kind, why } of verdicts) {
      const tally = this.laws.get(law);
      if (tally !== undefined) tally[kind]++;
      if (why === undefined) continue;
      const reasons = this.whys.get(law) ?? new Map<string, number>();
      count(reasons, why);
      this.whys.set(law, reasons);
    }
  }

  told(): Pick<
    Explored,
    'runs' | 'tried' | 'objectsTried' | 'traffic' | 'refusals' | 'neverReady' | 'laws'
  > {
    const laws: LawTally[] = [...this.laws].map(([law, tally]) => {
      const [why] = byCount(this.whys.get(law) ?? new Map<string, number>());
      return { law, ...tally, ...(why !== undefined && { why: why.message }) };
    });
    const refusals = byCount(this.refusals);
    return {
      runs: this.runs,
      tried: sorted(this.tried),
      objectsTried: sorted(this.objects),
      traffic: {
        ...this.traffic,
        ...(this.reasons.size > 0 && { reasons: sorted(this.reasons) }),
        ...(this.shut.size > 0 && { shut: sorted(this.shut) }),
        ...(this.unheard.size > 0 && { unheard: sorted(this.unheard) }),
      },
      refusals: refusals.slice(0, refusalsMax),
      neverReady: this.neverReady.told(),
      laws,
    };
  }
}

function count(counts: Map<string, number>, what: string, times = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + times);
}

/** The most frequent first. */
function byCount(counts: ReadonlyMap<string, number>): { message: string; count: number }[] {
  return [...counts]
    .map(([message, times]) => ({ message, count: times }))
    .sort((a, b) => b.count - a.count || (a.message < b.message ? -1 : 1));
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
