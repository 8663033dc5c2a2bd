/** The functions of the language, without those with conditions on items. @upstream expr-lang/expr builtin/builtin.go */
import { parseDuration } from '../api/duration.js';
import { bytesOfBase64, base64OfBytes } from '../api/base64.js';
import {
  Duration,
  Fault,
  Instant,
  isFields,
  isList,
  textOf,
  typeName,
  type Fields,
  type Value,
} from './value.js';

type Arguments = readonly Value[];

/** Whether the language has it. */
export function isBuiltin(name: string): boolean {
  return Object.hasOwn(functions, name);
}

/** Calls one. */
export function callBuiltin(name: string, args: Arguments): Value {
  const made = functions[name];
  if (made === undefined) throw new Fault(`unknown name ${name}`);
  return made(args);
}

const ofNumbers: Readonly<Record<string, (args: Arguments) => Value>> = {
  abs: ([first]) => Math.abs(numberOf('abs', first)),
  ceil: ([first]) => Math.ceil(numberOf('ceil', first)),
  floor: ([first]) => Math.floor(numberOf('floor', first)),
  // Halves go away from zero.
  round: ([first]) => {
    const value = numberOf('round', first);
    return Math.sign(value) * Math.round(Math.abs(value));
  },
  int: ([first]) => toInt(first),
  float: ([first]) => toFloat(first),
  max: args => extreme('max', args, Math.max),
  min: args => extreme('min', args, Math.min),
  mean: args => {
    const all = numbersIn('mean', args);
    return all.length === 0 ? 0 : all.reduce((sum, value) => sum + value, 0) / all.length;
  },
  median: args => medianOf(numbersIn('median', args)),
  bitand: args => bits('bitand', args, (one, other) => one & other),
  bitor: args => bits('bitor', args, (one, other) => one | other),
  bitxor: args => bits('bitxor', args, (one, other) => one ^ other),
  bitnand: args => bits('bitnand', args, (one, other) => one & ~other),
  bitnot: ([first]) => ~numberOf('bitnot', first),
  bitshl: args => bits('bitshl', args, (one, other) => one << other),
  bitshr: args => bits('bitshr', args, (one, other) => one >> other),
  bitushr: args => bits('bitushr', args, (one, other) => one >>> other),
};

const ofTexts: Readonly<Record<string, (args: Arguments) => Value>> = {
  string: ([first]) => textOf(first),
  trim: args => trimmed(args),
  trimPrefix: ([first, prefix = ' ']) => {
    const [text, start] = [stringOf(first), stringOf(prefix)];
    return text.startsWith(start) ? text.slice(start.length) : text;
  },
  trimSuffix: ([first, suffix = ' ']) => {
    const [text, end] = [stringOf(first), stringOf(suffix)];
    return end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text;
  },
  upper: ([first]) => stringOf(first).toUpperCase(),
  lower: ([first]) => stringOf(first).toLowerCase(),
  split: ([first, by, most]) => splitText(stringOf(first), stringOf(by), most),
  splitAfter: ([first, by]) => {
    const [text, separator] = [stringOf(first), stringOf(by)];
    const parts = text.split(separator);
    return parts.map((part, at) => (at < parts.length - 1 ? part + separator : part));
  },
  replace: ([first, old, next, most]) => {
    const text = stringOf(first).split(stringOf(old));
    const count = most === undefined ? text.length : numberOf('replace', most);
    const end = count < 0 ? text.length : count + 1;
    return [text.slice(0, end).join(stringOf(next)), ...text.slice(end)].join(stringOf(old));
  },
  repeat: ([first, times]) => {
    const count = numberOf('repeat', times);
    if (count < 0) {
      throw new Fault(`invalid argument for repeat (expected positive integer, got ${count})`);
    }
    if (count > 1e6) throw new Fault('memory budget exceeded');
    return stringOf(first).repeat(count);
  },
  join: ([first, by = '']) => listOf('join', first).map(stringOf).join(stringOf(by)),
  indexOf: ([first, part]) => stringOf(first).indexOf(stringOf(part)),
  lastIndexOf: ([first, part]) => stringOf(first).lastIndexOf(stringOf(part)),
  hasPrefix: ([first, start]) => stringOf(first).startsWith(stringOf(start)),
  hasSuffix: ([first, end]) => stringOf(first).endsWith(stringOf(end)),
  toJSON: ([first]) => JSON.stringify(plain(first), undefined, 2),
  fromJSON: ([first]) => parsed(stringOf(first)),
  toBase64: ([first]) => base64OfBytes(new TextEncoder().encode(stringOf(first))),
  fromBase64: ([first]) => new TextDecoder().decode(bytesOfBase64(stringOf(first))),
};

