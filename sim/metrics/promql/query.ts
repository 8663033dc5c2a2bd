/** Asks queries of a store: at an instant, or at the steps of a range. */
import { Evaluation, elementsOf, refuseTwins, type QueryOptions } from './evaluation.js';
import type { Expression } from './expression.js';
import { QueryFault, type FaultKind } from './fault.js';
import { compareLabels } from './labels.js';
import { parseQuery } from './parse.js';
import type { SeriesStore } from './series-store.js';
import {
  addSample,
  type Element,
  type GrowingRange,
  type RangeElement,
  type Value,
} from './value.js';

/** An answer, or why there is none. */
export type Answer =
  | {
      readonly value: Value;
      readonly warnings: readonly string[];
      readonly infos: readonly string[];
    }
  | { readonly error: string; readonly kind: FaultKind };

/** The most steps of a range, as Prometheus' HTTP API has it. */
export const stepsMax = 11_000;

/** Asks at one instant. */
export function queryAt(
  store: SeriesStore,
  query: string | Expression,
  timeMs: number,
  options: QueryOptions = {},
): Answer {
  return answered(() => {
    const expression = typeof query === 'string' ? parseQuery(query) : query;
    const evaluation = new Evaluation(
      store,
      { startMs: timeMs, endMs: timeMs, stepMs: 0 },
      options,
    );
    return { value: settled(evaluation.at(expression, timeMs)), evaluation };
  });
}

/** Asks at each step from a time to another, both included. */
export function queryRange(
  store: SeriesStore,
  query: string | Expression,
  span: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
  options: QueryOptions = {},
): Answer {
  return answered(() => {
    const expression = typeof query === 'string' ? parseQuery(query) : query;
    const evaluation = new Evaluation(store, span, options);
    const { startMs, endMs, stepMs } = span;
    const found = new Map<string, GrowingRange>();
    for (let atMs = startMs; atMs <= endMs; atMs += stepMs) {
      for (const element of settledElements(elementsOf(evaluation.at(expression, atMs)))) {
        const { labels } = element;
        let range = found.get(labels.key);
        if (range === undefined) {
          range = { labels, times: [], values: [] };
          found.set(labels.key, range);
        }
        addSample(range, atMs, element);
      }
    }
    const ranges = [...found.values()].sort((a, b) => compareLabels(a.labels, b.labels));
    const window = { fromMs: startMs, untilMs: endMs };
    return { value: { kind: 'matrix', ranges, window }, evaluation };
  });
}

function answered(ask: () => { readonly value: Value; readonly evaluation: Evaluation }): Answer {
  try {
    const { value, evaluation } = ask();
    const { warnings, infos } = evaluation.notes;
    return { value, warnings: [...warnings].sort(), infos: [...infos].sort() };
  } catch (error) {
    if (error instanceof QueryFault) return { error: error.message, kind: error.kind };
    throw error;
  }
}

/** Names that were to go are gone. */
function settled(value: Value): Value {
  switch (value.kind) {
    case 'vector':
      return { kind: 'vector', elements: settledElements(value.elements) };
    case 'matrix': {
      const ranges = value.ranges.map(nameless);
      refuseTwins(ranges.map(({ labels }) => labels));
      return { ...value, ranges };
    }
    default:
      return value;
  }
}

function settledElements(elements: readonly Element[]): readonly Element[] {
  const own = elements.map(nameless);
  refuseTwins(own.map(({ labels }) => labels));
  return own;
}

function nameless<T extends Element | RangeElement>(one: T): T {
  return one.isNameless === true ? { ...one, labels: one.labels.withoutName() } : one;
}
