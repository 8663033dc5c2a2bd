/** Makes many steps of one: of its items, its list or its sequence. @upstream workflow/controller/operator.go processItem */
import { isRecord } from '../../api/equality.js';
import { attempt, WorkflowFault } from './fault.js';
import { jsonOf } from './scope.js';
import { substituted, type Names } from './substitution.js';
import type { AnyText, Sequence, Step } from './types.js';
import { shouldRun } from './when.js';

/** Whether it stands for many. */
export function isMany({ withItems = [], withParam = '', withSequence }: Step): boolean {
  return withItems.length > 0 || withParam !== '' || withSequence !== undefined;
}

/** The steps that it stands for; itself where it stands for one. */
export function expanded<S extends Step>(step: S, names: Names): readonly S[] {
  if (!isMany(step)) return [step];
  const items = itemsOf(step);
  const { withItems: _, withParam: __, withSequence: ___, ...rest } = step;
  return items.map((item, index) => oneOf(rest as S, { item, index, names }));
}

function itemsOf(step: Step): readonly unknown[] {
  const { withItems = [], withParam = '', withSequence } = step;
  if (withItems.length > 0) return withItems;
  const found = attempt(() =>
    withParam === '' ? sequence(withSequence ?? {}) : listIn(withParam),
  );
  if ('value' in found) return found.value;
  // What is not to run anyway need make no sense.
  const runs = attempt(() => shouldRun(step.when));
  if ('fault' in runs || runs.value) throw found.fault;
  return [];
}

function listIn(text: string): readonly unknown[] {
  const value = jsonOf(text);
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new WorkflowFault(
    `withParam value could not be parsed as a JSON list: ${text.trim()}: ${problemOf(text, value)}`,
  );
}

/** As Go's decoder says it, in the common cases. */
function problemOf(text: string, value: unknown): string {
  if (text.trim() === '') return 'unexpected end of JSON input';
  if (value === undefined) {
    return `invalid character '${text.trim().charAt(0)}' looking for beginning of value`;
  }
  const sort = isRecord(value) ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${sort} into Go value of type []v1alpha1.Item`;
}

const itemsMax = 100_000;

/** @upstream expandSequence */
function sequence({ start, end, count, format = '%d' }: Sequence): readonly string[] {
  const first = whole(start ?? 0);
  let last: number;
  if (end !== undefined) last = whole(end);
  else if (count !== undefined) {
    if (whole(count) === 0) return [];
    last = first + whole(count) - 1;
  } else throw new WorkflowFault('neither end nor count was specified in withSequence');
  const step = first <= last ? 1 : -1;
  const items: string[] = [];
  for (let at = first; items.length < itemsMax; at += step) {
    items.push(formatted(format, at));
    if (at === last) break;
  }
  return items;
}

function whole(value: AnyText): number {
  const text = String(value);
  if (/^[-+]?\d+$/.test(text)) return Number(text);
  throw new WorkflowFault(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Go's verbs for numbers: `%d`, `%03d`, `%02X`. */
function formatted(format: string, value: number): string {
  return format.replace(/%(0?)(\d*)([dxXo])/, (_, zero: string, width: string, verb: string) => {
    const base = verb === 'd' ? 10 : verb === 'o' ? 8 : 16;
    const text = value.toString(base);
    const shown = verb === 'X' ? text.toUpperCase() : text;
    return shown.padStart(Number(width || '0'), zero === '' ? ' ' : '0');
  });
}

function oneOf<S extends Step>(
  step: S,
  of: { readonly item: unknown; readonly index: number; readonly names: Names },
): S {
  const { item, index, names } = of;
  const { values, label } = namesOfItem(item);
  const all = new Map([...names, ...values]);
  const runs = attempt(() => shouldRun(step.when));
  const isOut = 'value' in runs && !runs.value;
  const { hooks, ...rest } = step;
  const filled = substituted(rest, isOut ? known(all) : all, isOut ? 'none' : 'all');
  const name = `${step.name}(${index}:${label.replaceAll(/[()]/g, '')})`;
  const { template } = step;
  return {
    ...filled,
    name,
    ...(template !== undefined && { template }),
    ...(hooks !== undefined && { hooks: substituted(hooks, all) }),
  } as unknown as S;
}

function known(names: Names): Names {
  return new Map([...names].filter(([, value]) => value !== undefined));
}

function namesOfItem(item: unknown): { readonly values: Names; readonly label: string } {
  if (isRecord(item)) {
    const entries = Object.entries(item).map(([name, value]) => [name, textOfItem(value)] as const);
    const values = new Map(entries.map(([name, value]) => [`item.${name}`, value]));
    values.set('item', JSON.stringify(item));
    const label = entries
      .map(([name, value]) => `${name}:${value}`)
      .sort()
      .join(',');
    return { values, label };
  }
  const text = textOfItem(item);
  const label = Array.isArray(item) ? `[${item.map(textOfItem).join(' ')}]` : text;
  return { values: new Map([['item', text]]), label };
}

function textOfItem(item: unknown): string {
  return typeof item === 'string' ? item : JSON.stringify(item);
}
