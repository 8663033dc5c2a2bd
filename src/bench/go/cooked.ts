/**
 * The 607 numbers with which Go's math/rand mixes a seed: its additive generator's state after 7.8e12 steps.
 * Go ships them as a table; here they are computed. The generator is a linear recurrence modulo 2^64,
 * x(n) = x(n-273) + x(n-607), so that any number of steps is a power of z modulo z^607 - z^334 - 1.
 *
 * @upstream go/src/math/rand/gen_cooked.go
 */
import { nextLehmer, registerLength, registerTap } from './lehmer.js';

const steps = 7_800_000_000_000n;

/** Bits between two coefficients of a packed polynomial: two words of 64 and room for 607 carries. */
const slotBits = 160n;
const slotDigits = Number(slotBits) / 4;
const wordBits = 64;

/** The numbers, in the order of the table. It takes some 50 ms; callers keep it. */
export function cookedRegister(): BigUint64Array {
  const start = startRegister();
  const feed = registerLength - registerTap;
  const at = (index: number): number =>
    ((index % registerLength) + registerLength) % registerLength;
  // x(-606) ... x(0) as they lie in the register, and as many after them as the jump needs.
  const before = new BigUint64Array(2 * registerLength);
  for (let index = 0; index < registerLength; index++) {
    before[index] = start[at(feed - (index - registerLength + 1))] ?? 0n;
  }
  for (let index = registerLength; index < before.length; index++) {
    before[index] = (before[index - registerTap] ?? 0n) + (before[index - registerLength] ?? 0n);
  }
  const power = powerOfZ(steps);
  // One product holds all sums of power[i] * before[i + j]: those at the place of j in the reversed one.
  const sums = unpacked(packed(power) * packed(before.slice().reverse()), 3 * registerLength);
  const cooked = new BigUint64Array(registerLength);
  for (let ahead = 0; ahead < registerLength; ahead++) {
    const value = sums[before.length - 1 - ahead] ?? 0n;
    const step = Number(steps % BigInt(registerLength)) - registerLength + 1 + ahead;
    cooked[at(feed - step)] = value;
  }
  return cooked;
}

/** The state from which the table was made: filled from seed 1. */
function startRegister(): BigUint64Array {
  const register = new BigUint64Array(registerLength);
  let seed = 1;
  for (let skipped = 0; skipped < 20; skipped++) seed = nextLehmer(seed);
  for (let index = 0; index < registerLength; index++) {
    let value = 0n;
    for (const shift of [20n, 10n, 0n]) {
      seed = nextLehmer(seed);
      value ^= BigInt(seed) << shift;
    }
    register[index] = value;
  }
  return register;
}

/** z to this power, modulo z^607 - z^334 - 1, with coefficients modulo 2^64. */
function powerOfZ(exponent: bigint): BigUint64Array {
  let power: BigUint64Array = new BigUint64Array(registerLength);
  power[0] = 1n;
  for (const bit of exponent.toString(2)) {
    const whole = packed(power);
    power = reduced(unpacked(whole * whole, 2 * registerLength));
    if (bit === '1') power = timesZ(power);
  }
  return power;
}

function timesZ(power: BigUint64Array): BigUint64Array {
  const wide = new BigUint64Array(2 * registerLength);
  wide.set(power, 1);
  return reduced(wide);
}

function reduced(wide: BigUint64Array): BigUint64Array {
  for (let index = wide.length - 1; index >= registerLength; index--) {
    const value = wide[index] ?? 0n;
    if (value === 0n) continue;
    const low = index - registerLength;
    const middle = index - registerTap;
    wide[low] = (wide[low] ?? 0n) + value;
    wide[middle] = (wide[middle] ?? 0n) + value;
  }
  return wide.slice(0, registerLength);
}

/** The coefficients as one large number, so that its multiplication is that of the polynomials. */
function packed(coefficients: BigUint64Array): bigint {
  let digits = '';
  for (let index = coefficients.length - 1; index >= 0; index--) {
    digits += (coefficients[index] ?? 0n).toString(16).padStart(slotDigits, '0');
  }
  return BigInt(`0x${digits}`);
}

function unpacked(value: bigint, count: number): BigUint64Array {
  const digits = value.toString(16).padStart(count * slotDigits, '0');
  const coefficients = new BigUint64Array(count);
  for (let index = 0; index < count; index++) {
    const end = digits.length - index * slotDigits;
    coefficients[index] = BigInt(`0x${digits.slice(end - wordBits / 4, end)}`);
  }
  return coefficients;
}
