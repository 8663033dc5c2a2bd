/**
 * Property tests of manifests under vitest: `seatrial/vitest`. Needs the packages vitest and
 * `@fast-check/vitest` beside seatrial.
 */
import { type fc, test as base } from '@fast-check/vitest';
import { expect, onTestFinished } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import type { AroundOptions } from './arbitraries/around.js';
import { planSource } from './arbitraries/source.js';
import type { Breach } from './laws/law.js';
import { lawsNamed } from './scenario/judge-step.js';
import type { Counterexample } from './voyages/explored.js';
import { matchers, type Condition, type Ends, type Quiet } from './matchers/index.js';
import { readFailures, saveFailure } from './voyages/failures.js';
import { sizeOf, type VoyagePlan } from './voyages/plan.js';
import { runPlan, type Sailed } from './voyages/run-plan.js';
import { storyOf } from './voyages/story.js';
import { tokenOf } from './voyages/token.js';

expect.extend(matchers);

declare module 'vitest' {
  // The types of matchers are merged into vitest's own, which have this parameter.
  // oxlint-disable-next-line typescript/no-explicit-any
  interface Matchers<T = any> {
    /** Of a cluster: lets its time go by until the condition holds, at most so long. */
    toSatisfyWithin(within: number | string, condition: Condition): Promise<T>;
    /** Of a cluster: lets its time go by until nobody writes any more, at most so long. */
    toSettleWithin(within: number | string, quiet?: Quiet): Promise<T>;
    /** Of a cluster: whether policies and mesh let all pods of one end connect to all of the other. */
    toAllowTraffic(ends: Ends): Promise<T>;
    /** Of an answer of the API server: whether it is 403. */
    toBeForbidden(): T;
    /** Of a pod: whether it has a node. */
    toBeScheduled(): T;
  }
}

export { fc } from '@fast-check/vitest';
export { expect } from 'vitest';
export { matchers } from './matchers/index.js';
export type { Condition, Ends, Quiet } from './matchers/index.js';
export { plansAround } from './arbitraries/around.js';
export { voyagePlans } from './arbitraries/plans.js';
export type { AroundOptions } from './arbitraries/around.js';
export type { PlanOptions } from './arbitraries/plans.js';
export type { VoyageEvent, VoyagePlan } from './voyages/plan.js';
export type { Sailed } from './voyages/run-plan.js';

/** What a test sails. The other fields are those of `plansAround` and `voyagePlans`. */
export interface VoyageOptions extends AroundOptions {
  /** Voyages around these manifests. Default: out of nothing. */
  readonly manifests?: readonly KubeObject[];
  /** Voyages from an arbitrary of your own. */
  readonly plans?: fc.Arbitrary<VoyagePlan>;
  /** The names of the laws that must hold. Default: all. */
  readonly laws?: readonly string[];
  /** How shrinking is bounded: so many voyages. Default 200. */
  readonly shrinkRunsMax?: number;
  /** fast-check's own: seed, path, numRuns (default 25), verbose, endOnFailure, ... */
  readonly parameters?: fc.Parameters<[VoyagePlan]>;
}

/** What must hold besides the laws: throws where it does not. */
export type VoyageCheck = (sailed: Sailed, plan: VoyagePlan) => Promise<void> | void;

/** Registers a test that sails. */
export type VoyageTest = (
  name: string,
  options: VoyageOptions,
  check?: VoyageCheck,
  timeoutMs?: number,
) => void;

const defaultRuns = 25;
const defaultShrinkRuns = 200;
const defaultTimeoutMs = 300_000;

/**
 * A test whose voyages must break no law. A failure is shrunk, told with its seed, its path and one
 * token, kept in `.seatrial/failures/`, and tried first the next time.
 */
export const voyage: VoyageTest = (name, options, check, timeoutMs = defaultTimeoutMs) => {
  const { parameters = {} } = options;
  const { plans } = options.plans === undefined ? planSource(options.manifests, options) : options;
  if (plans === undefined) return;
  const trial = new Trial(options, check);
  const examples = trial.known().map((plan): [VoyagePlan] => [plan]);
  base.prop([plans], {
    numRuns: defaultRuns + examples.length,
    ...parameters,
    examples: [...(parameters.examples ?? []), ...examples],
  })(name, plan => trial.sail(plan), timeoutMs);
};

/** vitest's `test` with `.prop` and `.voyage`. */
export const test: typeof base & { readonly voyage: VoyageTest } = Object.assign(base, { voyage });

/**
 * The same by its other name.
 *
 * @alias
 */
export const it: typeof test = test;

/** One test: its first failure decides which law the smaller plans must break. */
class Trial {
  private failed: { readonly law: string; readonly plan: VoyagePlan } | undefined;
  private runs = 0;
  private shrinkRuns = 0;
  private last: Counterexample | undefined;

  constructor(
    private readonly options: VoyageOptions,
    private readonly check: VoyageCheck | undefined,
  ) {}

  /** Failures that are kept, of the laws that this test is about. */
  known(): readonly VoyagePlan[] {
    const names = lawsNamed(this.options.laws).map(({ name }) => name);
    return readFailures()
      .filter(({ law }) => names.includes(law))
      .map(({ plan }) => plan);
  }

  async sail(plan: VoyagePlan): Promise<void> {
    const { shrinkRunsMax = defaultShrinkRuns } = this.options;
    if (this.failed === undefined) this.runs++;
    else if (++this.shrinkRuns > shrinkRunsMax) return;
    const laws = lawsNamed(this.options.laws);
    const sailed = await runPlan(plan, { laws });
    const found = await this.breachesOf(sailed, plan);
    if (found === undefined) return;
    if (this.failed === undefined) {
      this.failed = { law: found.law, plan };
      onTestFinished(() => this.save());
    }
    if (found.law !== this.failed.law) return;
    const example = this.counterexample(plan, sailed, found);
    this.last = example;
    throw new VoyageError(storyOf(example, found).join('\n'));
  }

  private save(): void {
    const [law] = lawsNamed(this.options.laws).filter(({ name }) => name === this.last?.law);
    if (this.last !== undefined && law !== undefined) saveFailure(this.last, law);
  }

  private async breachesOf(sailed: Sailed, plan: VoyagePlan): Promise<Found | undefined> {
    const wanted = this.failed?.law;
    const broken = sailed.verdicts.filter(
      verdict => verdict.kind === 'broken' && (wanted === undefined || verdict.law === wanted),
    );
    const [first] = broken;
    if (first?.kind === 'broken') return first;
    try {
      await this.check?.(sailed, plan);
      return undefined;
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      const { endMs: timeMs } = sailed;
      return {
        law: 'the test',
        says: 'what the test expects',
        breaches: [{ timeMs, what, objects: [], evidence: [] }],
      };
    }
  }

  private counterexample(plan: VoyagePlan, sailed: Sailed, found: Found): Counterexample {
    return {
      law: found.law,
      token: tokenOf({ plan }),
      plan,
      digest: sailed.digest,
      startMs: sailed.startMs,
      before: sizeOf(this.failed?.plan ?? plan),
      after: sizeOf(plan),
      runsToFind: this.runs,
      shrinkRuns: this.shrinkRuns,
      isSmallest: this.shrinkRuns < (this.options.shrinkRunsMax ?? defaultShrinkRuns),
      breaches: found.breaches,
    };
  }
}

interface Found {
  readonly law: string;
  readonly says: string;
  readonly source?: string;
  readonly breaches: readonly Breach[];
}

/** A voyage that broke something: its message is the story. */
export class VoyageError extends Error {
  override readonly name = 'VoyageError';
}
