/**
 * How values of rules match text: exactly, by a prefix, by a suffix, or by there being any.
 * @upstream pilot/pkg/security/authz/matcher/string.go, header.go
 */
import { quoted } from './path-template.js';

/** Whether a text matches. */
export type TextTest = (text: string) => boolean;

/** `x` exact, `x*` prefix, `*x` suffix, `*` anything but nothing. */
export function textTest(value: string): TextTest {
  if (value === '*') return text => text !== '';
  if (value.startsWith('*')) return text => text.endsWith(value.slice(1));
  if (value.endsWith('*')) return text => text.startsWith(value.slice(0, -1));
  return text => text === value;
}

/** The same, but for the case of letters. */
export function caselessTest(value: string): TextTest {
  const test = textTest(value.toLowerCase());
  return text => test(text.toLowerCase());
}

/** A pattern that the whole text must match. */
export function patternTest(pattern: string): TextTest {
  const whole = new RegExp(`^(?:${pattern})$`, 'su');
  return text => whole.test(text);
}

/** Principals: certificates have `spiffe://` before what rules say. */
export function principalTest(value: string): TextTest {
  const scheme = 'spiffe://';
  if (value === '*') return textTest('*');
  if (value.startsWith('*')) return patternTest(`${scheme}.*${quoted(value.slice(1))}`);
  return textTest(`${scheme}${value}`);
}

/** Namespaces: a wildcard stands anywhere, and trust domains do not matter. */
export function namespaceTest(value: string): TextTest {
  return patternTest(`.*/ns/${value.split('*').map(quoted).join('.*')}/.*`);
}

/** Service accounts: `namespace/name`, or a name in the policy's namespace. */
export function serviceAccountTest(value: string, policyNamespace: string): TextTest {
  const slash = value.indexOf('/');
  const namespace = slash < 0 ? policyNamespace : value.slice(0, slash);
  const account = value.slice(slash + 1);
  return patternTest(`spiffe://.+/ns/${quoted(namespace)}/(.+/|)sa/${quoted(account)}(/.+)?`);
}

/** Trust domains: exact, or with one wildcard. */
export function trustDomainTest(value: string): TextTest {
  if (value === '*') return text => text.startsWith('spiffe://');
  const star = value.indexOf('*');
  if (star < 0) return text => text.startsWith(`spiffe://${value}/`);
  const parts = [value.slice(0, star), value.slice(star + 1)].map(quoted);
  return patternTest(`spiffe://${parts.join('[^/]*')}/.*`);
}
