/**
 * The modes of impersonation, in the order in which they are tried.
 * @upstream apiserver/pkg/endpoints/filters/impersonation/mode.go
 */
import { goQuote } from '../../api/go-text.js';
import type { Failure } from '../../api/status.js';
import { isInGroup, type User } from '../user.js';
import type { AuthorizationAttributes, Authorizer } from './authorizer.js';
import { forbiddenByAuthorization } from './forbidden-text.js';

/** One attempt: who wants to be whom for which request. */
export interface Attempt {
  readonly wanted: User;
  /** The request; its user is the requestor. */
  readonly attributes: AuthorizationAttributes;
  readonly authorizer: Authorizer;
  /** The refusal of a question to the authorizer. */
  readonly check: (attributes: AuthorizationAttributes) => Failure | undefined;
}

/** Undefined: the mode does not fit the wanted user. */
export type Mode = (
  attempt: Attempt,
) =>
  undefined | { readonly refusal: Failure } | { readonly user: User; readonly constraint: string };

/** All modes: the constrained ones, then the classic one. */
export const modes: readonly Mode[] = [
  constrained('associated-node', isAssociatedNode),
  constrained('arbitrary-node', ({ wanted }) => isOnlyName(wanted) && isNode(wanted.name)),
  constrained(
    'serviceaccount',
    ({ wanted }) => isOnlyName(wanted) && accountOf(wanted.name) !== undefined,
  ),
  constrained(
    'user-info',
    ({ wanted }) => !isNode(wanted.name) && accountOf(wanted.name) === undefined,
  ),
  attempt => checked(attempt, { verb: 'impersonate', isConstrained: false }),
];

const nodePrefix = 'system:node:';
const accountPrefix = 'system:serviceaccount:';
const authenticationGroup = 'authentication.k8s.io';
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function isNode(name: string): boolean {
  return name.startsWith(nodePrefix) && subdomain.test(name.slice(nodePrefix.length));
}

/** @upstream apiserver/pkg/authentication/serviceaccount/util.go SplitUsername */
function accountOf(name: string) {
  if (!name.startsWith(accountPrefix)) return undefined;
  const [namespace = '', account = '', ...rest] = name.slice(accountPrefix.length).split(':');
  if (rest.length > 0 || !label.test(namespace) || !subdomain.test(account)) return undefined;
  return { namespace, account };
}

function isOnlyName({ uid, groups, extra }: User): boolean {
  return uid === undefined && groups.length === 0 && extra === undefined;
}

function isAssociatedNode({ wanted, attributes }: Attempt): boolean {
  if (!isOnlyName(wanted) || !isNode(wanted.name)) return false;
  if (accountOf(attributes.user.name) === undefined) return false;
  const names = attributes.user.extra?.['authentication.kubernetes.io/node-name'] ?? [];
  return names.length === 1 && names[0] === wanted.name.slice(nodePrefix.length);
}

/** First the right to do this at all as somebody else, then the right to be that one. */
function constrained(mode: string, fits: (attempt: Attempt) => boolean): Mode {
  return attempt => {
    if (!fits(attempt)) return undefined;
    const { attributes, check } = attempt;
    const refusal = check({ ...attributes, verb: `impersonate-on:${mode}:${attributes.verb}` });
    if (refusal !== undefined) return { refusal };
    return checked(attempt, { verb: `impersonate:${mode}`, isConstrained: true });
  };
}

interface ModeOptions {
  readonly verb: string;
  readonly isConstrained: boolean;
}

type Question = Partial<AuthorizationAttributes> & { readonly resource: string };

function checked(attempt: Attempt, options: ModeOptions): ReturnType<Mode> {
  const { wanted, check } = attempt;
  const refusal =
    check(question(attempt, options, nameQuestion(wanted.name, options))) ??
    (wanted.uid === undefined ? undefined : checkUid(attempt, options, wanted.uid)) ??
    checkGroups(attempt, options) ??
    checkExtra(attempt, options);
  if (refusal !== undefined) return { refusal };
  const user = { ...wanted, groups: groupsOf(wanted, options) };
  return { user, constraint: options.isConstrained ? options.verb : '' };
}

