/** One pass over an analysis. @upstream argo-rollouts analysis/analysis.go reconcileAnalysisRun */
import { RE2JS } from 're2js';
import { rfc3339, timeMs } from '../../../api/time.js';
import type { ControllerContext, Reconciliation, View } from '../../../client/contract.js';
import { call, keyOf, patch, remove } from '../../../client/requests.js';
import { mergePatch } from '../../keda/merge-patch.js';
import {
  analysisRuns,
  isOver,
  type AnalysisPhase,
  type AnalysisRun,
  type AnalysisRunStatus,
  type Argument,
  type Metric,
} from '../analysis-types.js';
import { resolvedMetric } from '../run-args.js';
import type { Made } from '../templates.js';
import { assess, type ResultDraft } from './assess.js';
import { measure, nextLook, providerOf } from './measure.js';
import { metricsProblem } from './metric.js';
import type { Means } from './provider.js';

const measurementsMax = 10;

/** The pass. Gives what was written, or why it could not be. */
export class RunPass {
  private readonly means: Means;

  constructor(
    private readonly run: AnalysisRun,
    view: View,
    private readonly context: ControllerContext,
  ) {
    this.means = { run, view, context, now: rfc3339(context.clock.now()) };
  }

  *pass(): Reconciliation<AnalysisRun | string | undefined> {
    const { run } = this;
    if (isOver(run.status?.phase)) return yield* this.removeWhenOld();
    const metrics = metricsOf(run);
    if ('problem' in metrics) {
      return yield* this.fail(`Unable to resolve metric arguments: ${metrics.problem}`);
    }
    const dryRuns = namesBy(run.spec.dryRun ?? [], metrics.value, 'dryRun');
    const kept = namesBy(
      run.spec.measurementRetention ?? [],
      metrics.value,
      'measurementRetention',
    );
    const wrong = metricsProblem(metrics.value);
    if (wrong !== undefined) return yield* this.fail(`Analysis spec invalid: ${wrong}`);
    if ('problem' in dryRuns) return yield* this.fail(`Analysis spec invalid: ${dryRuns.problem}`);
    if ('problem' in kept) return yield* this.fail(`Analysis spec invalid: ${kept.problem}`);
    const measured = yield* measure(metrics.value, this.means, new Set(dryRuns.value.keys()));
    if ('error' in measured) {
      return yield* this.fail(`Unable to resolve metric arguments: ${measured.error}`);
    }
    const status = this.assessed(metrics.value, measured.results, new Set(dryRuns.value.keys()));
    yield* this.trim(metrics.value, measured.results, kept.value);
    const next = { ...status, metricResults: measured.results };
    const dueMs = nextLook({ ...run, status: next }, metrics.value);
    if (dueMs !== undefined && !isOver(next.phase)) {
      this.context.queue.addAfter(keyOf(run), Math.max(0, dueMs - this.context.clock.now()));
    }
    return yield* this.write(next);
  }

  private assessed(
    metrics: readonly Metric[],
    results: ResultDraft[],
    dryRuns: ReadonlySet<string>,
  ): AnalysisRunStatus {
    const { run, means } = this;
    const { phase, message, runSummary, dryRunSummary } = assess(run, metrics, {
      results,
      dryRuns,
      ended: (metric, ended) =>
        this.tell(`Metric${ended}`, `Metric '${metric}' Completed. Result: ${ended}`, ended),
    });
    const { message: before = '', startedAt = means.now, completedAt } = run.status ?? {};
    const hasChanged = phase !== run.status?.phase;
    const told = hasChanged ? message : before;
    if (hasChanged && isOver(phase)) this.tellEnd(phase);
    const endedAt = completedAt ?? (isOver(phase) ? means.now : undefined);
    return {
      phase,
      startedAt,
      runSummary,
      dryRunSummary,
      ...(told !== '' && { message: told }),
      ...(endedAt !== undefined && { completedAt: endedAt }),
    };
  }

  private tellEnd(phase: AnalysisPhase): void {
    this.tell(`AnalysisRun${phase}`, `Analysis Completed. Result: ${phase}`, phase);
  }

  private tell(reason: string, message: string, phase: AnalysisPhase): void {
    const type = phase === 'Error' || phase === 'Failed' ? 'Warning' : 'Normal';
    this.context.events.record({ regarding: this.run, type, reason, message });
  }

