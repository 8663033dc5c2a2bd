/** Matchers of labels: equal or not, by Go's regular expressions or not. */
import { RE2JS } from 're2js';
import { refuseQuery } from './fault.js';
import type { Labels } from './labels.js';

/** The operators of a matcher. */
export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** A matcher of one label. */
export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  matches(value: string): boolean;
}

/**
 * Makes a matcher. Regular expressions are RE2's, match the whole value, and their dot matches all.
 *
 * @throws QueryFault for an expression that Go would refuse.
 */
export function matcher(name: string, operator: MatchOperator, value: string): Matcher {
  const own = { name, operator, value };
  switch (operator) {
    case '=':
      return { ...own, matches: told => told === value };
    case '!=':
      return { ...own, matches: told => told !== value };
    case '=~': {
      const pattern = wholePattern(value);
      return { ...own, matches: told => pattern.matches(told) };
    }
    case '!~': {
      const pattern = wholePattern(value);
      return { ...own, matches: told => !pattern.matches(told) };
    }
  }
}

/** Whether labels match all. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every(one => one.matches(labels.get(one.name)));
}

/** @throws QueryFault for an expression that Go would refuse. */
export function wholePattern(value: string): ReturnType<typeof RE2JS.compile> {
  try {
    return RE2JS.compile(`^(?s:${value})$`);
  } catch (error) {
    return refuseQuery(`error parsing regexp: ${error instanceof Error ? error.message : ''}`);
  }
}
