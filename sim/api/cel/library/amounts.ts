/** Quantities and semantic versions. @upstream apiserver/pkg/cel/library/{quantity,semverlib}.go */
import { parseQuantity, quantityOf, type Quantity } from '../../quantity.js';
import { compareVersions, parseVersion, type SemanticVersion } from '../../semantic-version.js';
import { Opaque, noOverload, type CelValue } from '../values.js';
import { fail, objectIn, textIn, type CelFunctions } from './function.js';

/** An amount of a resource. */
export class CelQuantity extends Opaque {
  readonly typeName = 'kubernetes.Quantity';

  constructor(readonly amount: Quantity) {
    super();
  }

  override equals(other: Opaque): boolean {
    return other instanceof CelQuantity && this.amount.compare(other.amount) === 0;
  }
}

/** A semantic version. */
export class CelVersion extends Opaque {
  readonly typeName = 'kubernetes.Semver';

  constructor(readonly version: SemanticVersion) {
    super();
  }

  override equals(other: Opaque): boolean {
    return other instanceof CelVersion && compareVersions(this.version, other.version) === 0;
  }
}

function amountIn(value: CelValue | undefined): Quantity {
  if (typeof value === 'bigint') return quantityOf(Number(value));
  return objectIn(value, CelQuantity).amount;
}

function compared(left?: CelValue, right?: CelValue): number {
  if (left instanceof CelVersion) {
    return Math.sign(compareVersions(left.version, objectIn(right, CelVersion).version));
  }
  const other = objectIn(right, CelQuantity);
  return Math.sign(objectIn(left, CelQuantity).amount.compare(other.amount));
}

function versionFrom(text: string, isNormalized: CelValue = false) {
  if (typeof isNormalized !== 'boolean') return noOverload();
  return parseVersion(isNormalized ? normalized(text) : text);
}

/** `v1.2` is `1.2.0`, `01.2.3` is `1.2.3`. */
function normalized(text: string): string {
  const [core = '', ...rest] = text.replace(/^v/, '').split(/(?=[-+])/);
  const parts = core.split('.').map(part => part.replace(/^0+(?=\d)/, ''));
  if (parts.length < 3 && rest.length > 0) return text;
  while (parts.length < 3) parts.push('0');
  return [parts.join('.'), ...rest].join('');
}

function versionPart(index: 0 | 1 | 2) {
  return (value?: CelValue): CelValue => BigInt(objectIn(value, CelVersion).version.numbers[index]);
}

/** Whether it is a whole number of 64 bits. */
function isWhole(amount: Quantity): boolean {
  return Math.abs(amount.toNumber()) < 2 ** 63 && amount.roundedUp(0).compare(amount) === 0;
}

/** The functions. */
export const amounts: CelFunctions = {
  quantity: text => {
    const parsed = parseQuantity(textIn(text));
    return parsed.isOk ? new CelQuantity(parsed.value) : fail(parsed.error);
  },
  isQuantity: text => parseQuantity(textIn(text)).isOk,
  sign: value => BigInt(amountIn(value).sign()),
  isInteger: value => isWhole(amountIn(value)),
  asInteger: value => {
    const amount = amountIn(value);
    return isWhole(amount) ? BigInt(amount.value()) : fail('cannot convert value to integer');
  },
  asApproximateFloat: value => amountIn(value).toNumber(),
  add: (value, other) => new CelQuantity(amountIn(value).add(amountIn(other))),
  sub: (value, other) => new CelQuantity(amountIn(value).sub(amountIn(other))),
  isGreaterThan: (left, right) => compared(left, right) > 0,
  isLessThan: (left, right) => compared(left, right) < 0,
  compareTo: (left, right) => BigInt(compared(left, right)),
  semver: (text, isNormalized) => {
    const parsed = versionFrom(textIn(text), isNormalized);
    return 'error' in parsed ? fail(parsed.error) : new CelVersion(parsed);
  },
  isSemver: (text, isNormalized) => !('error' in versionFrom(textIn(text), isNormalized)),
  major: versionPart(0),
  minor: versionPart(1),
  patch: versionPart(2),
};
