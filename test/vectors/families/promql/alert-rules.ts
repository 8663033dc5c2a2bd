/** Replays recorded runs of groups of rules: the life of each alert, and each series that was written. */
import { Labels } from '../../../../sim/metrics/promql/labels.js';
import { plainNumber } from '../../../../sim/api/go-number.js';
import type { Alert } from '../../../../sim/metrics/promql/rules/alerting.js';
import { GroupEvaluator } from '../../../../sim/metrics/promql/rules/evaluator.js';
import { readRuleGroups, type WrittenGroup } from '../../../../sim/metrics/promql/rules/rule.js';
import type { SeriesStore } from '../../../../sim/metrics/promql/series-store.js';
import type { CaseResult } from '../../family.js';
import { readLines } from '../../files.js';
import { storeOf } from './generated.js';
import { isClose } from './notation.js';

interface Change {
  readonly t: number;
  readonly state: string;
  readonly activeAt?: number;
  readonly value?: string;
  readonly keepFiringSince?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface RunLine {
  readonly id: string;
  readonly groups: readonly WrittenGroup[];
  readonly loadError?: string;
  readonly base: number;
  readonly interval: number;
  readonly series: readonly { readonly metric: string; readonly values: string }[];
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly evaluationInterval: number;
  readonly evaluations: number;
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly changes: readonly Change[];
  }[];
  readonly firstSent: readonly {
    readonly t: number;
    readonly labels: Readonly<Record<string, string>>;
    readonly resolvedAt?: number;
  }[];
  readonly written: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly runs: readonly (readonly [number, number, string])[];
  }[];
}

/** The results of a file. */
export function* replayAlertRules(path: string): Iterable<CaseResult> {
  for (const line of readLines<RunLine>(path)) {
    const reason = difference(line);
    if (reason === undefined) yield { id: line.id, result: 'passed' };
    else yield { id: line.id, result: 'failed', reason };
  }
}

function difference(line: RunLine): string | undefined {
  const read = readRuleGroups(line.groups);
  if ('problems' in read) {
    const [problem] = read.problems;
    return line.loadError === undefined ? problem?.error : undefined;
  }
  if (line.loadError !== undefined) return `it should not load: ${line.loadError}`;
  const store = storeOf(line);
  const run = new Run(line, store);
  for (let index = 0; index < line.evaluations; index++) run.step(index);
  return run.alertDifference() ?? run.sentDifference() ?? writtenDifference(line, store);
}

/** What is seen of alerts from evaluation to evaluation. */
class Run {
  private readonly evaluators: readonly GroupEvaluator[];
  private readonly changes = new Map<string, Change[]>();
  private readonly last = new Map<string, Change>();
  private readonly sent: string[] = [];

  constructor(
    private readonly line: RunLine,
    store: SeriesStore,
  ) {
    const read = readRuleGroups(line.groups);
    const groups = 'groups' in read ? [...read.groups] : [];
    groups.sort((a, b) => (a.name < b.name ? -1 : 1));
    const { externalLabels } = line;
    this.evaluators = groups.map(group => new GroupEvaluator(group, store, { externalLabels }));
  }

  step(index: number): void {
    const t = index * this.line.evaluationInterval;
    const nowMs = (this.line.base + t) * 1000;
    for (const evaluator of this.evaluators) evaluator.evaluate(nowMs);
    const seen = new Set<string>();
    for (const evaluator of this.evaluators) {
      for (const { alerts } of evaluator.health())
        for (const alert of alerts) this.see(alert, t, seen);
    }
    for (const key of this.last.keys()) {
      if (!seen.has(key)) {
        this.note(key, { t, state: 'gone' });
        this.last.delete(key);
      }
    }
  }

  alertDifference(): string | undefined {
    const { alerts } = this.line;
    if (alerts.length !== this.changes.size)
      return `${this.changes.size} alerts instead of ${alerts.length}`;
    for (const { labels, changes } of alerts) {
      const { key } = Labels.of(labels);
      const own = withoutRounding(this.changes.get(key) ?? []);
      const wanted = withoutRounding(changes);
      for (let at = 0; at < Math.max(own.length, wanted.length); at++) {
        const [a, b] = [own[at], wanted[at]].map(shown);
        if (a !== b) return `${key}: ${a ?? 'nothing'} instead of ${b ?? 'nothing'}`;
      }
    }
    return undefined;
  }

