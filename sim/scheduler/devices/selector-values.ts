/**
 * Quantities and versions in selectors of devices, with their functions.
 * @upstream apiserver/pkg/cel/library/{quantity,semverlib}.go
 */
import {
  celFunc,
  celMap,
  celMethod,
  CelScalar,
  type CelFunc,
  type CelInput,
  type CelValue,
} from '@bufbuild/cel';
import { parseQuantity, quantityOf, type Quantity } from '../../api/quantity.js';
import { compareVersions, parseVersion, type SemanticVersion } from './semantic-version.js';

const { DYN, BOOL, INT, STRING } = CelScalar;

/** CEL has no types of its own for them: they travel as empty maps that stand for them. */
const quantities = new WeakMap<object, Quantity>();
const versions = new WeakMap<object, SemanticVersion>();

/** The quantity for CEL. */
export function celQuantity(value: Quantity): CelInput {
  const map = celMap(new Map());
  quantities.set(map, value);
  return map;
}

/** The version for CEL. */
export function celVersion(value: SemanticVersion): CelInput {
  const map = celMap(new Map());
  versions.set(map, value);
  return map;
}

function quantityIn(value: CelValue): Quantity {
  if (typeof value === 'bigint') return quantityOf(Number(value));
  const found = typeof value === 'object' && value !== null ? quantities.get(value) : undefined;
  if (found === undefined) throw new Error('no such overload');
  return found;
}

function compare(a: CelValue, b: CelValue): number {
  const left = typeof a === 'object' && a !== null ? versions.get(a) : undefined;
  const right = typeof b === 'object' && b !== null ? versions.get(b) : undefined;
  if (left !== undefined && right !== undefined) return Math.sign(compareVersions(left, right));
  return Math.sign(quantityIn(a).compare(quantityIn(b)));
}

function versionPart(value: CelValue, index: 0 | 1 | 2): bigint {
  const found = typeof value === 'object' && value !== null ? versions.get(value) : undefined;
  if (found === undefined) throw new Error('no such overload');
  return BigInt(found.numbers[index]);
}

function versionOf(text: string): SemanticVersion {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(`No Major.Minor.Patch elements found in "${text}"`);
  return parsed;
}

/** The functions that selectors of devices may use besides CEL's own. */
export const selectorFunctions = [
  celFunc('quantity', [STRING], DYN, text => {
    const parsed = parseQuantity(text);
    if (!parsed.isOk) throw new Error(parsed.error);
    return celQuantity(parsed.value);
  }),
  celFunc('isQuantity', [STRING], BOOL, text => parseQuantity(text).isOk),
  celFunc('semver', [STRING], DYN, text => celVersion(versionOf(text))),
  celFunc('isSemver', [STRING], BOOL, text => parseVersion(text) !== undefined),
  celMethod('compareTo', DYN, [DYN], INT, function (other) {
    return BigInt(compare(this, other));
  }),
  celMethod('isGreaterThan', DYN, [DYN], BOOL, function (other) {
    return compare(this, other) > 0;
  }),
  celMethod('isLessThan', DYN, [DYN], BOOL, function (other) {
    return compare(this, other) < 0;
  }),
  celMethod('sign', DYN, [], INT, function () {
    return BigInt(quantityIn(this).sign());
  }),
  celMethod('add', DYN, [DYN], DYN, function (other) {
    return celQuantity(quantityIn(this).add(quantityIn(other)));
  }),
  celMethod('sub', DYN, [DYN], DYN, function (other) {
    return celQuantity(quantityIn(this).sub(quantityIn(other)));
  }),
  celMethod('major', DYN, [], INT, function () {
    return versionPart(this, 0);
  }),
  celMethod('minor', DYN, [], INT, function () {
    return versionPart(this, 1);
  }),
  celMethod('patch', DYN, [], INT, function () {
    return versionPart(this, 2);
  }),
] as readonly CelFunc[];
