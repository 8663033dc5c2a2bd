/** Replays recorded readings of the two text formats. */
import {
  readExposition,
  type ExpositionFormat,
  type ShownMetadata,
} from '../../../../sim/metrics/promql/exposition.js';
import type { CaseResult } from '../../family.js';
import { readLines } from '../../files.js';

interface ReadingLine {
  readonly id: string;
  readonly format: ExpositionFormat;
  readonly text: string;
  readonly samples: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: string;
    readonly timestampMs?: number;
    readonly exemplar?: {
      readonly labels: Readonly<Record<string, string>>;
      readonly value: string;
      readonly timestampMs?: number;
    };
  }[];
  readonly metadata?: readonly ShownMetadata[];
  readonly error?: string;
}

/** The results of a file. */
export function* replayExposition(path: string): Iterable<CaseResult> {
  for (const line of readLines<ReadingLine>(path)) {
    const reason = difference(line);
    if (reason === undefined) yield { id: line.id, result: 'passed' };
    else yield { id: line.id, result: 'failed', reason };
  }
}

function difference(line: ReadingLine): string | undefined {
  const { samples, metadata, error } = readExposition(line.text, line.format);
  const told = (one: Record<string, unknown>): string =>
    JSON.stringify(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  const own = samples.map(({ metric, value, timestampMs, exemplar }) => [
    told(metric),
    numberText(value),
    timestampMs ?? null,
    exemplar === undefined
      ? null
      : [told(exemplar.labels), numberText(exemplar.value), exemplar.timestampMs ?? null],
  ]);
  const wanted = line.samples.map(({ metric, value, timestampMs, exemplar }) => [
    told(metric),
    numberText(Number(value.replace('Inf', 'Infinity'))),
    timestampMs ?? null,
    exemplar === undefined
      ? null
      : [told(exemplar.labels), numberText(Number(exemplar.value)), exemplar.timestampMs ?? null],
  ]);
  if (JSON.stringify(own) !== JSON.stringify(wanted)) {
    return `${JSON.stringify(own)} instead of ${JSON.stringify(wanted)} (${error ?? 'no error'})`;
  }
  if ((error === undefined) !== (line.error === undefined)) {
    return `${error ?? 'no error'} instead of ${line.error ?? 'none'}`;
  }
  const [a, b] = [metadata, line.metadata ?? []].map(one => JSON.stringify(one));
  return a === b || line.metadata === undefined ? undefined : `${a ?? ''} instead of ${b ?? ''}`;
}

const numberText = (value: number): string => (Number.isNaN(value) ? 'NaN' : String(value));