const ofLists: Readonly<Record<string, (args: Arguments) => Value>> = {
  len: ([first]) => lengthOf(first),
  type: ([first]) => sortOf(first),
  first: ([first]) => (isList(first) ? first[0] : undefined),
  last: ([first]) => (isList(first) ? first.at(-1) : undefined),
  get: ([from, name]) => valueAt(from, name),
  take: ([first, count]) => listOf('take', first).slice(0, numberOf('take', count)),
  keys: ([first]) => Object.keys(mapOf('keys', first)),
  values: ([first]) => Object.values(mapOf('values', first)),
  toPairs: ([first]) => Object.entries(mapOf('toPairs', first)),
  fromPairs: ([first]) =>
    Object.fromEntries(
      listOf('fromPairs', first).map(pair => {
        const [name, value] = listOf('fromPairs', pair);
        return [textOf(name), value];
      }),
    ),
  reverse: ([first]) => listOf('reverse', first).toReversed(),
  uniq: ([first]) => {
    const seen = new Set<string>();
    return listOf('uniq', first).filter(item => {
      const key = `${typeof item} ${JSON.stringify(plain(item))}`;
      return !seen.has(key) && seen.add(key);
    });
  },
  concat: args => args.flatMap(list => listOf('concat', list)),
  flatten: ([first]) => flattened(listOf('flatten', first)),
  sort: ([first, order = 'asc']) => sorted(listOf('sort', first), stringOf(order)),
};

const ofTimes: Readonly<Record<string, (args: Arguments) => Value>> = {
  duration: ([first]) => {
    const text = stringOf(first);
    const read = parseDuration(text);
    if (read.isOk) return new Duration(read.value / 1e6);
    throw new Fault(`time: invalid duration ${JSON.stringify(text)}`);
  },
  date: ([first]) => {
    const text = stringOf(first);
    const ms = Date.parse(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? `${text}Z` : text);
    if (!Number.isNaN(ms)) return new Instant(ms);
    throw new Fault(`invalid date ${text}`);
  },
};

const functions = { ...ofNumbers, ...ofTexts, ...ofLists, ...ofTimes };

function listOf(name: string, value: Value): readonly Value[] {
  if (isList(value)) return value;
  throw new Fault(`invalid argument for ${name} (type ${typeName(value)})`);
}

function mapOf(name: string, value: Value): Fields {
  if (isFields(value)) return value;
  throw new Fault(`cannot get ${name} from ${typeName(value)}`);
}

function numberOf(name: string, value: Value): number {
  if (typeof value === 'number') return value;
  throw new Fault(`invalid argument for ${name} (type ${typeName(value)})`);
}

function stringOf(value: Value): string {
  if (typeof value === 'string') return value;
  throw new Fault(`interface conversion: interface {} is ${typeName(value)}, not string`);
}

/** A whole number: of a text only where it is one. */
export function toInt(value: Value): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'string' && /^[-+]?\d+$/.test(value)) return Number(value);
  throw new Fault(`invalid operation: int(${typeof value === 'string' ? value : typeName(value)})`);
}

/** A number. */
export function toFloat(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.trim() === value && value !== '') {
    const number = Number(value);
    if (!Number.isNaN(number) || value === 'NaN') return number;
  }
  throw new Fault(
    `invalid operation: float(${typeof value === 'string' ? value : typeName(value)})`,
  );
}