  sentDifference(): string | undefined {
    const wanted = this.line.firstSent.map(
      one => `${one.t} ${Labels.of(one.labels).key} ${one.resolvedAt === undefined ? '' : 'end'}`,
    );
    const own = [...this.sent].sort();
    const told = wanted.sort();
    const at = told.findIndex((text, index) => text !== own[index]);
    if (at >= 0) return `sent ${own[at] ?? 'nothing'} instead of ${told[at] ?? ''}`;
    return own.length === told.length ? undefined : `sent ${own[told.length] ?? ''}, too`;
  }

  private see(alert: Alert, t: number, seen: Set<string>): void {
    const { key } = alert.labels;
    if (alert.state !== 'inactive') seen.add(key);
    const { base } = this.line;
    const nowMs = (base + t) * 1000;
    if (alert.firedMs === nowMs && alert.state === 'firing') this.sent.push(`${t} ${key} `);
    if (alert.resolvedMs === nowMs) this.sent.push(`${t} ${key} end`);
    if (alert.state === 'inactive') return;
    const change: Change = {
      t,
      state: alert.state,
      activeAt: alert.activeMs / 1000 - base,
      value: plainNumber(alert.value),
      annotations: alert.annotations,
      ...(alert.keptSinceMs !== undefined && { keepFiringSince: alert.keptSinceMs / 1000 - base }),
    };
    const before = this.last.get(key);
    this.last.set(key, change);
    if (before !== undefined && shown({ ...before, t }) === shown(change)) return;
    const isTold =
      before !== undefined &&
      JSON.stringify(before.annotations) === JSON.stringify(change.annotations);
    const { annotations: _, ...rest } = change;
    this.note(key, isTold ? rest : change);
  }

  private note(key: string, change: Change): void {
    const changes = this.changes.get(key);
    if (changes === undefined) this.changes.set(key, [change]);
    else changes.push(change);
  }
}

/** Without changes of a value's last bits. */
function withoutRounding(changes: readonly Change[]): readonly Change[] {
  let before: string | undefined;
  return changes.filter(change => {
    const { t: _, annotations, ...rest } = change;
    const own = shown({ ...rest, t: 0 });
    const isNews = own !== before || annotations !== undefined;
    before = own;
    return isNews;
  });
}

function shown(change: Change | undefined): string | undefined {
  if (change === undefined) return undefined;
  const { t, state, activeAt, value, keepFiringSince, annotations } = change;
  const number = value === undefined ? undefined : Number(value).toPrecision(9);
  const texts = annotations && Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([t, state, activeAt, number, keepFiringSince, texts]);
}

function writtenDifference(line: RunLine, store: SeriesStore): string | undefined {
  for (const { metric, runs } of line.written) {
    const matchers = Object.entries(metric).map(([name, value]) => ({
      name,
      operator: '=' as const,
      value,
      matches: (told: string) => told === value,
    }));
    const labels = Labels.of(metric);
    const series = store.select(matchers).find(one => one.labels.key === labels.key);
    if (series === undefined) return `${labels.key} was not written`;
    const wanted = runs.flatMap(([first, last, value]) => {
      const count = Math.round((last - first) / line.evaluationInterval) + 1;
      return Array.from(
        { length: count },
        (_, index) => [first + index * line.evaluationInterval, value] as const,
      );
    });
    if (wanted.length !== series.count)
      return `${labels.key} has ${series.count} samples instead of ${wanted.length}`;
    for (const [index, [t, value]] of wanted.entries()) {
      const ownT = (series.times[index] ?? NaN) / 1000 - line.base;
      const isSame = series.isStale(index)
        ? value === 'stale'
        : value !== 'stale' &&
          isClose(series.values[index] ?? NaN, Number(value.replace('Inf', 'Infinity')), 1e-9);
      if (ownT !== t || !isSame)
        return `${labels.key} has ${series.values[index]} at ${ownT} instead of ${value} at ${t}`;
    }
  }
  return undefined;
}
