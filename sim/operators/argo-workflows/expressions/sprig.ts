/**
 * The functions of sprig that expressions call as `sprig.trim(x)`: those of texts, numbers, lists, maps,
 * dates and codings. Those of chance, keys and the network are not there.
 * @upstream github.com/Masterminds/sprig v3.3 functions.go
 */
import { RE2JS } from 're2js';
import { bytesOfBase64, base64OfBytes } from '../../../api/base64.js';
import { sha256Hex } from '../../../api/jwt/sha256.js';
import { sha1 } from '../../../engine/sha1.js';
import { Fault, isFields, isList, textOf, type Fields, type Value } from '../../../expr/value.js';
import { parsed, plain } from '../../../expr/functions.js';
import { goDate } from './go-date.js';

type Arguments = readonly Value[];
type Functions = Readonly<Record<string, (args: Arguments) => Value>>;

const ofTexts: Functions = {
  trim: ([text]) => written(text).trim(),
  trimAll: ([cut, text]) => cutOff(written(text), written(cut)),
  trimPrefix: ([cut, text]) =>
    written(text).startsWith(written(cut)) ? written(text).slice(written(cut).length) : text,
  trimSuffix: ([cut, text]) =>
    written(text).endsWith(written(cut))
      ? written(text).slice(0, written(text).length - written(cut).length)
      : text,
  upper: ([text]) => written(text).toUpperCase(),
  lower: ([text]) => written(text).toLowerCase(),
  title: ([text]) => written(text).replaceAll(/(?<=^|\s)\p{L}/gu, letter => letter.toUpperCase()),
  untitle: ([text]) => written(text).replaceAll(/(?<=^|\s)\p{L}/gu, letter => letter.toLowerCase()),
  repeat: ([count, text]) => written(text).repeat(number(count)),
  substr: ([start, end, text]) =>
    written(text).slice(Math.max(number(start), 0), number(end) < 0 ? undefined : number(end)),
  nospace: ([text]) => written(text).replaceAll(/\s/g, ''),
  trunc: ([length, text]) =>
    number(length) < 0
      ? written(text).slice(number(length))
      : written(text).slice(0, number(length)),
  contains: ([part, text]) => written(text).includes(written(part)),
  hasPrefix: ([part, text]) => written(text).startsWith(written(part)),
  hasSuffix: ([part, text]) => written(text).endsWith(written(part)),
  quote: args => args.map(one => JSON.stringify(written(one))).join(' '),
  squote: args => args.map(one => `'${written(one)}'`).join(' '),
  cat: args => args.map(written).join(' '),
  indent: ([count, text]) => indented(number(count), written(text)),
  nindent: ([count, text]) => `\n${indented(number(count), written(text))}`,
  replace: ([old, next, text]) => written(text).replaceAll(written(old), written(next)),
  plural: ([one, many, count]) => (number(count) === 1 ? one : many),
  snakecase: ([text]) => words(text).join('_'),
  kebabcase: ([text]) => words(text).join('-'),
  camelcase: ([text]) =>
    words(text)
      .map(word => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
      .join(''),
  join: ([by, list]) => listOf(list).map(written).join(written(by)),
  splitList: ([by, text]) => written(text).split(written(by)),
  split: ([by, text]) =>
    Object.fromEntries(
      written(text)
        .split(written(by))
        .map((part, index) => [`_${index}`, part]),
    ),
  toString: (args: Arguments) => written(args[0]),
  toStrings: ([list]) => listOf(list).map(written),
  sortAlpha: ([list]) => listOf(list).map(written).sort(),
  regexMatch: ([pattern, text]) => compiled(pattern).matcher(written(text)).find(),
  regexFind: ([pattern, text]) => {
    const matcher = compiled(pattern).matcher(written(text));
    return matcher.find() ? (matcher.group() ?? '') : '';
  },
  regexReplaceAll: ([pattern, text, next]) =>
    compiled(pattern)
      .matcher(written(text))
      .replaceAll(references(written(next))),
  regexSplit: ([pattern, text, most]) =>
    compiled(pattern).split(written(text), Math.max(number(most), 0)),
  base: ([path]) => written(path).replace(/\/+$/, '').split('/').at(-1) ?? '',
  dir: ([path]) => written(path).split('/').slice(0, -1).join('/') || '.',
  ext: ([path]) => /\.[^./]*$/.exec(written(path))?.[0] ?? '',
  clean: ([path]) => written(path).replaceAll(/\/+(?:\.\/+)*/g, '/'),
};

const ofNumbers: Functions = {
  atoi: ([text]) => (/^[-+]?\d+$/.test(written(text)) ? Number(text) : 0),
  int: ([value]) => Math.trunc(loose(value)),
  int64: ([value]) => Math.trunc(loose(value)),
  float64: ([value]) => loose(value),
  toDecimal: ([value]) => Number.parseInt(written(value), 8),
  add: args => args.map(loose).reduce((sum, one) => sum + Math.trunc(one), 0),
  add1: ([value]) => Math.trunc(loose(value)) + 1,
  sub: ([one, other]) => Math.trunc(loose(one)) - Math.trunc(loose(other)),
  mul: args => args.map(loose).reduce((product, one) => product * Math.trunc(one), 1),
  div: ([one, other]) => divided(loose(one), loose(other)),
  mod: ([one, other]) => Math.trunc(loose(one)) % Math.trunc(loose(other)),
  addf: args => args.map(loose).reduce((sum, one) => sum + one, 0),
  subf: ([first, ...rest]) => rest.map(loose).reduce((left, one) => left - one, loose(first)),
  mulf: args => args.map(loose).reduce((product, one) => product * one, 1),
  divf: ([first, ...rest]) => rest.map(loose).reduce((left, one) => left / one, loose(first)),
  max: args => Math.max(...args.map(one => Math.trunc(loose(one)))),
  min: args => Math.min(...args.map(one => Math.trunc(loose(one)))),
  maxf: args => Math.max(...args.map(loose)),
  minf: args => Math.min(...args.map(loose)),
  ceil: ([value]) => Math.ceil(loose(value)),
  floor: ([value]) => Math.floor(loose(value)),
  round: ([value, digits]) => {
    const unit = 10 ** number(digits);
    return Math.round(loose(value) * unit) / unit;
  },
  until: ([count]) => Array.from({ length: Math.max(number(count), 0) }, (_, index) => index),
  untilStep: ([start, end, step]) => stepped(number(start), number(end), number(step)),
};

const ofLists: Functions = {
  list: args => args,
  first: ([list]) => listOf(list)[0],
  last: ([list]) => listOf(list).at(-1),
  rest: ([list]) => listOf(list).slice(1),
  initial: ([list]) => listOf(list).slice(0, -1),
  append: ([list, item]) => [...listOf(list), item],
  prepend: ([list, item]) => [item, ...listOf(list)],
  concat: args => args.flatMap(listOf),
  reverse: ([list]) => listOf(list).toReversed(),
  uniq: ([list]) => [
    ...new Map(listOf(list).map(one => [JSON.stringify(plain(one)), one])).values(),
  ],
  without: ([list, ...gone]) => listOf(list).filter(one => !gone.includes(one)),
  has: ([item, list]) => listOf(list).includes(item),
  compact: ([list]) => listOf(list).filter(one => !isEmpty(one)),
  slice: ([list, start, end]) => listOf(list).slice(number(start ?? 0), end as number | undefined),
};

const ofMaps: Functions = {
  dict: args =>
    Object.fromEntries(
      args.flatMap((name, at) => (at % 2 === 0 ? [[written(name), args[at + 1]]] : [])),
    ),
  get: ([map, name]) => (isFields(map) ? (map[written(name)] ?? '') : ''),
  set: ([map, name, value]) => ({ ...mapOf(map), [written(name)]: value }),
  unset: ([map, name]) => without(mapOf(map), [written(name)]),
  hasKey: ([map, name]) => Object.hasOwn(mapOf(map), written(name)),
  keys: args => args.flatMap(map => Object.keys(mapOf(map))),
  values: ([map]) => Object.values(mapOf(map)),
  pick: ([map, ...names]) => {
    const kept = names.map(written);
    const left = Object.keys(mapOf(map)).filter(name => !kept.includes(name));
    return without(mapOf(map), left);
  },
  omit: ([map, ...names]) => without(mapOf(map), names.map(written)),
  merge: args => args.map(mapOf).reduceRight((under, over) => ({ ...under, ...over }), {}),
  pluck: ([name, ...maps]) =>
    maps.map(mapOf).flatMap(map => (Object.hasOwn(map, written(name)) ? [map[written(name)]] : [])),
};

const others: Functions = {
  default: ([byDefault, value]) => (isEmpty(value) ? byDefault : value),
  empty: ([value]) => isEmpty(value),
  coalesce: args => args.find(one => !isEmpty(one)),
  ternary: ([yes, no, condition]) => (condition === true ? yes : no),
  all: args => args.every(one => !isEmpty(one)),
  any: args => args.some(one => !isEmpty(one)),
  fail: ([message]) => {
    throw new Fault(written(message));
  },
  toJson: ([value]) => JSON.stringify(plain(value)),
  toPrettyJson: ([value]) => JSON.stringify(plain(value), undefined, 2),
  fromJson: ([text]) => parsed(written(text)),
  b64enc: ([text]) => base64OfBytes(new TextEncoder().encode(written(text))),
  b64dec: ([text]) => new TextDecoder().decode(bytesOfBase64(written(text))),
  sha1sum: ([text]) => sha1(written(text)),
  sha256sum: ([text]) => sha256Hex(new TextEncoder().encode(written(text))),
  date: ([layout, time]) => goDate(written(layout), written(time)),
  dateInZone: ([layout, time]) => goDate(written(layout), written(time)),
  date_in_zone: ([layout, time]) => goDate(written(layout), written(time)),
  htmlDate: ([time]) => goDate('2006-01-02', written(time)),
};

/** By their names. */
export const sprig: Fields = { ...ofTexts, ...ofNumbers, ...ofLists, ...ofMaps, ...others };

function written(value: Value): string {
  return value === undefined ? '' : textOf(value);
}

function number(value: Value): number {
  if (typeof value === 'number') return value;
  throw new Fault(`cannot use ${textOf(value)} as int`);
}

/** What is no number is none. */
function loose(value: Value): number {
  const read = typeof value === 'boolean' ? Number(value) : Number(written(value));
  return Number.isNaN(read) || value === undefined ? 0 : read;
}

function divided(one: number, other: number): number {
  if (Math.trunc(other) === 0) throw new Fault('integer divide by zero');
  return Math.trunc(Math.trunc(one) / Math.trunc(other));
}

const stepsMax = 100_000;

function stepped(start: number, end: number, step: number): readonly number[] {
  const all: number[] = [];
  if (step === 0 || Math.sign(end - start) !== Math.sign(step)) return all;
  for (let at = start; step > 0 ? at < end : at > end; at += step) {
    if (all.push(at) >= stepsMax) break;
  }
  return all;
}

function listOf(value: Value): readonly Value[] {
  if (isList(value)) return value;
  throw new Fault(`${textOf(value)} is no list`);
}

function mapOf(value: Value): Fields {
  if (isFields(value)) return value;
  throw new Fault(`${textOf(value)} is no map`);
}

function without(map: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));
}

function isEmpty(value: Value): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  if (isList(value)) return value.length === 0;
  return isFields(value) && Object.keys(value).length === 0;
}

function cutOff(text: string, cut: string): string {
  const letters = [...text];
  const kept = (letter: string) => !cut.includes(letter);
  const start = letters.findIndex(kept);
  return start < 0 ? '' : letters.slice(start, letters.findLastIndex(kept) + 1).join('');
}

function indented(count: number, text: string): string {
  return text.replaceAll(/^/gm, ' '.repeat(count));
}

function words(text: Value): readonly string[] {
  return written(text)
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .split(/[\s_-]+/)
    .filter(word => word !== '')
    .map(word => word.toLowerCase());
}

/** `${1}` is `$1` here. */
function references(text: string): string {
  return text.replaceAll(/\$\{(\d+)\}/g, '$$$1');
}

function compiled(pattern: Value): RE2JS {
  try {
    return RE2JS.compile(written(pattern));
  } catch (error) {
    throw new Fault(error instanceof Error ? error.message : String(error));
  }
}
