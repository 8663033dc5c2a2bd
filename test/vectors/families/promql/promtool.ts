/** Runs promtool's unit tests of rules, and loads the rules of kube-prometheus and of kubernetes-mixin. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { durationOf } from '../../../../sim/metrics/promql/go-text.js';
import { Labels } from '../../../../sim/metrics/promql/labels.js';
import { queryAt } from '../../../../sim/metrics/promql/query.js';
import { GroupEvaluator } from '../../../../sim/metrics/promql/rules/evaluator.js';
import { readRuleGroups, type WrittenGroup } from '../../../../sim/metrics/promql/rules/rule.js';
import { SeriesStore } from '../../../../sim/metrics/promql/series-store.js';
import type { CaseResult } from '../../family.js';
import { isClose, labelsOf, loadSeries } from './notation.js';

interface UnitTest {
  readonly name?: string;
  readonly interval?: string;
  readonly input_series?: readonly { readonly series: string; readonly values: string | number }[];
  readonly alert_rule_test?: readonly {
    readonly eval_time: string | number;
    readonly alertname: string;
    readonly exp_alerts?:
      | readonly {
          readonly exp_labels?: Readonly<Record<string, string>>;
          readonly exp_annotations?: Readonly<Record<string, string>>;
        }[]
      | null;
  }[];
  readonly promql_expr_test?: readonly {
    readonly expr: string;
    readonly eval_time: string | number;
    readonly exp_samples?: readonly { readonly labels?: string; readonly value: number }[] | null;
  }[];
  readonly external_labels?: Readonly<Record<string, string>>;
  readonly external_url?: string;
  readonly start_timestamp?: number | string;
}

interface TestFile {
  readonly rule_files?: readonly string[];
  readonly evaluation_interval?: string;
  readonly group_eval_order?: readonly string[];
  readonly fuzzy_compare?: boolean;
  readonly tests: readonly UnitTest[];
}

/** These are meant to fail. @see the README of the vectors */
const failing = [
  ...['failing', 'bad-input-series', 'bad-promql', 'bad-rules-error-test'],
  ...['bad-rules-syntax-test', 'rules_run_fuzzy', 'rules_run_no_fuzzy'],
];

/** The result of a file of tests. */
export function replayPromtool(path: string): CaseResult {
  const name = basename(path).replace(/\.ya?ml$/, '');
  const id = `promtool/${name}`;
  const text = readFileSync(path, 'utf8');
  const failure = attempt(() => failureOf(path, parse(text) as TestFile));
  if (failing.includes(name) === (failure !== undefined)) return { id, result: 'passed' };
  return { id, result: 'failed', reason: failure ?? 'it should fail' };
}

/** The result of a file of rules: they load. */
export function replayRules(path: string): CaseResult {
  const id = `rules/${basename(path)}`;
  const failure = attempt(() => {
    const read = readRuleGroups(groupsIn(path));
    return 'problems' in read ? read.problems.map(({ error }) => error).join('; ') : undefined;
  });
  return failure === undefined
    ? { id, result: 'passed' }
    : { id, result: 'failed', reason: failure };
}

