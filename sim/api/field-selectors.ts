/**
 * Field selectors: `metadata.name=a,status.phase!=Running`.
 * @upstream staging/src/k8s.io/apimachinery/pkg/fields/selector.go
 */
import { compareText } from './go-text.js';
import type { Parsed } from './time.js';

/** One term of a field selector. */
export interface FieldTerm {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Reads a field selector; the terms come sorted by their text. */
export function parseFieldSelector(text: string): Parsed<readonly FieldTerm[]> {
  const terms: FieldTerm[] = [];
  for (const part of splitTerms(text).toSorted(compareText)) {
    if (part === '') continue;
    const found = /^(.*?)(!=|==|=)(.*)$/s.exec(part);
    if (found === null) {
      return { isOk: false, error: `invalid selector: '${text}'; can't understand '${part}'` };
    }
    const [, field = '', operator, escaped = ''] = found;
    const value = unescaped(escaped);
    if (!value.isOk) return value;
    terms.push({ field, operator: operator === '!=' ? '!=' : '=', value: value.value });
  }
  return { isOk: true, value: terms.filter(({ field, value }) => field !== '' || value !== '') };
}

/** The parts between commas; an escaped comma is data. */
function splitTerms(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=(?:^|[^\\])(?:\\\\)*),/);
}

function unescaped(text: string): Parsed<string> {
  let value = '';
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === ',' || character === '=') {
      const error = `invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`;
      return { isOk: false, error };
    }
    if (character !== '\\') {
      value += character;
      continue;
    }
    index++;
    const escaped = text.charAt(index);
    if (escaped === '' || !'\\,='.includes(escaped)) {
      const error = `invalid field selector: invalid escape sequence: \\${escaped}`;
      return { isOk: false, error };
    }
    value += escaped;
  }
  return { isOk: true, value };
}

/** Whether the fields, absent ones being empty, meet all terms. */
export function matchesFields(
  terms: readonly FieldTerm[],
  valueOf: (field: string) => string,
): boolean {
  return terms.every(
    ({ field, operator, value }) => (valueOf(field) === value) === (operator === '='),
  );
}

/** The selector as text, values escaped. */
export function printFieldSelector(terms: readonly FieldTerm[]): string {
  const escape = (value: string): string => value.replace(/[\\,=]/g, '\\$&');
  return terms.map(({ field, operator, value }) => `${field}${operator}${escape(value)}`).join(',');
}
