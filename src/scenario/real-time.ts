/**
 * The rule by which a scenario is run in real time. Let so much time go by (`advance`) and let traffic flow
 * so long (`traffic`) take 1/scale of what the scenario says; waits for a condition keep their limits, since
 * the cluster's programs are as quick as they are. When the real time of the run is over, what is left is
 * skipped. A law is only believed to hold where there was the time that it asks for.
 */
import { durationMs } from '../input/duration.js';
import type { Verdict } from '../laws/judge.js';
import type { Law, LawSettings } from '../laws/law.js';
import { lengthOf } from '../laws/story.js';
import type { Scenario, Step } from './scenario.js';

/** A scenario made shorter. */
export interface Shortened {
  readonly scenario: Scenario;
  /** What it asked for and got less of, in sentences. */
  readonly cuts: readonly string[];
}

/** The scenario with its times divided by the scale; 1 leaves it as it is. */
export function inRealTime(scenario: Scenario, scale: number): Shortened {
  if (scale === 1) return { scenario, cuts: [] };
  const cuts: string[] = [];
  const shorter = (what: string, duration: string): string => {
    const ms = durationMs(duration);
    const given = Math.max(1, Math.round(ms / scale));
    cuts.push(`${what} ${duration} takes ${lengthOf(given)} here`);
    return `${given}ms`;
  };
  const steps = scenario.steps.map((step): Step => {
    if (step.advance !== undefined) {
      return { ...step, name: nameOf(step), advance: shorter('advance', step.advance) };
    }
    if (step.traffic === undefined) return step;
    const { every, ...traffic } = step.traffic;
    return {
      ...step,
      name: nameOf(step),
      traffic: {
        for: shorter('traffic for', traffic.for),
        ...(every !== undefined && { every: `${Math.round(durationMs(every) / scale)}ms` }),
      },
    };
  });
  return { scenario: { ...scenario, steps }, cuts };
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/**
 * The scenario as if its cluster started now: the instants that it names for its cluster and its stack
 * (the start of traffic, of a drift) are moved with the start. One without a start is left as it is.
 */
export function startingNow(scenario: Scenario, nowMs: number): Scenario {
  const startMs = Date.parse(scenario.cluster.start ?? '');
  if (Number.isNaN(startMs)) return scenario;
  const moved = (value: unknown): unknown => {
    if (typeof value === 'string' && instant.test(value)) {
      return new Date(Date.parse(value) + nowMs - startMs).toISOString();
    }
    if (Array.isArray(value)) return value.map(moved);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [String(moved(key)), moved(item)]),
    );
  };
  const { document, cluster, workloads, steps } = scenario;
  const value = moved(document.value);
  return {
    ...scenario,
    workloads: moved(workloads) as Scenario['workloads'],
    steps: moved(steps) as Scenario['steps'],
    cluster: { ...cluster, start: new Date(nowMs).toISOString() },
    document: { ...document, value },
  };
}

/** How much later than it was recorded all happens, in milliseconds: 0 where nothing says when it began. */
export function laterBy({ cluster }: Scenario, nowMs: number): number {
  const startMs = Date.parse(cluster.start ?? '');
  return Number.isNaN(startMs) ? 0 : nowMs - startMs;
}

/** What the step says of itself stays what the user wrote. */
function nameOf({ name, advance, traffic }: Step): string {
  return (
    name ?? (advance === undefined ? `traffic for ${traffic?.for ?? ''}` : `advance ${advance}`)
  );
}

/** The longest time that a law's thresholds speak of; 0 when it judges every instant by itself. */
export function neededMs({ settings }: Pick<Law, 'settings'>): number {
  const times = Object.entries(settings).filter(([name]) => name.endsWith('Ms'));
  return Math.max(0, ...times.map(([, value]) => value));
}

/** How much a run has seen. */
export interface Seen {
  /** From the scenario's first step to its end, in real milliseconds. */
  readonly observedMs: number;
  /** What the history misses, by resource, and why. */
  readonly missed: readonly { readonly resource: string; readonly why: string }[];
  /** Thresholds by law, where they were not the defaults. */
  readonly settings?: Readonly<Record<string, LawSettings>> | undefined;
}

/** What held for less time than its law speaks of, or where the law could not look, is inconclusive. */
export function believed(
  verdicts: readonly Verdict[],
  laws: readonly Law[],
  { observedMs, missed, settings = {} }: Seen,
): readonly Verdict[] {
  return verdicts.map(verdict => {
    const law = laws.find(({ name }) => name === verdict.law);
    if (verdict.kind !== 'held' || law === undefined) return verdict;
    const wantedMs = neededMs({ settings: { ...law.settings, ...settings[law.name] } });
    const on = law.begin().on ?? {};
    const blind = missed.find(({ resource }) => resource in on || '*' in on);
    const why =
      wantedMs > observedMs
        ? `it speaks of ${lengthOf(wantedMs)}, and the run took ${lengthOf(observedMs)}`
        : blind?.why;
    return why === undefined ? verdict : { ...verdict, kind: 'inconclusive', why };
  });
}
