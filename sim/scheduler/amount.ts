/** The number behind a quantity, as the scheduler counts, cached by its text. */
import { parseQuantity } from '../api/quantity.js';

const entriesMax = 10_000;
const nano = 1e9;
const cache = new Map<string, number>();

/** The quantity in its unit, not yet rounded. An unreadable one counts as nothing. */
export function valueOf(quantity: string | number): number {
  const text = String(quantity);
  const known = cache.get(text);
  if (known !== undefined) return known;
  const value = parse(text);
  if (cache.size >= entriesMax) cache.clear();
  cache.set(text, value);
  return value;
}

/** The quantity in thousandths, not yet rounded: what cpu is added up in. */
export function milliOf(quantity: string | number): number {
  return tidy(valueOf(quantity) * 1000);
}

/** Rounds up as Quantity.Value does, forgiving the last bits of binary fractions. */
export function roundUp(value: number): number {
  return Number.isInteger(value) ? value : Math.ceil(tidy(value));
}

function parse(text: string): number {
  const parsed = parseQuantity(text);
  return parsed.isOk ? parsed.value.toNumber() : 0;
}

/** The nearest multiple of 10⁻⁹, which is what quantities are made of. */
function tidy(value: number): number {
  return Number.isInteger(value) ? value : Math.round(value * nano) / nano;
}
