/** Quantities in CEL. @upstream apiserver/pkg/cel/library/quantity.go */
import {
  celFunc,
  celMethod,
  CelScalar,
  type CelFunc,
  type CelInput,
  type CelValue,
} from '@bufbuild/cel';
import { parseQuantity, quantityOf, type Quantity } from '../../api/quantity.js';
import { Opaque, unwrapped, wrapped } from './values.js';

/** An amount of a resource. */
class CelQuantity extends Opaque {
  readonly typeName = 'kubernetes.Quantity';

  constructor(readonly amount: Quantity) {
    super();
  }
}

const { DYN, BOOL, INT, DOUBLE, STRING } = CelScalar;

function amountOf(value: CelValue): Quantity {
  if (typeof value === 'bigint') return quantityOf(Number(value));
  const found = unwrapped(value, CelQuantity);
  if (found === undefined) throw new Error('no such overload');
  return found.amount;
}

function celQuantity(amount: Quantity): CelInput {
  return wrapped(new CelQuantity(amount));
}

/** The functions of quantities. */
export const quantityFunctions: readonly CelFunc[] = [
  celFunc('quantity', [STRING], DYN, text => {
    const parsed = parseQuantity(text);
    if (!parsed.isOk) throw new Error(parsed.error);
    return celQuantity(parsed.value);
  }),
  celFunc('isQuantity', [STRING], BOOL, text => parseQuantity(text).isOk),
  celMethod('sign', DYN, [], INT, function () {
    return BigInt(amountOf(this).sign());
  }),
  celMethod('isInteger', DYN, [], BOOL, function () {
    return amountOf(this).roundedUp(0).compare(amountOf(this)) === 0;
  }),
  celMethod('asInteger', DYN, [], INT, function () {
    const amount = amountOf(this);
    if (amount.roundedUp(0).compare(amount) === 0) return BigInt(amount.value());
    throw new Error('cannot convert value to integer');
  }),
  celMethod('asApproximateFloat', DYN, [], DOUBLE, function () {
    return amountOf(this).toNumber();
  }),
  celMethod('add', DYN, [DYN], DYN, function (other) {
    return celQuantity(amountOf(this).add(amountOf(other)));
  }),
  celMethod('sub', DYN, [DYN], DYN, function (other) {
    return celQuantity(amountOf(this).sub(amountOf(other)));
  }),
  celMethod('isGreaterThan', DYN, [DYN], BOOL, function (other) {
    return amountOf(this).compare(amountOf(other)) > 0;
  }),
  celMethod('isLessThan', DYN, [DYN], BOOL, function (other) {
    return amountOf(this).compare(amountOf(other)) < 0;
  }),
  celMethod('compareTo', DYN, [DYN], INT, function (other) {
    return BigInt(Math.sign(amountOf(this).compare(amountOf(other))));
  }),
];
