/**
 * How rules match what a token says.
 * @upstream pilot/pkg/security/authz/model/generator.go, util.go
 */
import type { Facts } from './facts.js';
import { textTest, type TextTest } from './text-match.js';

type Claims = Readonly<Record<string, unknown>>;

/** The names in `[realm][roles]`; undefined: there are no brackets. */
export function claimKeys(text: string): readonly string[] | undefined {
  if (/^(\[[^[\]]*\])+$/u.test(text)) return text.slice(1, -1).split('][');
  return text.startsWith('[') && text.endsWith(']') ? [text.slice(1, -1)] : undefined;
}

/** Whether a claim is such a text, or a list that holds one. Numbers and truth values never match. */
export function claimTest(keys: readonly string[], value: string): (facts: Facts) => boolean {
  const test = textTest(value);
  return ({ claims }) => {
    const claim = claimAt(claims, keys);
    const texts: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
    return texts.some(text => typeof text === 'string' && test(text));
  };
}

function claimAt(claims: Claims | undefined, keys: readonly string[]): unknown {
  let at: unknown = claims;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return undefined;
    at = Object.hasOwn(at, key) ? (at as Claims)[key] : undefined;
  }
  return at;
}

/** `issuer/subject`, whose issuer may have slashes of its own. */
export function requestPrincipalTest(value: string): (facts: Facts) => boolean {
  const [issuer, subject] = principalParts(value);
  return ({ claims }) =>
    claims !== undefined && isText(claims['iss'], issuer) && isText(claims['sub'], subject);
}

function isText(claim: unknown, test: TextTest): boolean {
  return typeof claim === 'string' && test(claim);
}

/** A wildcard stands at either end of the whole, hence of the issuer or of the subject. */
function principalParts(value: string): readonly [issuer: TextTest, subject: TextTest] {
  const any = textTest('*');
  const exact =
    (text: string): TextTest =>
    claim =>
      claim === text;
  const slash = value.lastIndexOf('/');
  const issuer = slash < 0 ? value : value.slice(0, slash);
  const subject = slash < 0 ? '' : value.slice(slash + 1);
  if (value === '*') return [any, any];
  if (value.startsWith('*')) {
    return slash < 0 ? [any, textTest(value)] : [textTest(issuer), exact(subject)];
  }
  if (value.endsWith('*')) {
    return slash < 0 ? [textTest(value), any] : [exact(issuer), textTest(subject)];
  }
  return [exact(issuer), exact(subject)];
}