function numbersIn(name: string, args: Arguments): readonly number[] {
  return args.flatMap(arg => (isList(arg) ? numbersIn(name, arg) : [numberOf(name, arg)]));
}

function extreme(name: string, args: Arguments, of: (...values: number[]) => number): Value {
  const all = numbersIn(name, args);
  return all.length === 0 ? undefined : of(...all);
}

function medianOf(values: readonly number[]): number {
  const all = values.toSorted((one, other) => one - other);
  const middle = Math.floor(all.length / 2);
  if (all.length === 0) return 0;
  const upper = all[middle] ?? 0;
  return all.length % 2 === 1 ? upper : ((all[middle - 1] ?? 0) + upper) / 2;
}

function bits(name: string, args: Arguments, of: (one: number, other: number) => number): number {
  return of(numberOf(name, args[0]), numberOf(name, args[1]));
}

function trimmed([first, characters]: Arguments): string {
  const text = stringOf(first);
  if (characters === undefined) return text.trim();
  const cut = new Set(stringOf(characters));
  const letters = [...text];
  const start = letters.findIndex(letter => !cut.has(letter));
  const end = letters.findLastIndex(letter => !cut.has(letter));
  return start < 0 ? '' : letters.slice(start, end + 1).join('');
}

function splitText(text: string, by: string, most: Value): Value {
  const parts = by === '' ? [...text] : text.split(by);
  const count = most === undefined ? -1 : numberOf('split', most);
  if (count < 0 || parts.length <= count) return parts;
  if (count === 0) return [];
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(by)];
}

function lengthOf(value: Value): number {
  if (typeof value === 'string') return [...value].length;
  if (isList(value)) return value.length;
  if (isFields(value)) return Object.keys(value).length;
  throw new Fault(`invalid argument for len (type ${typeName(value)})`);
}

function sortOf(value: Value): string {
  if (value === undefined) return 'nil';
  if (isList(value)) return 'array';
  if (isFields(value)) return 'map';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'function'
    ? 'func'
    : typeof value === 'string'
      ? 'string'
      : typeName(value);
}

function valueAt(from: Value, name: Value): Value {
  if (isFields(from)) return Object.hasOwn(from, textOf(name)) ? from[textOf(name)] : undefined;
  if (typeof name !== 'number') return undefined;
  if (isList(from)) return from.at(name);
  return typeof from === 'string' ? from.at(name) : undefined;
}

function flattened(items: readonly Value[]): readonly Value[] {
  return items.flatMap(item => (isList(item) ? flattened(item) : [item]));
}

/** Numbers or texts in order. */
export function sorted(items: readonly Value[], order: string): readonly Value[] {
  if (order !== 'asc' && order !== 'desc') {
    throw new Fault(`invalid order ${order}, expected asc or desc`);
  }
  const sign = order === 'asc' ? 1 : -1;
  return items.toSorted((one, other) => sign * compared(one, other));
}

function compared(one: Value, other: Value): number {
  const areNumbers = typeof one === 'number' && typeof other === 'number';
  const areTexts = typeof one === 'string' && typeof other === 'string';
  if (!areNumbers && !areTexts) {
    throw new Fault(`invalid operation: ${typeName(one)} < ${typeName(other)}`);
  }
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The value of a JSON text. */
export function parsed(text: string): Value {
  try {
    return JSON.parse(text, (_, value: unknown) => value ?? undefined) as Value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Fault(
      text.trim() === ''
        ? 'unexpected end of JSON input'
        : `invalid character '${text.trim().charAt(0)}' looking for beginning of value`,
    );
  }
}

/** The value as JSON has it: its maps in the order of their names. */
export function plain(value: Value): unknown {
  if (value === undefined) return null;
  if (isList(value)) return value.map(plain);
  if (value instanceof Instant) return new Date(value.ms).toISOString();
  if (value instanceof Duration) return value.ms * 1e6;
  if (!isFields(value)) {
    if (typeof value !== 'function') return value;
    throw new Fault('json: unsupported type: func');
  }
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map(name => [name, plain(value[name])]));
}
