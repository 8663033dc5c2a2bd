/** Functions of labels and of the order of elements. */
import { unwrapped, type Expression } from '../expression.js';
import { failQuery } from '../fault.js';
import { Labels, nameLabel, compareLabels } from '../labels.js';
import { wholePattern } from '../matcher.js';
import { compareNumbers } from '../sums.js';
import { vectorOf, type Element, type Value } from '../value.js';
import {
  argument,
  rangesAt,
  textAt,
  vectorAt,
  type CallContext,
  type PromqlFunction,
} from './function.js';

function relabelled(element: Element, name: string, text: string): Element {
  const { labels, value, histogram, isNameless } = element;
  const own: Element = {
    labels: labels.with([[name, text]]),
    value,
    ...(histogram !== undefined && { histogram }),
  };
  // A name that was written by hand stays.
  return isNameless === true && name !== nameLabel ? { ...own, isNameless } : own;
}

function checkName(name: string): void {
  // What was no UTF-8 shows as this character.
  if (name === '' || name.includes('\uFFFD'))
    failQuery(`invalid destination label name in label_replace(): ${name}`);
}

function replace(context: CallContext): Value {
  const [target, template, source, pattern] = [1, 2, 3, 4].map(at => textAt(context, at)) as [
    string,
    string,
    string,
    string,
  ];
  const compiled = asExecution(() => wholePattern(pattern));
  checkName(target);
  const elements = vectorAt(context, 0).map(element => {
    const found = compiled.matcher(element.labels.get(source));
    if (!found.matches()) return element;
    const groupOf = (name: string): string => {
      const index = /^\d+$/.test(name) ? Number(name) : compiled.namedGroups()[name];
      if (index === undefined || index > found.groupCount()) return '';
      return found.group(index) ?? '';
    };
    return relabelled(element, target, expanded(template, groupOf));
  });
  return context.evaluation.distinctOf(elements);
}

function asExecution<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    return failQuery(error instanceof Error ? error.message : String(error));
  }
}

/** `$1`, `${1}`, `$name` and `$$`, as Go's `Expand` has them: a name is as long as it can be. */
function expanded(template: string, groupOf: (name: string) => string): string {
  return template.replaceAll(
    /\$(?:\$|\{(\w+)\}|(\w+))/g,
    (all, braced?: string, plain?: string) => {
      const name = braced ?? plain;
      return name === undefined ? all.slice(1) : groupOf(name);
    },
  );
}

function join(context: CallContext): Value {
  const { length } = context.call.arguments;
  const target = textAt(context, 1);
  const separator = textAt(context, 2);
  const sources = Array.from({ length: length - 3 }, (_, index) => textAt(context, index + 3));
  if (target === '' || sources.includes('')) {
    failQuery('invalid source label name in label_join()');
  }
  const elements = vectorAt(context, 0).map(element =>
    relabelled(element, target, sources.map(name => element.labels.get(name)).join(separator)),
  );
  return context.evaluation.distinctOf(elements);
}

function noteRange({ evaluation: { span, notes } }: CallContext): void {
  if (span.startMs === span.endMs) return;
  notes.warn('sort is ineffective for range queries since results are always ordered by labels');
}

function sortedByValue(sign: number): PromqlFunction {
  return context => {
    noteRange(context);
    const isNaN = ({ value }: Element): number => Number(Number.isNaN(value));
    const numbers = vectorAt(context, 0).filter(({ histogram }) => histogram === undefined);
    return vectorOf(
      numbers.sort((a, b) => isNaN(a) - isNaN(b) || sign * compareNumbers(a.value, b.value)),
    );
  };
}

function sortedByLabels(sign: number): PromqlFunction {
  return context => {
    noteRange(context);
    const names = context.call.arguments.slice(1).map((_, index) => textAt(context, index + 1));
    return vectorOf(
      [...vectorAt(context, 0)].sort((a, b) => {
        for (const name of names) {
          const order = compareNaturally(a.labels.get(name), b.labels.get(name));
          if (order !== 0) return sign * order;
        }
        return sign * compareLabels(a.labels, b.labels);
      }),
    );
  };
}

const partsOf = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? [];

/** Digits within texts count as numbers. */
function compareNaturally(a: string, b: string): number {
  const [partsA, partsB] = [partsOf(a), partsOf(b)];
  for (let index = 0; index < Math.min(partsA.length, partsB.length); index++) {
    const [own, other] = [partsA[index] as string, partsB[index] as string];
    if (own === other) continue;
    const areNumbers = /^\d/.test(own) && /^\d/.test(other);
    if (areNumbers && Number(own) !== Number(other)) return Number(own) - Number(other);
    return own < other ? -1 : 1;
  }
  return partsA.length - partsB.length;
}

/** The labels that a selector asks for by `=`, each once and nothing else of it. */
function askedFor(told: Expression): Labels {
  const expression = unwrapped(told);
  const selector = expression.kind === 'matrix' ? expression.selector : expression;
  if (selector.kind !== 'selector') return Labels.none;
  const wanted = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, operator, value } of selector.matchers) {
    if (name === nameLabel) continue;
    if (operator === '=' && !seen.has(name)) {
      wanted.set(name, value);
      seen.add(name);
    } else wanted.delete(name);
  }
  return Labels.of(wanted);
}

function absent(isThere: (context: CallContext) => boolean): PromqlFunction {
  return context =>
    vectorOf(isThere(context) ? [] : [{ labels: askedFor(argument(context, 0)), value: 1 }]);
}

/** By name. */
export const labelFunctions: Readonly<Record<string, PromqlFunction>> = {
  absent: absent(context => vectorAt(context, 0).length > 0),
  absent_over_time: absent(context => rangesAt(context, 0).ranges.length > 0),
  label_join: join,
  label_replace: replace,
  sort: sortedByValue(1),
  sort_by_label: sortedByLabels(1),
  sort_by_label_desc: sortedByLabels(-1),
  sort_desc: sortedByValue(-1),
};
