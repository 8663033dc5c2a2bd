/** `printf`, and the escapes of `echo -e`. @upstream POSIX.1 printf */
import type { PlainCommand } from './commands.js';

const codes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Puts in what escapes stand for; octal numbers begin with `prefix`. */
export function unescaped(text: string, prefix: '0' | '' = ''): string {
  const octal = prefix === '0' ? '0[0-7]{0,3}' : '[0-7]{1,3}';
  const pattern = new RegExp(`\\\\(${octal}|x[\\da-fA-F]{1,2}|[ntrabfv\\\\"'])`, 'g');
  return text.replace(pattern, (_, code: string) => {
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255);
    return code.startsWith('x')
      ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
      : (codes[code] ?? code);
  });
}

const conversion = /%([-+ 0#]*)(\*|\d*)(?:\.(\*|\d*))?([a-zA-Z%])/g;

/** Formats what conversions printf knows; numbers that are none are told and count as far as they go. */
export const printf: PlainCommand = ({ args, out, err }) => {
  const [format, ...values] = args[0] === '--' ? args.slice(1) : args;
  if (format === undefined) {
    err('sh: usage: printf FORMAT [ARG]...\n');
    return 1;
  }
  let at = 0;
  let status = 0;
  const next = () => values[at++];
  const complain = (message: string) => {
    err(`sh: ${message}\n`);
    status = 1;
  };
  do {
    const before = at;
    const text = unescaped(format).replace(
      conversion,
      (whole, flags: string, width: string, precision: string | undefined, kind: string) => {
        if (kind === '%') return '%';
        const wide = Number(width === '*' ? next() : width);
        const fine = precision === '*' ? next() : precision;
        const field = { flags, width: wide, precision: fine, kind, whole };
        return converted(field, next(), complain);
      },
    );
    out(text);
    if (at === before) break;
  } while (at < values.length);
  return status;
};

interface Field {
  readonly flags: string;
  readonly width: number;
  readonly precision: string | undefined;
  readonly kind: string;
  readonly whole: string;
}

function converted(
  field: Field,
  given: string | undefined,
  complain: (message: string) => void,
): string {
  const { flags, width, precision, kind } = field;
  const text = convertedText(field, given, complain);
  if (flags.includes('-')) return text.padEnd(width);
  const isZero = flags.includes('0') && /[diuxXof]/.test(kind) && (precision ?? '') === '';
  if (!isZero && !(flags.includes('0') && kind === 'f')) return text.padStart(width);
  const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

function convertedText(
  { flags, precision, kind, whole }: Field,
  given: string | undefined,
  complain: (message: string) => void,
): string {
  switch (kind) {
    case 's':
      return (given ?? '').slice(0, precision === undefined ? undefined : Number(precision));
    case 'b':
      return unescaped(unescaped(given ?? '', '0'));
    case 'c':
      return (given ?? '').slice(0, 1);
    case 'd':
    case 'i':
    case 'u':
      return signed(integerOf(given, complain), { flags, precision });
    case 'x':
    case 'X':
    case 'o': {
      const value = BigInt.asUintN(64, integerOf(given, complain));
      const digits = value.toString(kind === 'o' ? 8 : 16).padStart(Number(precision ?? 1), '0');
      const prefix = flags.includes('#') && value !== 0n ? (kind === 'o' ? '0' : '0x') : '';
      return kind === 'X' ? (prefix + digits).toUpperCase() : prefix + digits;
    }
    case 'f':
    case 'F': {
      const value = Number(given ?? 0);
      if (Number.isNaN(value)) complain(`${given ?? ''}: invalid number`);
      const digits = (Number.isNaN(value) ? 0 : value).toFixed(Number(precision ?? 6));
      return flags.includes('+') && !digits.startsWith('-') ? `+${digits}` : digits;
    }
    default:
      complain(`${whole}: invalid format`);
      return '';
  }
}

function signed(
  value: bigint,
  { flags, precision }: { readonly flags: string; readonly precision: string | undefined },
): string {
  const digits = (value < 0n ? -value : value).toString().padStart(Number(precision ?? 1), '0');
  if (value < 0n) return `-${digits}`;
  return flags.includes('+') ? `+${digits}` : flags.includes(' ') ? ` ${digits}` : digits;
}

/** Of a number that is none, what it begins with counts. */
function integerOf(given: string | undefined, complain: (message: string) => void): bigint {
  if (given === undefined) return 0n;
  if (/^["']/.test(given)) return BigInt(given.codePointAt(1) ?? 0);
  const [whole = '', sign = '', digits = ''] =
    /^\s*([-+]?)(0[xX][\da-fA-F]+|\d+)/.exec(given) ?? [];
  if (digits === '' || whole !== given) complain(`invalid number '${given}'`);
  if (digits === '') return 0n;
  const isOctal = /^0[0-7]+$/.test(digits);
  const value = BigInt(isOctal ? `0o${digits}` : digits.replace(/^0+(?=[1-9])/, ''));
  return sign === '-' ? -value : value;
}
