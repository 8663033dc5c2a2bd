/**
 * Answers of Prometheus's `GET /api/v1/query_range` and `/query`, and the list of the queries that
 * were asked.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/
 */
import { basename } from 'node:path/posix';
import { timeMs } from '../../../sim/api/time.js';
import { readDocuments } from '../intake/documents.js';
import { wholeText } from '../intake/lines.js';
import { numberIn } from '../intake/prometheus-text.js';
import type { Format, Sink } from './format.js';

interface Answer {
  readonly status?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly data?: {
    readonly resultType?: string;
    readonly result?: readonly {
      readonly metric?: Readonly<Record<string, string>>;
      readonly values?: readonly (readonly [number, string])[];
      readonly value?: readonly [number, string];
    }[];
  };
}

const isAnswer = (head: string): boolean => /^\s*\{[^[]*"resultType"\s*:/.test(head);
const isFailure = (head: string): boolean => /^\s*\{[^[]*"status"\s*:\s*"error"/.test(head);
const isQueries = (head: string): boolean =>
  /^\s*-\s+(file|query):/m.test(head) && /^\s+query:|^\s*-\s+query:/m.test(head);

/** The format. */
export const queryRange: Format = {
  name: 'query_range',
  gives: 'rates, replicas, quotas, use of GPUs, alerts, over time',
  lacks: ['what was between two steps', 'objects'],
  recognises: ({ headText }) => isAnswer(headText) || isFailure(headText) || isQueries(headText),
  async read(file, sink) {
    const text = await wholeText(file, sink);
    if (text === undefined) return;
    const read = isQueries(file.headText) ? readQueries : readAnswer;
    for (const { value } of readDocuments(text, file.path, sink)) read(value, file.path, sink);
  },
};

function readQueries(value: unknown, file: string, sink: Sink): void {
  if (!Array.isArray(value)) return sink.problem({ file }, 'no list of queries; left out');
  for (const { start, end } of value as readonly { start?: string; end?: string }[]) {
    const fromMs = timeMs(start);
    const toMs = timeMs(end);
    if (fromMs !== undefined && toMs !== undefined) sink.covers(fromMs, toMs);
  }
}

function readAnswer(value: unknown, file: string, sink: Sink): void {
  const { status, error, warnings = [], data } = value as Answer;
  for (const warning of warnings) sink.problem({ file }, `Prometheus warned: ${warning}`);
  if (status !== 'success' || data?.result === undefined) {
    return sink.problem({ file }, `the query failed: ${error ?? 'no result'}; left out`);
  }
  // An expression has no name: the file's name is what its maker called it.
  const nameOfFile = basename(file).replace(/\.json$/, '');
  for (const { metric = {}, values, value: one } of data.result) {
    const { __name__: metricName = nameOfFile, ...labels } = metric;
    for (const [seconds, text] of values ?? (one === undefined ? [] : [one])) {
      const number = numberIn(text);
      if (typeof seconds !== 'number' || number === undefined) {
        sink.problem({ file }, `${metricName}: ${JSON.stringify([seconds, text])} is no sample`);
        continue;
      }
      const atMs = seconds * 1000;
      sink.covers(atMs, atMs);
      sink.sample({ metric: metricName, labels, atMs, value: number, source: { file } });
    }
  }
}
