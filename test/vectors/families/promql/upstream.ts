/** Replays Prometheus' own tests of PromQL (`*.test`): series are loaded, queries evaluated. */
import { basename } from 'node:path';
import { durationOf, numberOf } from '../../../../sim/metrics/promql/go-text.js';
import type { Histogram } from '../../../../sim/metrics/promql/histogram/histogram.js';
import type { Labels } from '../../../../sim/metrics/promql/labels.js';
import { queryAt, queryRange, type Answer } from '../../../../sim/metrics/promql/query.js';
import { samplesOf } from '../../../../sim/metrics/promql/range-samples.js';
import { SeriesStore } from '../../../../sim/metrics/promql/series-store.js';
import type { CaseResult } from '../../family.js';
import { readText } from '../../files.js';
import { isSameHistogram, loadConverted } from './histograms.js';
import {
  isClose,
  labelsOf,
  loadSeries,
  pointsOf,
  splitSeries,
  startsOf,
  type Point,
} from './notation.js';

const options = { dropsNamesLate: true, usesStarts: true };
const tolerance = 1e-6;

interface Block {
  readonly line: number;
  readonly head: string;
  readonly body: readonly string[];
}

/** The results of a file; an evaluation's id is its file and line. */
export function* replayUpstream(path: string): Iterable<CaseResult> {
  const name = `upstream/${basename(path).replace(/\.test$/, '')}`;
  let world = new World();
  for (const block of blocksOf(readText(path))) {
    if (block.head === 'clear') world = new World();
    else if (block.head.startsWith('load')) world.load(block);
    else if (block.head.startsWith('eval'))
      yield { id: `${name}:${block.line}`, ...world.judge(block) };
  }
}

