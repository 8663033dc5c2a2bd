/** `'%s and %d'.format([...])`. @upstream cel-go/ext/formatting.go */
import {
  Duration,
  Timestamp,
  TypeValue,
  Uint,
  isList,
  isMap,
  typeNameOf,
  type CelValue,
} from '../values.js';
import { toText } from './conversions.js';
import { fail } from './function.js';

/** The text with its clauses filled in. */
export function formatted(text: string, args: readonly CelValue[]): string {
  let next = 0;
  return text.replace(/%(?:(%)|(?:\.(\d+))?([a-zA-Z])?)/g, (_all, percent, precision, clause) => {
    if (percent !== undefined) return '%';
    if (clause === undefined) return fail('could not parse formatting clause');
    const value = args[next];
    if (value === undefined) return fail(`index ${next} out of range`);
    next++;
    return filled(clause as string, value, precision === undefined ? 6 : Number(precision));
  });
}

function filled(clause: string, value: CelValue, precision: number): string {
  switch (clause) {
    case 's':
      return shown(value);
    case 'd':
      return typeof value === 'bigint' || value instanceof Uint || typeof value === 'number'
        ? toText(value)
        : wrong('decimal', 'integers', value);
    case 'f':
      return real(value, 'fixed-point', number => number.toFixed(precision));
    case 'e':
      return real(value, 'scientific', number => scientific(number, precision));
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return inBase(value, 2, 'binary');
    case 'o':
      return inBase(value, 8, 'octal');
    case 'x':
    case 'X': {
      const hex = hexOf(value);
      return clause === 'X' ? hex.toUpperCase() : hex;
    }
    default:
      return fail(`unrecognized formatting clause "${clause}"`);
  }
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `3.140000×10⁰⁰`: as the formatter of the locale en-US prints it. */
function scientific(number: number, precision: number): string {
  const [mantissa = '', exponent = ''] = number.toExponential(precision).split('e');
  const digits = exponent.replace(/[+-]/, '').padStart(2, '0');
  const raised = [...digits].map(digit => superscripts.charAt(Number(digit))).join('');
  return `${mantissa}×10${exponent.startsWith('-') ? '⁻' : ''}${raised}`;
}

function wrong(name: string, wanted: string, value: CelValue): never {
  const text = `${name} clause can only be used on ${wanted}, was given ${typeNameOf(value)}`;
  return fail(`error during formatting: ${text}`);
}

function real(value: CelValue, name: string, print: (number: number) => string): string {
  if (typeof value === 'number') return print(value);
  if (typeof value === 'bigint') return print(Number(value));
  return wrong(name, 'doubles', value);
}

function inBase(value: CelValue, base: number, name: string): string {
  if (typeof value === 'bigint') return value.toString(base);
  if (value instanceof Uint) return value.value.toString(base);
  return wrong(name, base === 2 ? 'integers and bools' : 'integers', value);
}

function hexOf(value: CelValue): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (bytes instanceof Uint8Array) return Buffer.from(bytes).toString('hex');
  if (typeof value === 'bigint') return value.toString(16);
  if (value instanceof Uint) return value.value.toString(16);
  return wrong('only integers, byte buffers, and strings can be formatted as hex', '', value);
}

function shown(value: CelValue): string {
  if (value === null) return 'null';
  if (value instanceof TypeValue) return value.name;
  if (isList(value)) return `[${value.map(nested).join(', ')}]`;
  if (isMap(value)) {
    const entries = [...value].map(([key, item]) => `${nested(key)}: ${nested(item)}`);
    return `{${entries.toSorted().join(', ')}}`;
  }
  return toText(value);
}

function nested(value: CelValue): string {
  const isTime = value instanceof Timestamp || value instanceof Duration;
  return isTime ? toText(value) : shown(value);
}
