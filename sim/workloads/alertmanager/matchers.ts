/** Matchers of labels: `severity="critical"`, `team=~"gpu|ml"`. @upstream prometheus/alertmanager pkg/labels */
import { RE2JS } from 're2js';

/** Labels by name. */
export type LabelSet = Readonly<Record<string, string>>;

type Operator = '=' | '!=' | '=~' | '!~';

/** One condition. */
export interface Matcher {
  readonly name: string;
  readonly operator: Operator;
  readonly value: string;
  matches(labels: LabelSet): boolean;
}

/** What a configuration or a request gets wrong. */
export class MatcherError extends Error {
  override readonly name = 'MatcherError';
}

/** A label that is absent is empty. @throws MatcherError for an expression that is none. */
export function matcher(name: string, operator: Operator, value: string): Matcher {
  const test = testOf(operator, value);
  return { name, operator, value, matches: labels => test(labels[name] ?? '') };
}

function testOf(operator: Operator, value: string): (text: string) => boolean {
  if (operator === '=') return text => text === value;
  if (operator === '!=') return text => text !== value;
  const pattern = compiled(value);
  const isWanted = operator === '=~';
  return text => pattern.matcher(text).matches() === isWanted;
}

function compiled(value: string): RE2JS {
  try {
    return RE2JS.compile(`^(?:${value})$`);
  } catch (error) {
    throw new MatcherError(error instanceof Error ? error.message : 'bad expression');
  }
}

const one =
  /^\s*(?:([A-Za-z_:][\w:.-]*)|"((?:[^"\\]|\\.)*)")\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",{}]*))\s*/;

/** Reads one or more, with or without braces. @throws MatcherError */
export function readMatchers(text: string): readonly Matcher[] {
  let rest = text.trim().replace(/^\{([\s\S]*)\}$/, '$1');
  const found: Matcher[] = [];
  while (rest.trim() !== '') {
    const [all, bare, named, operator, quoted, plain = ''] = one.exec(rest) ?? [];
    if (all === undefined) throw new MatcherError(`bad matcher format: ${text}`);
    const value = quoted === undefined ? plain : unescaped(quoted);
    found.push(matcher(bare ?? unescaped(named ?? ''), operator as Operator, value));
    rest = rest.slice(all.length);
    if (rest === '') break;
    if (!rest.startsWith(',')) throw new MatcherError(`bad matcher format: ${text}`);
    rest = rest.slice(1);
  }
  return found;
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));

/** Whether all hold. */
export const allMatch = (matchers: readonly Matcher[], labels: LabelSet): boolean =>
  matchers.every(each => each.matches(labels));

/** In the order of their names: `{a="b",c=~"d"}`. */
export function matchersText(matchers: readonly Matcher[]): string {
  const sorted = [...matchers].sort(
    (a, b) => order(a.name, b.name) || order(a.value, b.value) || order(a.operator, b.operator),
  );
  const texts = sorted.map(
    ({ name, operator, value }) => `${name}${operator}${JSON.stringify(value)}`,
  );
  return `{${texts.join(',')}}`;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `{alertname="X", severity="critical"}`. */
export function labelsText(labels: LabelSet): string {
  const texts = Object.keys(labels)
    .sort()
    .map(name => `${name}=${JSON.stringify(labels[name])}`);
  return `{${texts.join(', ')}}`;
}

const fnvOffset = 14_695_981_039_346_656_037n;
const fnvPrime = 1_099_511_628_211n;

/** What tells alerts apart: FNV-1a of 64 bits over the labels. @upstream prometheus/common model/signature.go */
export function fingerprint(labels: LabelSet): string {
  let hash = fnvOffset;
  const add = (byte: number): void => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * fnvPrime);
  };
  const encoder = new TextEncoder();
  for (const name of Object.keys(labels).sort()) {
    encoder.encode(name).forEach(add);
    add(255);
    encoder.encode(labels[name]).forEach(add);
    add(255);
  }
  return hash.toString(16).padStart(16, '0');
}
