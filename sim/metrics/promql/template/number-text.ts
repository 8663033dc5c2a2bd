/** Numbers as Go prints them, and as Prometheus' templates humanize them. */

/** As `%v` prints a float64: the shortest digits, with an exponent below 1e-4 and from a million on. */
export function goFloat(value: number): string {
  const special = specialText(value);
  if (special !== undefined) return special;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return withExponent(value.toExponential());
  return Object.is(value, -0) ? '-0' : String(value);
}

/** As `%.4g` prints it. */
export function goShort(value: number, digits = 4): string {
  const special = specialText(value);
  if (special !== undefined) return special;
  if (value === 0) return '0';
  const exponent = Number(value.toExponential(digits - 1).split('e')[1]);
  if (exponent < -4 || exponent >= digits) {
    const [head = '', power = ''] = value.toExponential(digits - 1).split('e');
    return withExponent(`${trimZeros(head)}e${power}`);
  }
  return trimZeros(goFixed(value, Math.max(0, digits - 1 - exponent)));
}

/** As `%.2f` prints it: of two that are equally near, the even one. */
function goFixed(value: number, digits: number): string {
  const usual = value.toFixed(digits);
  // The exact digits: a hundred places hold those of all but the smallest numbers.
  const tail = value.toFixed(100).split('.')[1]?.slice(digits) ?? '';
  if (!/^50*$/.test(tail) || Math.abs(value) >= 1e21) return usual;
  const lower = value.toFixed(100).slice(0, -tail.length).replace(/\.$/, '');
  return Number(lower.at(-1)) % 2 === 0 ? lower : usual;
}

function specialText(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? '+Inf' : '-Inf';
}

const trimZeros = (text: string): string =>
  text.includes('.') ? text.replace(/\.?0+$/, '') : text;

/** Go writes exponents with two digits at least. */
function withExponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, 'e$10$2');
}

const large = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const small = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];
const binary = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

/** With SI prefixes. */
export function humanize(told: number): string {
  let value = told;
  if (value === 0 || !Number.isFinite(value)) return goShort(value);
  let prefix = '';
  if (Math.abs(value) >= 1) {
    for (const next of large) {
      if (Math.abs(value) < 1000) break;
      prefix = next;
      value /= 1000;
    }
  } else {
    for (const next of small) {
      if (Math.abs(value) >= 1) break;
      prefix = next;
      value *= 1000;
    }
  }
  return goShort(value) + prefix;
}

/** With binary prefixes. */
export function humanize1024(told: number): string {
  let value = told;
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return goShort(value);
  let prefix = '';
  for (const next of binary) {
    if (Math.abs(value) < 1024) break;
    prefix = next;
    value /= 1024;
  }
  return goShort(value) + prefix;
}

/** Seconds as days, hours, minutes. */
export function humanizeDuration(told: number): string {
  if (!Number.isFinite(told)) return goShort(told);
  if (told === 0) return '0s';
  if (Math.abs(told) < 1) return humanizeSmall(told);
  const sign = told < 0 ? '-' : '';
  const value = Math.abs(told);
  const seconds = Math.trunc(value) % 60;
  const minutes = Math.trunc(value / 60) % 60;
  const hours = Math.trunc(value / 3600) % 24;
  const days = Math.trunc(value / 86_400);
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes > 0) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${goShort(value)}s`;
}

function humanizeSmall(told: number): string {
  let value = told;
  let prefix = '';
  for (const next of small) {
    if (Math.abs(value) >= 1) break;
    prefix = next;
    value *= 1000;
  }
  return `${goShort(value)}${prefix}s`;
}

/** A ratio in percent. */
export function humanizePercentage(value: number): string {
  return `${goShort(value * 100)}%`;
}

/** Seconds since the epoch as Go prints a time in UTC. */
export function humanizeTimestamp(value: number): string {
  if (!Number.isFinite(value)) return goShort(value);
  const date = new Date(Math.trunc(value * 1000));
  if (Number.isNaN(date.getTime())) return goShort(value);
  const [day = '', time = ''] = date.toISOString().split('T');
  const shown = time.slice(0, -1).replace(/\.?0+$/, match => (match.startsWith('.') ? '' : match));
  return `${day} ${time.includes('.000Z') ? time.slice(0, 8) : shown.replace(/0+$/, '')} +0000 UTC`;
}

const verb = /%([-+# 0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

/** Go's `Sprintf`, as far as templates use it. */
export function printf(format: string, given: readonly unknown[]): string {
  let next = 0;
  return format.replaceAll(verb, (_, flags: string, width = '', digits = '', kind: string) => {
    if (kind === '%') return '%';
    if (next >= given.length) return `%!${kind}(MISSING)`;
    const text = verbText(kind, digits === '' ? undefined : Number(digits), given[next++]);
    const signed = flags.includes('+') && /^\d/.test(text) ? `+${text}` : text;
    if (flags.includes('-')) return signed.padEnd(Number(width));
    return signed.padStart(Number(width), flags.includes('0') ? '0' : ' ');
  });
}

function verbText(kind: string, digits: number | undefined, value: unknown): string {
  const isFloat = typeof value === 'number';
  switch (kind) {
    case 'v':
      return printed(value);
    case 's':
      return typeof value === 'string' ? value.slice(0, digits) : badVerb(kind, value);
    case 'q':
      return typeof value === 'string' ? JSON.stringify(value) : badVerb(kind, value);
    case 'd':
      return typeof value === 'bigint' ? String(value) : badVerb(kind, value);
    case 't':
      return typeof value === 'boolean' ? String(value) : badVerb(kind, value);
    case 'f':
    case 'F':
      if (!isFloat) return badVerb(kind, value);
      return specialText(value) ?? goFixed(value, digits ?? 6);
    case 'e':
      if (!isFloat) return badVerb(kind, value);
      return specialText(value) ?? withExponent(value.toExponential(digits ?? 6));
    case 'g':
      if (!isFloat) return badVerb(kind, value);
      return digits === undefined ? goFloat(value) : goShort(value, Math.max(1, digits));
    default:
      return badVerb(kind, value);
  }
}

function badVerb(kind: string, value: unknown): string {
  const types: Readonly<Record<string, string>> = {
    number: 'float64',
    bigint: 'int',
    string: 'string',
    boolean: 'bool',
  };
  return `%!${kind}(${types[typeof value] ?? typeof value}=${printed(value)})`;
}

/** A value as Go's `Print` writes it. */
export function printed(value: unknown): string {
  if (typeof value === 'number') return goFloat(value);
  if (value === null || value === undefined) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(printed).join(' ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, own]) => `${key}:${printed(own)}`).join(' ')}]`;
  }
  return String(value);
}
