/** Numbers as Go's `strconv.FormatFloat` writes them. */

/** A number in its plain form, `'f', -1, 64`: never with an exponent. */
export function plainNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const found = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (found === null) return text;
  const [, sign = '', first = '', rest = '', power = ''] = found;
  const digits = first + rest;
  const point = 1 + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}

/** A number with an exponent, `'e', -1, 64`: `4.2e+01`. */
export function exponentNumber(value: number): string {
  if (!Number.isFinite(value)) return plainNumber(value);
  const [digits = '', power = '+0'] = value.toExponential().split('e');
  return `${digits}e${power.slice(0, 1)}${power.slice(1).padStart(2, '0')}`;
}

/** Powers of ten that are written without an exponent. */
const plainPowers = { least: -4, above: 6 } as const;

/** The shortest form, `'g', -1, 64`: from a million on with an exponent of at least two digits. */
export function shortNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return plainNumber(value + 0);
  const text = exponentNumber(value);
  const power = Number(text.slice(text.indexOf('e') + 1));
  return power >= plainPowers.least && power < plainPowers.above ? String(value) : text;
}
