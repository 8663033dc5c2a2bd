/**
 * What calls cost when they run. @upstream cel-go/interpreter/runtimecost.go costCall,
 * apiserver/pkg/cel/library/cost.go CallCost
 */
import { Opaque, Optional, isList, isMap, sizeOf, type CelValue } from './values.js';

const traversal = 0.1;
const regexLength = 0.25;
const authorizationCheck = 350_000;

type Cost = (args: readonly CelValue[], result: CelValue) => number;

function sizeIn(value: CelValue | undefined): number {
  if (value instanceof Optional && value.value !== undefined) return sizeIn(value.value);
  return (value === undefined ? undefined : sizeOf(value)) ?? sizeOfOpaque(value);
}

/** Addresses have the size of their bytes. */
function sizeOfOpaque(value: CelValue | undefined): number {
  const { bytesLength = 1 } = (value instanceof Opaque ? value : {}) as { bytesLength?: number };
  return bytesLength;
}

function traversed(factor = 1): Cost {
  return ([text]) => Math.ceil(sizeIn(text) * factor * traversal);
}

function searched(text: CelValue | undefined, regexSize: number): number {
  return Math.ceil((1 + sizeIn(text)) * traversal) * Math.ceil(regexSize * regexLength);
}

const matched: Cost = ([text, regex]) => searched(text, sizeIn(regex));

function walked(value: CelValue | undefined): number {
  if (typeof value === 'string')
    return Math.floor(new TextEncoder().encode(value).length * traversal);
  if (value instanceof Uint8Array) return Math.floor(value.length * traversal);
  if (isList(value)) return value.reduce<number>((sum, item) => sum + walked(item), 0);
  if (!isMap(value)) return 1;
  let sum = 0;
  for (const [key, item] of value) sum += walked(key) + walked(item);
  return sum;
}

const walkedList: Cost = ([list]) => walked(list);

const compared: Cost = ([left, right]) => {
  if (left instanceof Opaque) return 1;
  return Math.ceil(Math.min(sizeIn(left), sizeIn(right)) * traversal);
};

const ordered: Cost = args => (args.every(isTextual) ? compared(args, null) : 1);

function isTextual(value: CelValue): boolean {
  return typeof value === 'string' || value instanceof Uint8Array;
}

/** A text is parsed first. */
const contained: Cost = ([range, other]) =>
  Math.ceil(2 * sizeIn(range) * traversal) +
  (typeof other === 'string' ? Math.ceil(sizeIn(other) * traversal) : 0);

const selectorCost: Cost = ([, selector]) => {
  const size = sizeIn(selector);
  return 10 + Math.ceil(size * traversal) + Math.ceil(Math.ceil(size * 0.5) * 50);
};

/** Each item of one list may be compared with each of the other. */
function crossed(factor: number): Cost {
  return ([left, right]) => 1 + sizeIn(left) * sizeIn(right) * factor;
}

function named(names: string, cost: Cost): readonly (readonly [string, Cost])[] {
  return names.split(' ').map(name => [name, cost] as const);
}

const costs: ReadonlyMap<string, Cost> = new Map([
  ...named('check', () => authorizationCheck),
  ...named('fieldSelector labelSelector', selectorCost),
  ...named('isSorted sum max min indexOf lastIndexOf', walkedList),
  ...named('url lowerAscii upperAscii substring trim jsonpatch.escapeKey', traversed()),
  ...named('cidr isIP isCIDR ip quantity isQuantity semver isSemver', traversed()),
  ...named('startsWith endsWith strings.quote format', traversed()),
  ...named('replace split ip.isCanonical', traversed(2)),
  ...named('join', (_args, result) => Math.ceil(sizeIn(result) * 2 * traversal)),
  ...named('find findAll matches', matched),
  ...named('validate', ([format, text]) => searched(text, regexSizeOf(format))),
  ...named('containsIP', contained),
  ...named(
    'containsCIDR',
    args => contained(args, null) + Math.ceil(sizeIn(args[0]) * traversal) + 1,
  ),
  ...named('sets.contains sets.intersects', crossed(1)),
  ...named('sets.equivalent', crossed(2)),
  ...named('_==_ _!=_', compared),
  ...named('_<_ _<=_ _>_ _>=_', ordered),
  ...named('@in', ([, range]) => (isList(range) ? range.length : 1)),
  ...named('_+_', args =>
    args.every(isTextual) ? Math.ceil((sizeIn(args[0]) + sizeIn(args[1])) * traversal) : 1,
  ),
  ...named(
    'contains',
    ([text, part]) => Math.ceil(sizeIn(text) * traversal) * Math.ceil(sizeIn(part) * traversal),
  ),
  ...named('bytes string', args => (args.every(isTextual) ? traversed()(args, null) : 1)),
]);

function regexSizeOf(format: CelValue | undefined): number {
  const { regexSize = 1 } = (format instanceof Opaque ? format : {}) as { regexSize?: number };
  return regexSize;
}

/** The cost of one call that was made with these values. */
export function callCost(name: string, args: readonly CelValue[], result: CelValue): number {
  return costs.get(name)?.(args, result) ?? 1;
}
