/** Adds the labels of info metrics to series. @upstream promql/info.go */
import type { Expression, Selector } from '../expression.js';
import { failQuery } from '../fault.js';
import { nameLabel } from '../labels.js';
import { matcher, type Matcher } from '../matcher.js';
import type { Element, Value } from '../value.js';
import { argument, vectorAt, type CallContext } from './function.js';

/** The labels by which a series belongs to an info metric. */
const identifying = ['instance', 'job'] as const;
const identifyingNames: ReadonlySet<string> = new Set(identifying);

/** `info(vector, selector)`. */
export function info(context: CallContext): Value {
  const base = vectorAt(context, 0);
  const told = context.call.arguments[1];
  const matchers = told?.kind === 'selector' ? told.matchers : [];
  const names = nameMatchers(matchers.filter(({ name }) => name === nameLabel));
  const wanted = matchers.filter(({ name }) => name !== nameLabel);
  const isInfo = ({ labels }: Element) => names.every(one => one.matches(labels.name));
  const joined = base.filter(element => !isInfo(element));
  const infos = newestByPlace(infoSeries(context, joined, [...names, ...wanted]));
  const elements = base.flatMap(element =>
    isInfo(element) ? element : enriched(element, infos, wanted),
  );
  return context.evaluation.distinctOf(elements);
}

/** Where names are only ruled out, an info metric is what is called so. */
function nameMatchers(told: readonly Matcher[]): readonly Matcher[] {
  if (told.some(({ operator }) => operator === '=' || operator === '=~')) return told;
  return told.length > 0
    ? [matcher(nameLabel, '=~', '.+_info'), ...told]
    : [matcher(nameLabel, '=', 'target_info')];
}

interface Found {
  readonly element: Element;
  readonly timeMs: number;
}

/** The info series of some series, as they were at the time that the first argument is about. */
function infoSeries(
  context: CallContext,
  joined: readonly Element[],
  matchers: readonly Matcher[],
): readonly Found[] {
  const known = identifying.map(
    name => [name, new Set(joined.map(({ labels }) => labels.get(name)))] as const,
  );
  for (const [, values] of known) values.delete('');
  if (known.every(([, values]) => values.size === 0)) return [];
  const atMs = timeOf(context);
  const selector: Selector = { kind: 'selector', matchers };
  return context.evaluation
    .newest(selector, atMs)
    .filter(({ element: { labels } }) =>
      known.every(([name, values]) => values.size === 0 || values.has(labels.get(name))),
    )
    .map(found => {
      if (found.element.histogram === undefined) return found;
      return failQuery(
        `this should be an info metric, with float samples: ${String(found.element.labels)}`,
      );
    });
}

/** The time of the first selector of the argument: its own, or that of a subquery around it, less all offsets. */
function timeOf(context: CallContext): number {
  const { span } = context.evaluation;
  const around = selectorWithin(argument(context, 0)) ?? [];
  let offsetMs = 0;
  for (const { offset, at } of around) {
    offsetMs += offset?.(span) ?? 0;
    if (at === undefined) continue;
    if (typeof at === 'number') return at - offsetMs;
    return (at === 'start' ? span.startMs : span.endMs) - offsetMs;
  }
  return context.timeMs - offsetMs;
}

type Placed = Pick<Selector, 'offset' | 'at'>;

/** The first selector, and the subqueries around it from the inside out. */
function selectorWithin(expression: Expression): readonly Placed[] | undefined {
  switch (expression.kind) {
    case 'selector':
      return [expression];
    case 'matrix':
      return [expression.selector];
    case 'subquery': {
      const inner = selectorWithin(expression.inner);
      return inner && [...inner, expression];
    }
    case 'paren':
    case 'negated':
    case 'aggregation':
      return selectorWithin(expression.inner);
    case 'binary':
      return selectorWithin(expression.left) ?? selectorWithin(expression.right);
    case 'call':
      for (const one of expression.arguments) {
        const found = selectorWithin(one);
        if (found !== undefined) return found;
      }
      return undefined;
    default:
      return undefined;
  }
}

/** Of several that tell of the same place the newest, by metric and place. */
function newestByPlace(found: readonly Found[]): ReadonlyMap<string, ReadonlyMap<string, Element>> {
  const byMetric = new Map<string, Map<string, Found>>();
  for (const one of found) {
    const { labels } = one.element;
    const places = byMetric.get(labels.name) ?? new Map<string, Found>();
    byMetric.set(labels.name, places);
    const { key } = labels.keep(identifyingNames);
    const before = places.get(key);
    if (before === undefined || before.timeMs < one.timeMs) places.set(key, one);
    else if (before.timeMs === one.timeMs) {
      failQuery(
        `found duplicate series for info metric: existing ${before.element.labels.listed()} @ ` +
          `${before.timeMs}, new ${labels.listed()} @ ${one.timeMs}`,
      );
    }
  }
  return new Map(
    [...byMetric].map(([name, places]) => [
      name,
      new Map([...places].map(([key, { element }]) => [key, element])),
    ]),
  );
}

/** A series with the labels of its info metrics; nothing where one is wanted that is not there. */
function enriched(
  element: Element,
  infos: ReadonlyMap<string, ReadonlyMap<string, Element>>,
  wanted: readonly Matcher[],
): readonly Element[] {
  const { key } = element.labels.keep(identifyingNames);
  const names = new Set(wanted.map(({ name }) => name));
  const more = new Map<string, string>();
  let isJoined = false;
  for (const places of infos.values()) {
    const own = places.get(key);
    if (own === undefined) continue;
    isJoined = true;
    for (const [name, value] of own.labels.pairs) {
      if (name === nameLabel || (names.size > 0 && !names.has(name))) continue;
      const before = more.get(name);
      if (before !== undefined && before !== value) failQuery(`conflicting label: ${name}`);
      if (element.labels.get(name) === '') more.set(name, value);
    }
  }
  if (!isJoined && wanted.some(one => !one.matches(''))) return [];
  return [{ ...element, labels: element.labels.with(more) }];
}