function attempt(action: () => string | undefined): string | undefined {
  try {
    return action();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function groupsIn(path: string): readonly WrittenGroup[] {
  const file = parse(readFileSync(path, 'utf8')) as {
    readonly spec?: { readonly groups: readonly WrittenGroup[] };
    readonly groups?: readonly WrittenGroup[];
  };
  return file.spec?.groups ?? file.groups ?? [];
}

function failureOf(path: string, file: TestFile): string | undefined {
  const files = (file.rule_files ?? []).map(name => join(dirname(path), name));
  const lost = files.find(one => !existsSync(one));
  if (lost !== undefined) throw new Error(`no file ${lost}`);
  const read = files.map(one => readRuleGroups(groupsIn(one)));
  const problem = read.find(one => 'problems' in one);
  if (problem !== undefined && 'problems' in problem) return problem.problems[0]?.error;
  const groups = read.flatMap(one => ('groups' in one ? one.groups : []));
  const order = file.group_eval_order ?? [];
  const placeOf = (name: string): number =>
    order.includes(name) ? order.indexOf(name) : order.length;
  const sorted = [...groups].sort(
    (a, b) => placeOf(a.name) - placeOf(b.name) || (a.name < b.name ? -1 : 1),
  );
  for (const test of file.tests) {
    const failure = new TestRun(file, test, sorted).failure();
    if (failure !== undefined) return `${test.name ?? ''}: ${failure}`;
  }
  return undefined;
}

const msOf = (text: string | number | undefined, usual = 60_000): number => {
  if (text === undefined || text === '') return usual;
  return durationOf(String(text)) ?? NaN;
};

class TestRun {
  private readonly store = new SeriesStore();
  private readonly evaluators: readonly GroupEvaluator[];
  private readonly stepMs: number;
  private readonly startMs: number;

  constructor(
    private readonly file: TestFile,
    private readonly test: UnitTest,
    groups: readonly Parameters<typeof groupOf>[0][],
  ) {
    this.stepMs = msOf(file.evaluation_interval);
    const {
      external_labels: externalLabels = {},
      external_url: externalUrl = '',
      start_timestamp: start,
    } = test;
    this.startMs = typeof start === 'string' ? Date.parse(start) : (start ?? 0) * 1000;
    const options = { externalLabels, externalUrl };
    this.evaluators = groups.map(group => new GroupEvaluator(groupOf(group), this.store, options));
    for (const { series, values } of test.input_series ?? []) {
      loadSeries(
        this.store,
        { labels: labelsOf(series), values: String(values) },
        { startMs: this.startMs, intervalMs: msOf(test.interval, this.stepMs) },
      );
    }
  }

  failure(): string | undefined {
    const { alert_rule_test: alerts = [], promql_expr_test: queries = [] } = this.test;
    const times = [...alerts, ...queries].map(one => msOf(one.eval_time));
    const lastMs = Math.max(0, ...times);
    for (let atMs = 0; atMs <= lastMs; atMs += this.stepMs) {
      for (const evaluator of this.evaluators) {
        evaluator.evaluate(this.startMs + atMs);
        const failed = evaluator.health().find(({ error }) => error !== undefined);
        if (failed !== undefined) return `${failed.rule.name}: ${failed.error ?? ''}`;
      }
      for (const alert of alerts) {
        const ownMs = msOf(alert.eval_time);
        if (ownMs < atMs || ownMs >= atMs + this.stepMs) continue;
        const failure = this.alertFailure(alert);
        if (failure !== undefined) return `${alert.alertname} at ${alert.eval_time}: ${failure}`;
      }
    }
    for (const query of queries) {
      const failure = this.queryFailure(query);
      if (failure !== undefined) return `${query.expr} at ${query.eval_time}: ${failure}`;
    }
    return undefined;
  }

  private alertFailure({
    alertname,
    exp_alerts: expected,
  }: NonNullable<UnitTest['alert_rule_test']>[number]): string | undefined {
    const told = (labels: Labels, annotations: Readonly<Record<string, string>>): string =>
      `${labels.key} ${Labels.of(annotations).key}`;
    const own = this.evaluators
      .flatMap(evaluator => evaluator.health())
      .filter(({ rule }) => rule.kind === 'alert' && rule.name === alertname)
      .flatMap(({ alerts }) => alerts)
      .filter(({ state }) => state === 'firing')
      .map(({ labels, annotations }) => told(labels, annotations))
      .sort();
    const wanted = (expected ?? [])
      .map(({ exp_labels: labels = {}, exp_annotations: annotations = {} }) =>
        told(Labels.of({ ...strings(labels), alertname }), strings(annotations)),
      )
      .sort();
    const isSame = JSON.stringify(own) === JSON.stringify(wanted);
    return isSame ? undefined : `${own.join(' & ')} instead of ${wanted.join(' & ')}`;
  }

  private queryFailure({
    expr,
    eval_time: at,
    exp_samples: expected,
  }: NonNullable<UnitTest['promql_expr_test']>[number]): string | undefined {
    const answer = queryAt(this.store, expr, this.startMs + msOf(at));
    if ('error' in answer) return answer.error;
    const { value } = answer;
    const own =
      value.kind === 'vector'
        ? value.elements.map(({ labels, value: number }) => [labels.key, number] as const)
        : [[Labels.none.key, value.kind === 'scalar' ? value.value : NaN] as const];
    const wanted = (expected ?? []).map(
      ({ labels = '{}', value: number }) =>
        [labelsOf(labels === '' ? '{}' : labels).key, number] as const,
    );
    if (own.length !== wanted.length) return `${own.length} samples instead of ${wanted.length}`;
    const known = new Map(own);
    // Exact but for the last bit, in which sums may differ.
    const tolerance = this.file.fuzzy_compare === true ? 1e-16 : 0;
    const wrong = wanted.find(
      ([key, number]) => !isClose(known.get(key) ?? NaN, Number(number), tolerance),
    );
    return wrong && `${wrong[0]} has ${known.get(wrong[0])} instead of ${wrong[1]}`;
  }
}

const groupOf = (group: ConstructorParameters<typeof GroupEvaluator>[0]): typeof group => group;

function strings(record: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, String(value)]));
}
