/** What conditions of metrics may call besides the functions of the language. @upstream argo-rollouts utils/evaluate/evaluate.go */
import { Fault, textOf, typeName, type Fields, type Value } from '../../../expr/value.js';

/** By their names. */
export const conditionFunctions: Fields = {
  asInt: ([value]) => Math.trunc(numberIn('asInt', value)),
  asFloat: ([value]) => numberIn('asFloat', value),
  isNaN: ([value]) => Number.isNaN(floatOf('isNaN', value)),
  isInf: ([value]) => Math.abs(floatOf('isInf', value)) === Infinity,
  isNil: ([value]) => value === undefined,
  default: ([value, byDefault]) => value ?? byDefault,
};

function floatOf(name: string, value: Value): number {
  if (typeof value === 'number') return value;
  throw new Fault(`invalid argument for ${name} (type ${typeName(value)})`);
}

function numberIn(name: string, value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) {
    return Number(value);
  }
  throw new Fault(`${name}() not supported on ${typeName(value)} ${textOf(value)}`);
}
