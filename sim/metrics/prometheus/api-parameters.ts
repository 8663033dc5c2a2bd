/** What is asked of Prometheus' HTTP API, and what is wrong with it. @upstream web/api/v1/api.go */
import { timeMs } from '../../api/time.js';
import type { Selector } from '../promql/expression.js';
import { unwrapped } from '../promql/expression.js';
import { QueryFault } from '../promql/fault.js';
import { durationOf } from '../promql/go-text.js';
import { matchesAll, type Matcher } from '../promql/matcher.js';
import { parseQuery } from '../promql/parse.js';
import type { Labels } from '../promql/labels.js';

/** A request that cannot be answered. It is thrown inside, and becomes the answer. */
export class ApiFault extends Error {
  constructor(
    readonly kind: 'bad_data' | 'execution',
    message: string,
  ) {
    super(message);
    this.name = 'ApiFault';
  }
}

/** @throws ApiFault which names the parameter. */
export function refuseParameter(name: string, problem: string): never {
  throw new ApiFault('bad_data', `invalid parameter "${name}": ${problem}`);
}

/** Seconds since the epoch, or RFC 3339; in ms. */
export function timeOf(name: string, text: string): number {
  const plain = text.trim() === '' ? NaN : Number(text);
  const ms = Number.isFinite(plain) ? Math.round(plain * 1000) : timeMs(text);
  if (ms !== undefined) return ms;
  return refuseParameter(
    name,
    `invalid time value for '${name}': cannot parse "${text}" to a valid timestamp`,
  );
}

/** Seconds, or a length as `1h30m`; in ms. */
export function lengthOf(name: string, text: string): number {
  const plain = text.trim() === '' ? NaN : Number(text);
  const ms = Number.isFinite(plain) ? plain * 1000 : durationOf(text);
  return ms ?? refuseParameter(name, `cannot parse "${text}" to a valid duration`);
}

/** How many results at most; 0: all. */
export function limitOf(text: string | null): number {
  if (text === null || text === '') return 0;
  const limit = Number(text);
  if (!Number.isInteger(limit)) {
    return refuseParameter('limit', `strconv.Atoi: parsing "${text}": invalid syntax`);
  }
  if (limit < 0) return refuseParameter('limit', 'limit must be non-negative');
  return limit;
}

/** Whether labels are taken by one of the selectors; none: all are. */
export function selection(texts: readonly string[]): (labels: Labels) => boolean {
  const all = texts.map(matchersOf);
  if (all.length === 0) return () => true;
  return labels => all.some(matchers => matchesAll(matchers, labels));
}

function matchersOf(text: string): readonly Matcher[] {
  try {
    const expression = unwrapped(parseQuery(text));
    if (expression.kind === 'selector') return (expression satisfies Selector).matchers;
  } catch (error) {
    if (!(error instanceof QueryFault)) throw error;
    return refuseParameter('match[]', error.message);
  }
  return refuseParameter('match[]', `parse error: "${text}" is no selector`);
}