function question(
  { attributes }: Attempt,
  { verb }: ModeOptions,
  asked: Question,
): AuthorizationAttributes {
  return {
    user: attributes.user,
    verb,
    isResourceRequest: true,
    group: authenticationGroup,
    version: 'v1',
    subresource: '',
    namespace: '',
    name: '',
    path: '',
    ...asked,
  };
}

/** The classic mode asks about users and groups in the core group. */
function nameQuestion(name: string, { isConstrained, verb }: ModeOptions): Question {
  const group = isConstrained ? authenticationGroup : '';
  const account = accountOf(name);
  if (account !== undefined) {
    const { namespace } = account;
    return { resource: 'serviceaccounts', group, namespace, name: account.account };
  }
  if (!isConstrained || !isNode(name)) return { resource: 'users', group, name };
  const node = verb.endsWith(':associated-node') ? '*' : name.slice(nodePrefix.length);
  return { resource: 'nodes', group, name: node };
}

function checkUid(attempt: Attempt, options: ModeOptions, uid: string): Failure | undefined {
  return attempt.check(question(attempt, options, { resource: 'uids', name: uid }));
}

/** From so many parts on, the right to all is asked for first. */
const manyParts = 4;

function checkGroups(attempt: Attempt, options: ModeOptions): Failure | undefined {
  const { groups } = attempt.wanted;
  const about = (name: string) => {
    const group = options.isConstrained ? authenticationGroup : '';
    return question(attempt, options, { resource: 'groups', group, name });
  };
  if (options.isConstrained) {
    if (groups.includes('')) {
      const text = 'impersonating the empty string group is not allowed';
      return forbiddenByAuthorization(about(''), text);
    }
    if (groups.includes('system:masters')) {
      const text = 'impersonating the system:masters group is not allowed';
      return forbiddenByAuthorization(about('system:masters'), text);
    }
    if (groups.length >= manyParts && attempt.check(about('*')) === undefined) return undefined;
  }
  return firstRefusal(groups.map(name => () => attempt.check(about(name))));
}

function checkExtra(attempt: Attempt, options: ModeOptions): Failure | undefined {
  const entries = Object.entries(attempt.wanted.extra ?? {});
  const about = (subresource: string, name: string) =>
    question(attempt, options, { resource: 'userextras', subresource, name });
  if (options.isConstrained && entries.length > 0) {
    const text = invalidExtra(entries);
    if (text !== undefined) return forbiddenByAuthorization(about('', ''), text);
    const count = entries.reduce((sum, [, values]) => sum + values.length, 0);
    const isLarge = entries.length >= manyParts || count >= manyParts;
    if (isLarge && attempt.check(about('*', '*')) === undefined) return undefined;
  }
  return firstRefusal(
    entries.flatMap(([key, values]) => values.map(value => () => attempt.check(about(key, value)))),
  );
}

function firstRefusal(checks: readonly (() => Failure | undefined)[]): Failure | undefined {
  for (const check of checks) {
    const refusal = check();
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function invalidExtra(entries: readonly (readonly [string, readonly string[]])[]) {
  for (const [key, values] of entries) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const slash = key.indexOf('/');
    if (slash <= 0 || !subdomain.test(key.slice(0, slash)) || slash === key.length - 1) {
      const text = `extra.key: Invalid value: ${goQuote(key)}: must be a domain-prefixed path (such as "acme.io/foo")`;
      return `impersonating an invalid key in extra is not allowed: ${text}`;
    }
    if (values.length === 0) return 'impersonating empty values in extra is not allowed';
    if (values.includes('')) {
      return 'impersonating the empty string value in extra is not allowed';
    }
  }
  return undefined;
}

/** The groups that come of themselves. */
function groupsOf(wanted: User, { isConstrained }: ModeOptions): readonly string[] {
  const account = accountOf(wanted.name);
  let groups = wanted.groups;
  if (isConstrained && isNode(wanted.name)) groups = ['system:nodes'];
  else if (account !== undefined && groups.length === 0) {
    groups = ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`];
  }
  const withGroups = { ...wanted, groups };
  const isAnonymous = wanted.name === 'system:anonymous';
  if (!isAnonymous && isInGroup(withGroups, 'system:unauthenticated')) return groups;
  const added = isAnonymous ? 'system:unauthenticated' : 'system:authenticated';
  return groups.includes(added) ? groups : [...groups, added];
}