/** A command stands at the line's beginning; what belongs to it is indented. */
function blocksOf(text: string): Block[] {
  const blocks: { line: number; head: string; body: string[] }[] = [];
  text.split('\n').forEach((raw, index) => {
    const line = raw.replace(/^\s*#.*$/, '');
    if (line.trim() === '') return;
    const isHead = /^\s*(?:eval|load|clear)\b/.test(line);
    if (/^\s/.test(line) && !isHead) blocks.at(-1)?.body.push(line.trim());
    else blocks.push({ line: index + 1, head: line.trim(), body: [] });
  });
  return blocks;
}

class World {
  private readonly store = new SeriesStore();

  load({ head, body }: Block): void {
    const [kind, step = ''] = head.split(/\s+/);
    const intervalMs = durationOf(step) ?? NaN;
    // Of two lines for one series the later counts.
    const starts = new Map<string, ReturnType<typeof startsOf>>();
    const lines = new Map<string, { readonly labels: Labels; readonly values: string }>();
    for (const line of body) {
      const [series, values] = splitSeries(line.replace(/@st(?=\s)/, ' @st'));
      const labels = labelsOf(series);
      const told = values.trim();
      if (told.startsWith('@st')) starts.set(labels.key, startsOf(told.slice('@st'.length)));
      else lines.set(labels.key, { labels, values: values.replace(/#.*$/, '') });
    }
    for (const series of lines.values()) {
      const own = starts.get(series.labels.key);
      const told = own === undefined ? series : { ...series, starts: own };
      loadSeries(this.store, told, { startMs: 0, intervalMs });
    }
    if (kind !== 'load_with_nhcb') return;
    const loaded = [...lines.values()].map(({ labels, values }) => ({
      labels,
      points: pointsOf(values),
    }));
    loadConverted(this.store, loaded, intervalMs);
  }

  judge(block: Block): Pick<CaseResult, 'result' | 'reason'> {
    const asked = askedOf(block.head);
    if (asked === undefined) return { result: 'failed', reason: `not understood: ${block.head}` };
    const reason = this.difference(asked, block.body);
    if (reason === undefined) return { result: 'passed' };
    return { result: 'failed', reason: `${block.head}: ${reason}` };
  }

  private difference(asked: Asked, body: readonly string[]): string | undefined {
    const expected = body.filter(line => !line.startsWith('expect'));
    const rules = body.filter(line => line.startsWith('expect'));
    const answer =
      asked.kind === 'instant'
        ? queryAt(this.store, asked.query, asked.startMs, options)
        : queryRange(this.store, asked.query, asked, options);
    const fails = rules.some(rule => rule.startsWith('expect fail')) || asked.isFailing;
    if ('error' in answer) return fails ? undefined : answer.error;
    if (fails) return 'it should fail';
    const steps = rangeTold(rules);
    const isOrdered = asked.isOrdered || rules.includes('expect ordered');
    const text = rules.find(rule => rule.startsWith('expect string'));
    if (text !== undefined) return compareText(answer, text);
    return (
      notesDifference(answer, rules) ??
      (asked.kind === 'instant'
        ? answer.value.kind === 'matrix' && steps !== undefined
          ? compareRange(answer, expected, steps)
          : compareInstant(answer, expected, isOrdered)
        : compareRange(answer, expected, asked))
    );
  }
}

/** The steps at which a range vector's samples are told; undefined: it is none. */
function rangeTold(rules: readonly string[]) {
  const rule = rules.find(one => one.startsWith('expect range vector'));
  const found = /from (\S+) to (\S+) step (\S+)/.exec(rule ?? '');
  const [, start = '', , step = ''] = found ?? [];
  if (found === null) return undefined;
  return { startMs: (numberOf(start) ?? NaN) * 1000, stepMs: (numberOf(step) ?? NaN) * 1000 };
}

interface Asked {
  readonly kind: 'instant' | 'range';
  readonly query: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly isFailing: boolean;
  readonly isOrdered: boolean;
}

function askedOf(head: string): Asked | undefined {
  const instant = /^eval(?:_(fail|ordered|warn|info))?\s+instant\s+at\s+(\S+)\s+([\s\S]+)$/.exec(
    head,
  );
  const timeOf = (text = ''): number => (numberOf(text) ?? NaN) * 1000;
  if (instant !== null) {
    const startMs = timeOf(instant[2]);
    return {
      kind: 'instant',
      query: instant[3] ?? '',
      startMs,
      endMs: startMs,
      stepMs: 0,
      isFailing: instant[1] === 'fail',
      isOrdered: instant[1] === 'ordered',
    };
  }
  const range =
    /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+([\s\S]+)$/.exec(
      head,
    );
  if (range === null) return undefined;
  return {
    kind: 'range',
    query: range[5] ?? '',
    startMs: timeOf(range[2]),
    endMs: timeOf(range[3]),
    stepMs: timeOf(range[4]),
    isFailing: range[1] === 'fail',
    isOrdered: false,
  };
}

/** What an answer has at an instant. */
type Sampled = number | Histogram | undefined;

type Given = Exclude<Answer, { readonly error: string }>;

function notesDifference({ warnings, infos }: Given, rules: readonly string[]): string | undefined {
  for (const rule of rules) {
    const [, kind = ''] = rule.split(/\s+/);
    if (kind === 'warn' && warnings.length === 0) return 'a warning is missing';
    if (kind === 'no_warn' && warnings.length > 0) return `warned: ${warnings[0] ?? ''}`;
    if (kind === 'info' && infos.length === 0) return 'an info is missing';
    if (kind === 'no_info' && infos.length > 0) return `informed: ${infos[0] ?? ''}`;
    const text = /^expect (?:warn|info) msg:\s*(.*?)(?: \(\d+:\d+\))?$/.exec(rule)?.[1];
    if (text !== undefined && ![...warnings, ...infos].includes(text)) {
      return `noted ${[...warnings, ...infos].join(' & ')} instead of ${text}`;
    }
  }
  return undefined;
}

function compareText({ value }: Given, rule: string): string | undefined {
  const wanted = rule.replace(/^expect string\s+/, '');
  const plain = wanted.startsWith('`') ? wanted.slice(1, -1) : (JSON.parse(wanted) as string);
  const given = value.kind === 'string' ? value.value : value.kind;
  return given === plain ? undefined : `${JSON.stringify(given)} instead of ${wanted}`;
}

function compareInstant(
  { value }: Given,
  expected: readonly string[],
  isOrdered: boolean,
): string | undefined {
  if (value.kind === 'scalar') {
    const wanted = numberOf(expected[0] ?? '') ?? NaN;
    return isClose(value.value, wanted, tolerance)
      ? undefined
      : `${value.value} instead of ${wanted}`;
  }
  if (value.kind === 'string') return undefined;
  const given: [string, readonly Sampled[]][] =
    value.kind === 'vector'
      ? value.elements.map(({ labels, value: own, histogram }) => [labels.key, [histogram ?? own]])
      : value.ranges.map(range => [
          range.labels.key,
          samplesOf(range).map(({ value: own, histogram }) => histogram ?? own),
        ]);
  return comparePoints(given, expected, isOrdered);
}

function compareRange(
  { value }: Given,
  expected: readonly string[],
  { startMs, stepMs }: Pick<Asked, 'startMs' | 'stepMs'>,
): string | undefined {
  if (value.kind !== 'matrix') return `a ${value.kind} instead of a matrix`;
  const given = value.ranges.map((range): [string, readonly Sampled[]] => {
    const points: Sampled[] = [];
    for (const { timeMs, value: own, histogram } of samplesOf(range)) {
      points[Math.round((timeMs - startMs) / stepMs)] = histogram ?? own;
    }
    return [range.labels.key, Array.from(points)];
  });
  return comparePoints(given, expected, false);
}

function comparePoints(
  given: readonly (readonly [string, readonly Sampled[]])[],
  expected: readonly string[],
  isOrdered: boolean,
): string | undefined {
  const wanted = expected.map(line => {
    const [series, values] = splitSeries(line);
    if (values.trim() === '') return [labelsOf('{}').key, pointsOf(series)] as const;
    return [labelsOf(series).key, pointsOf(values)] as const;
  });
  if (given.length !== wanted.length) {
    return `${given.length} series instead of ${wanted.length}: ${given.map(([key]) => key).join(' ')}`;
  }
  const known = new Map(given);
  for (const [index, [key, points]] of wanted.entries()) {
    const own = known.get(key);
    if (own === undefined) return `no ${key}, but ${given.map(([other]) => other).join(' ')}`;
    if (isOrdered && given[index]?.[0] !== key) return `${key} is not in its place`;
    const length = Math.max(own.length, lastTold(points));
    for (let at = 0; at < length; at++) {
      const [a, b] = [own[at], points[at]];
      if (!isSamePoint(a, b)) {
        return `${key} has ${JSON.stringify(a)} instead of ${JSON.stringify(b)} at ${at}`;
      }
    }
  }
  return undefined;
}

function isSamePoint(a: Sampled, b: Point): boolean {
  if (typeof a === 'number' && typeof b === 'number') return isClose(a, b, tolerance);
  if (typeof a === 'object' && typeof b === 'object') return isSameHistogram(a, b, tolerance);
  return a === b;
}

function lastTold(points: readonly Point[]): number {
  let length = points.length;
  while (length > 0 && points[length - 1] === undefined) length--;
  return length;
}