  private *fail(message: string): Reconciliation<AnalysisRun | string | undefined> {
    this.tellEnd('Error');
    const { metricResults } = this.run.status ?? {};
    return yield* this.write({
      ...this.run.status,
      phase: 'Error',
      message,
      ...(metricResults !== undefined && { metricResults }),
    });
  }

  /** The status is no subresource: it is patched with the object. */
  private *write(status: AnalysisRunStatus): Reconciliation<AnalysisRun | string | undefined> {
    const { run } = this;
    const change = mergePatch(run.status ?? {}, status);
    if (change === undefined) return undefined;
    const { namespace = '', name = '' } = run.metadata;
    const of = { namespace, name };
    const answer = yield* call(patch(analysisRuns, of, { type: 'merge' }, { status: change }));
    return answer.isOk ? answer.object : answer.message;
  }

  /** Of many measurements the last ones stay. @upstream garbageCollectMeasurements */
  private *trim(
    metrics: readonly Metric[],
    results: readonly ResultDraft[],
    limits: ReadonlyMap<string, number>,
  ): Reconciliation<void> {
    for (const result of results) {
      const limit = limits.get(result.name) || measurementsMax;
      const { measurements = [] } = result;
      const metric = metrics.find(({ name }) => name === result.name);
      if (measurements.length <= limit || metric === undefined) continue;
      yield* providerOf(metric)?.trim?.(limit, this.means) ?? nothing();
      result.measurements = measurements.slice(-limit);
    }
  }

  /** @upstream maybeGarbageCollectAnalysisRun */
  private *removeWhenOld(): Reconciliation<string | undefined> {
    const { metadata, spec, status } = this.run;
    const { secondsAfterCompletion, secondsAfterFailure, secondsAfterSuccess } =
      spec.ttlStrategy ?? {};
    const own =
      status?.phase === 'Successful'
        ? secondsAfterSuccess
        : status?.phase === 'Failed'
          ? secondsAfterFailure
          : undefined;
    const seconds = own ?? secondsAfterCompletion;
    const endMs = timeMs(status?.completedAt);
    if (seconds === undefined || endMs === undefined) return undefined;
    const leftMs = endMs + (seconds + 1) * 1000 - this.context.clock.now();
    if (leftMs > 0) {
      // Upstream looks with its resync of 15 minutes.
      this.context.queue.addAfter(keyOf(this.run), leftMs);
      return undefined;
    }
    const { namespace = '', name = '' } = metadata;
    const answer = yield* call(remove(analysisRuns, namespace, name));
    return answer.isOk || answer.status === 404 ? undefined : answer.message;
  }
}

function* nothing(): Reconciliation<void> {
  return undefined;
}

/** The metrics with the arguments; what Secrets hold is not needed to look at them. */
function metricsOf({ spec }: AnalysisRun): Made<readonly Metric[]> {
  const args = (spec.args ?? []).map((arg): Argument =>
    arg.valueFrom?.secretKeyRef === undefined ? arg : { name: arg.name, value: 'temp-for-secret' },
  );
  const metrics: Metric[] = [];
  for (const metric of spec.metrics ?? []) {
    const resolved = resolvedMetric(metric, args);
    if ('problem' in resolved) return resolved;
    metrics.push(resolved.value);
  }
  return { value: metrics };
}

/** The metrics that rules are about, by the patterns of their names, and the rules' limits. */
function namesBy(
  rules: readonly { readonly metricName: string; readonly limit?: number }[],
  metrics: readonly Metric[],
  what: string,
): Made<ReadonlyMap<string, number>> {
  const names = new Map<string, number>();
  for (const [index, { metricName, limit = 0 }] of rules.entries()) {
    const fitting = metrics.filter(({ name }) => isMatch(metricName, name));
    if (fitting.length === 0) {
      return { problem: `${what}[${index}]: Rule didn't match any metric name(s)` };
    }
    for (const { name } of fitting) names.set(name, limit);
  }
  return { value: names };
}

function isMatch(pattern: string, name: string): boolean {
  try {
    return RE2JS.compile(pattern).matcher(name).find();
  } catch {
    // Upstream takes a pattern that it cannot read for one that fits nothing.
    return false;
  }
}
