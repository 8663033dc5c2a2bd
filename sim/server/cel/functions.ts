/**
 * Kubernetes' functions of CEL: lists, sets, regular expressions, URLs, JSON patches.
 * @upstream apiserver/pkg/cel/library
 */
import {
  celFunc,
  celList,
  celMethod,
  CelScalar,
  isCelUint,
  listType,
  type CelFunc,
  type CelInput,
  type CelList,
  type CelValue,
} from '@bufbuild/cel';
import { RE2JS } from 're2js';
import { addressFunctions } from './addresses.js';
import { authorizerFunctions } from './authorizer.js';
import { optionalFunctions } from './optional.js';
import { quantityFunctions } from './quantities.js';

const { DYN, BOOL, INT, STRING } = CelScalar;
const LIST = listType(DYN);

function input(value: CelValue): CelInput {
  return value as CelInput;
}

function compare(a: CelValue, b: CelValue): number {
  const [left, right] = [comparable(a), comparable(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function comparable(value: CelValue): bigint | number | string {
  if (isCelUint(value)) return value.value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string') {
    return value;
  }
  throw new Error('no such overload');
}

function isEqual(a: CelValue, b: CelValue): boolean {
  if (typeof a === 'object' || typeof b === 'object') return a === b;
  // int and double are equal when their numbers are.
  return a == b; // eslint-disable-line eqeqeq
}

function extreme(list: CelList, sign: number, name: string): CelInput {
  let found: CelValue | undefined;
  for (const item of list) {
    if (found === undefined || compare(item, found) * sign > 0) found = item;
  }
  if (found === undefined) throw new Error(`${name} called on empty list`);
  return input(found);
}

function sum(list: CelList): CelInput {
  let total: bigint | number = 0n;
  for (const item of list) {
    if (typeof item === 'number') total = Number(total) + item;
    else if (typeof item === 'bigint') total = typeof total === 'bigint' ? total + item : total;
    else throw new Error('no such overload');
  }
  return total;
}

function isSorted(list: CelList): boolean {
  const items = [...list];
  return items.every(
    (item, index) => index === 0 || compare(items[index - 1] as CelValue, item) <= 0,
  );
}

function indexOf(list: CelList, wanted: CelValue): bigint {
  return BigInt([...list].findIndex(item => isEqual(item, wanted)));
}

function lastIndexOf(list: CelList, wanted: CelValue): bigint {
  return BigInt([...list].map(item => isEqual(item, wanted)).lastIndexOf(true));
}

const listFunctions: readonly CelFunc[] = [
  celMethod('isSorted', LIST, [], BOOL, function () {
    return isSorted(this);
  }),
  celMethod('sum', LIST, [], DYN, function () {
    return sum(this);
  }),
  celMethod('min', LIST, [], DYN, function () {
    return extreme(this, -1, 'min');
  }),
  celMethod('max', LIST, [], DYN, function () {
    return extreme(this, 1, 'max');
  }),
  celMethod('indexOf', LIST, [DYN], INT, function (wanted) {
    return indexOf(this, wanted);
  }),
  celMethod('lastIndexOf', LIST, [DYN], INT, function (wanted) {
    return lastIndexOf(this, wanted);
  }),
];

function holdsAll(list: CelList, wanted: CelList): boolean {
  const items = [...list];
  return [...wanted].every(one => items.some(item => isEqual(item, one)));
}

const setFunctions: readonly CelFunc[] = [
  celFunc('sets.contains', [LIST, LIST], BOOL, (list, wanted) => holdsAll(list, wanted)),
  celFunc('sets.equivalent', [LIST, LIST], BOOL, (a, b) => holdsAll(a, b) && holdsAll(b, a)),
  celFunc('sets.intersects', [LIST, LIST], BOOL, (a, b) => {
    const items = [...b];
    return [...a].some(one => items.some(item => isEqual(item, one)));
  }),
];

function findAll(text: string, pattern: string, limit: number): string[] {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found: string[] = [];
  while ((limit < 0 || found.length < limit) && matcher.find()) {
    found.push(matcher.group() ?? '');
  }
  return found;
}

const regexFunctions: readonly CelFunc[] = [
  celMethod('find', STRING, [STRING], STRING, function (pattern) {
    return findAll(this, pattern, 1)[0] ?? '';
  }),
  celMethod('findAll', STRING, [STRING], LIST, function (pattern) {
    return celList(findAll(this, pattern, -1));
  }),
  celMethod('findAll', STRING, [STRING, INT], LIST, function (pattern, limit) {
    return celList(findAll(this, pattern, Number(limit)));
  }),
];

const patchFunctions: readonly CelFunc[] = [
  celFunc('jsonpatch.escapeKey', [STRING], STRING, key =>
    key.replace(/~/g, '~0').replace(/\//g, '~1'),
  ),
];

/** All that Kubernetes adds to CEL's own functions. */
export const kubernetesFunctions: readonly CelFunc[] = [
  ...listFunctions,
  ...setFunctions,
  ...regexFunctions,
  ...patchFunctions,
  ...optionalFunctions,
  ...quantityFunctions,
  ...addressFunctions,
  ...authorizerFunctions,
];
