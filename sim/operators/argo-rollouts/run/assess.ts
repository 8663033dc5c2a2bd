/** How an analysis stands by its measurements. @upstream argo-rollouts analysis/analysis.go assessRunStatus */
import {
  isOver,
  type AnalysisPhase,
  type AnalysisRun,
  type Metric,
  type MetricResult,
  type RunSummary,
} from '../analysis-types.js';
import { countOf, numberOf } from './metric.js';

/** A result that is being made. */
export type ResultDraft = { -readonly [K in keyof MetricResult]: MetricResult[K] };

/** Whether nothing more is measured. @upstream IsTerminating */
export function isEnding({ spec, status }: AnalysisRun): boolean {
  if (spec.terminate === true) return true;
  return (status?.metricResults ?? []).some(
    ({ dryRun, phase }) => dryRun !== true && isOver(phase) && phase !== 'Successful',
  );
}

/** The phase of a metric. @upstream assessMetricStatus */
export function phaseOfMetric(
  metric: Metric,
  result: MetricResult,
  isLast: boolean,
): AnalysisPhase {
  if (isOver(result.phase)) return result.phase;
  const last = result.measurements?.at(-1);
  if (last === undefined) return isLast ? 'Successful' : 'Pending';
  if (!isOver(last.phase)) return 'Running';
  const { phase } = limitPassed(metric, result);
  if (phase !== undefined) return phase;
  const wanted = numberOf(metric.consecutiveSuccessLimit) ?? 0;
  if (wanted > 0 && (result.consecutiveSuccess ?? 0) >= wanted) return 'Successful';
  const count = countOf(metric);
  if (count !== undefined && (result.count ?? 0) >= count) {
    const hasFailures = (numberOf(metric.failureLimit) ?? 0) >= 0;
    if (wanted > 0) return hasFailures ? 'Inconclusive' : 'Failed';
    return 'Successful';
  }
  return isLast ? 'Successful' : 'Running';
}

/** What a metric has had too much of. @upstream assessMetricFailureInconclusiveOrError */
export function limitPassed(
  metric: Metric,
  result: MetricResult,
): { readonly phase?: AnalysisPhase; readonly message: string } {
  const { failed = 0, inconclusive = 0, consecutiveError: errors = 0 } = result;
  const errorLimit = numberOf(metric.consecutiveErrorLimit) ?? 4;
  if (errors > errorLimit) {
    const message = `consecutiveErrors (${errors}) > consecutiveErrorLimit (${errorLimit})`;
    return { phase: 'Error', message };
  }
  const unclearLimit = numberOf(metric.inconclusiveLimit) ?? 0;
  if (inconclusive > unclearLimit) {
    const message = `inconclusive (${inconclusive}) > inconclusiveLimit (${unclearLimit})`;
    return { phase: 'Inconclusive', message };
  }
  const failureLimit = numberOf(metric.failureLimit) ?? 0;
  if (failureLimit >= 0 && failed > failureLimit) {
    const message = `failed (${failed}) > failureLimit (${failureLimit})`;
    return { phase: 'Failed', message };
  }
  return { message: '' };
}

const order: readonly AnalysisPhase[] = [
  ...(['Successful', 'Running', 'Pending', 'Inconclusive', 'Error', 'Failed'] as const),
];

/** What an analysis comes to. */
export interface Assessment {
  readonly phase: AnalysisPhase;
  readonly message: string;
  readonly runSummary: RunSummary;
  readonly dryRunSummary: RunSummary;
}

/** Assesses all metrics; `results` gets their phases, and `ended` hears of each that has ended. */
export function assess(
  run: AnalysisRun,
  metrics: readonly Metric[],
  means: {
    readonly results: ResultDraft[];
    readonly dryRuns: ReadonlySet<string>;
    ended(metric: string, phase: AnalysisPhase): void;
  },
): Assessment {
  const { results, dryRuns } = means;
  const isLast = isEnding({ ...run, status: { phase: 'Running', metricResults: results } });
  const summaries = { real: new Summary(), dry: new Summary() };
  let worst: AnalysisPhase | undefined;
  let message = run.spec.terminate === true ? 'Run Terminated' : '';
  let isWhole = true;
  for (const metric of metrics) {
    const result = results.find(({ name }) => name === metric.name);
    const isDry = dryRuns.has(metric.name);
    const summary = isDry ? summaries.dry : summaries.real;
    summary.count();
    if (result === undefined) {
      isWhole = false;
      continue;
    }
    const phase = phaseOfMetric(metric, result, isLast);
    settle(result, phase, means);
    if (!isOver(phase)) {
      isWhole = false;
      continue;
    }
    const passed = limitPassed(metric, result);
    summary.add(passed.phase);
    if (isDry) {
      worst ??= 'Successful';
      if (passed.message !== '') {
        result.message = `Metric assessed ${phase} due to ${passed.message}`;
      }
    } else if (worst === undefined || order.indexOf(phase) > order.indexOf(worst)) {
      worst = phase;
      if (passed.message !== '') {
        message = `Metric "${metric.name}" assessed ${phase} due to ${passed.message}`;
        const { message: why = '' } = result;
        if (why !== '') message += `: "Error Message: ${why}"`;
      }
    }
  }
  const told = { runSummary: summaries.real.told, dryRunSummary: summaries.dry.told };
  if (isLast) return { ...told, phase: worst ?? 'Successful', message: message.trim() };
  return !isWhole || worst === undefined
    ? { ...told, phase: 'Running', message: '' }
    : { ...told, phase: worst, message: message.trim() };
}

function settle(
  result: ResultDraft,
  phase: AnalysisPhase,
  means: { ended(metric: string, phase: AnalysisPhase): void },
): void {
  if (result.phase === phase) return;
  if (isOver(phase)) means.ended(result.name, phase);
  const last = result.measurements?.at(-1);
  if (last !== undefined) {
    delete result.message;
    if (last.message !== undefined) result.message = last.message;
  }
  result.phase = phase;
}

type Ending = 'successful' | 'failed' | 'inconclusive' | 'error';

class Summary {
  private readonly counts: Partial<Record<'count' | Ending, number>> = {};

  get told(): RunSummary {
    return this.counts;
  }

  count(): void {
    this.raise('count');
  }

  /** No limit passed is a success, whatever the phase. */
  add(phase: AnalysisPhase | undefined): void {
    this.raise((phase ?? 'Successful').toLowerCase() as Ending);
  }

  private raise(name: 'count' | Ending): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}
