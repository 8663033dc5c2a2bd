/** Logs of LLM requests: when each came, how long its prompt was, and how many tokens it was answered with. */
import { Random } from '../../../sim/engine/random.js';
import { InputError } from '../../input/errors.js';
import { rowsOf } from '../trace/rows.js';

/** Requests in the order of arrival, in flat arrays. */
export interface RequestLog {
  /** Since the first. */
  readonly arrivalSeconds: Float64Array;
  readonly contextTokens: Int32Array;
  readonly generatedTokens: Int32Array;
}

/**
 * Reads a log with the columns TIMESTAMP, ContextTokens and GeneratedTokens (Azure's LLM inference traces).
 *
 * @throws InputError that names file, line and field.
 */
export function readRequestLog(file: string): RequestLog {
  const rows: { readonly at: number; readonly context: number; readonly generated: number }[] = [];
  for (const row of rowsOf(file, ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'])) {
    const at = secondsOf(row.text('TIMESTAMP'));
    if (at === undefined) {
      throw new InputError(
        { file, line: row.line, field: 'TIMESTAMP' },
        `"${row.text('TIMESTAMP')}" is not a time`,
        'write it as 2023-11-16 18:15:46.6805900, or in seconds',
      );
    }
    const context = row.count('ContextTokens');
    rows.push({ at, context, generated: Math.max(1, row.count('GeneratedTokens')) });
  }
  if (rows.length === 0)
    throw new InputError({ file }, 'holds no requests', 'give a log with a row for each request');
  rows.sort((a, b) => a.at - b.at);
  const start = rows[0]?.at ?? 0;
  return {
    arrivalSeconds: Float64Array.from(rows, ({ at }) => at - start),
    contextTokens: Int32Array.from(rows, ({ context }) => context),
    generatedTokens: Int32Array.from(rows, ({ generated }) => generated),
  };
}

/** A date and time of day with any number of decimals, or seconds. */
function secondsOf(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const [, day, time, fraction] =
    /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?Z?$/.exec(text) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const wholeMs = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(wholeMs) ? undefined : wholeMs / 1000 + Number(fraction ?? 0);
}

/** The requests as one run has them: dealt anew to the instants of arrival, and so many times as dense. */
export function dealtRequests(
  log: RequestLog,
  {
    seed,
    scale,
    isResampled,
  }: {
    readonly seed: number;
    readonly scale: number;
    readonly isResampled: boolean;
  },
): RequestLog {
  const random = new Random(seed).fork('requests');
  const places = [...log.contextTokens.keys()];
  const order = isResampled ? random.shuffle(places) : places;
  return {
    arrivalSeconds: log.arrivalSeconds.map(at => at / scale),
    contextTokens: Int32Array.from(order, place => log.contextTokens[place] ?? 0),
    generatedTokens: Int32Array.from(order, place => log.generatedTokens[place] ?? 0),
  };
}
