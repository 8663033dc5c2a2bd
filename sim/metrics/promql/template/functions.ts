/** The functions of Prometheus' templates. @upstream template/template.go */
import { RE2JS } from 're2js';
import { durationOf, numberOf } from '../go-text.js';
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
  printed,
  printf,
} from './number-text.js';
import { TemplateFault } from './syntax.js';

/** A sample as a template sees it. */
export interface TemplateSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A function of templates. */
export type TemplateFunction = (...given: readonly unknown[]) => unknown;

/** What a template may ask of its world. */
export interface TemplateWorld {
  query(text: string): readonly TemplateSample[];
  readonly externalUrl?: string;
}

/** By name. */
export function templateFunctions(
  world: TemplateWorld,
): Readonly<Record<string, TemplateFunction>> {
  return {
    ...plainFunctions,
    query: text => world.query(textOf(text)),
    externalURL: () => world.externalUrl ?? '',
    pathPrefix: () => '',
  };
}

const ofNumber =
  (reckon: (value: number) => string): TemplateFunction =>
  given =>
    reckon(floatOf(given));

const plainFunctions: Readonly<Record<string, TemplateFunction>> = {
  first: samples => samplesOf(samples)[0] ?? fault('first() called on vector with no elements'),
  label: (name, sample) => sampleOf(sample).labels[textOf(name)] ?? '',
  value: sample => sampleOf(sample).value,
  strvalue: sample => sampleOf(sample).labels['__value__'] ?? '',
  sortByLabel: (name, samples) =>
    [...samplesOf(samples)].sort((a, b) => {
      const [own = '', other = ''] = [a.labels[textOf(name)], b.labels[textOf(name)]];
      return own < other ? -1 : Number(own > other);
    }),
  humanize: ofNumber(humanize),
  humanize1024: ofNumber(humanize1024),
  humanizeDuration: ofNumber(humanizeDuration),
  humanizePercentage: ofNumber(humanizePercentage),
  humanizeTimestamp: ofNumber(humanizeTimestamp),
  toTime: ofNumber(humanizeTimestamp),
  parseDuration: text =>
    (durationOf(textOf(text)) ?? fault(`not a valid duration: ${textOf(text)}`)) / 1000,
  title: text => textOf(text).replaceAll(/(?<!\S)\p{L}/gu, letter => letter.toUpperCase()),
  toUpper: text => textOf(text).toUpperCase(),
  toLower: text => textOf(text).toLowerCase(),
  match: (pattern, text) => RE2JS.compile(textOf(pattern)).test(textOf(text)),
  reReplaceAll: (pattern, replacement, text) =>
    RE2JS.compile(textOf(pattern)).matcher(textOf(text)).replaceAll(textOf(replacement)),
  stripPort: text => textOf(text).replace(/:\d+$/, ''),
  stripDomain: text => {
    const [host = '', port] = textOf(text).split(':');
    const name = /^[\d.]+$/.test(host) ? host : (host.split('.')[0] ?? '');
    return port === undefined ? name : `${name}:${port}`;
  },
  safeHtml: text => text,
  html: text => textOf(text).replaceAll(/[&<>"']/g, one => `&#${one.codePointAt(0) ?? 0};`),
  urlquery: text => encodeURIComponent(textOf(text)),
  urlQueryEscape: text => encodeURIComponent(textOf(text)),
  graphLink: text => `/graph?g0.expr=${encodeURIComponent(textOf(text))}&g0.tab=0`,
  tableLink: text => `/graph?g0.expr=${encodeURIComponent(textOf(text))}&g0.tab=1`,
  args: (...given) => Object.fromEntries(given.map((one, index) => [`arg${index}`, one])),
  print: (...given) => given.map(printed).join(' '),
  println: (...given) => `${given.map(printed).join(' ')}\n`,
  printf: (format, ...given) => printf(textOf(format), given),
  len: of =>
    BigInt(
      typeof of === 'string' || Array.isArray(of) ? of.length : Object.keys(Object(of)).length,
    ),
  index: (of, ...keys) => keys.reduce(inside, of),
  not: of => !isTrue(of),
  and: (...given) => given.find(one => !isTrue(one)) ?? given.at(-1),
  or: (...given) => given.find(isTrue) ?? given.at(-1),
  eq: (first, ...others) => others.some(other => order(first, other) === 0),
  ne: (first, other) => order(first, other) !== 0,
  lt: (first, other) => order(first, other) < 0,
  le: (first, other) => order(first, other) <= 0,
  gt: (first, other) => order(first, other) > 0,
  ge: (first, other) => order(first, other) >= 0,
};

/** Whether a template's function is known. */
export function knowsFunction(name: string): boolean {
  return (
    Object.hasOwn(plainFunctions, name) || ['query', 'externalURL', 'pathPrefix'].includes(name)
  );
}

function fault(what: string): never {
  throw new TemplateFault(what);
}

/** Whether a value counts as true: not empty and not 0. */
export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return false;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** Go compares an int with an int only. */
function order(a: unknown, b: unknown): number {
  if (typeof a !== typeof b) return fault('incompatible types for comparison');
  if (a === b) return 0;
  return (a as number) < (b as number) ? -1 : 1;
}

function inside(of: unknown, key: unknown): unknown {
  if (Array.isArray(of)) return (of as readonly unknown[])[Number(key)];
  return typeof of === 'object' && of !== null
    ? (of as Readonly<Record<string, unknown>>)[String(key)]
    : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : fault(`expected string; got ${printed(value)}`);
}

function floatOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const told = typeof value === 'string' ? numberOf(value) : undefined;
  return told ?? fault(`can't convert ${printed(value)} to float`);
}

function samplesOf(value: unknown): readonly TemplateSample[] {
  return Array.isArray(value)
    ? (value as readonly TemplateSample[])
    : fault('expected a query result');
}

function sampleOf(value: unknown): TemplateSample {
  const isSample = typeof value === 'object' && value !== null && 'labels' in value;
  return isSample ? (value as TemplateSample) : fault('expected a sample');
}
