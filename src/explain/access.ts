/**
 * Whether an account may do something, by which binding, and what comes close where it may not. Roles and
 * bindings alone are asked, as the API server's RBAC authorizer asks them.
 */
import { bootstrapRbac } from '../../sim/api/generated/bootstrap.js';
import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  type ClusterRole,
  type PolicyRule,
} from '../../sim/api/kinds/rbac.js';
import {
  apiVersionOf,
  type HasMetadata,
  type Kind,
  type KubeObject,
} from '../../sim/api/object.js';
import { aggregatedRules } from '../../sim/controllers/clusterrole-aggregation.js';
import type { AuthorizationAttributes } from '../../sim/server/authorization/authorizer.js';
import { nameFits, ruleFits } from '../../sim/server/authorization/policy-rule.js';
import { RbacAuthorizer } from '../../sim/server/authorization/rbac.js';
import { isInGroup, type User } from '../../sim/server/user.js';
import { listOf } from '../check/pod-template.js';
import { objectsOf, type Known } from './known.js';

/** What is asked for. */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** '' for what is of the cluster, or in all namespaces. */
  readonly namespace: string;
  /** '' for any name. */
  readonly name: string;
  /** A path that is no resource, like /metrics; then the others are ''. */
  readonly path: string;
}

/** The answer. */
export interface AccessAnswer {
  readonly isAllowed: boolean;
  /** By which binding of which role; '' where there is none. */
  readonly reason: string;
  /** Grants that lack one thing: a sentence each. */
  readonly close: readonly string[];
  /** How many bindings reach the account here. */
  readonly bindings: number;
  /** Roles that bindings name and nobody has made. */
  readonly errors: readonly string[];
}

/** Judges it. */
export function accessAnswer(known: Known, user: User, question: AccessQuestion): AccessAnswer {
  if (isInGroup(user, 'system:masters')) {
    const reason = 'the group system:masters may do everything, whatever roles say';
    return { isAllowed: true, reason, close: [], bindings: 0, errors: [] };
  }
  const authorizer = new RbacAuthorizer(roleBook(known));
  const attributes = attributesOf(user, question);
  const { decision, reason } = authorizer.authorize(attributes);
  const grants = authorizer.grantsOf(user, question.namespace);
  const isAllowed = decision === 'allow';
  const errors = grants.flatMap(({ role }) => ('error' in role ? [role.error] : []));
  if (isAllowed) return { isAllowed, reason, close: [], bindings: grants.length, errors };
  const close = grants.flatMap(({ by, role }) =>
    'error' in role
      ? []
      : role.rules.flatMap(rule => missing(rule, attributes).map(it => `${by} ${it}`)),
  );
  const elsewhere = otherNamespaces(known, question.namespace).flatMap(namespace => {
    const there = authorizer.authorize({ ...attributes, namespace });
    return there.decision === 'allow' ? [`in namespace ${namespace} it may: ${there.reason}`] : [];
  });
  return {
    isAllowed,
    reason: '',
    close: [...new Set([...close, ...elsewhere])],
    bindings: grants.length,
    errors,
  };
}

function attributesOf(user: User, question: AccessQuestion): AuthorizationAttributes {
  return { user, version: '', isResourceRequest: question.path === '', ...question };
}

/** Bindings of another namespace do not help here; where nothing is namespaced there are none. */
function otherNamespaces(known: Known, own: string): readonly string[] {
  if (own === '') return [];
  const all = objectsOf(known, roleBindings).map(({ metadata }) => metadata.namespace ?? 'default');
  return [...new Set(all)].filter(namespace => namespace !== own).sort();
}

/** What the rule would have to say besides; nothing where it is about something else. */
function missing(rule: PolicyRule, asked: AuthorizationAttributes): string[] {
  if (!asked.isResourceRequest) return [];
  const { verb, group, resource, subresource, name } = asked;
  const what = resourceText(asked);
  if (ruleFits(rule, asked)) {
    const names = listOf(rule.resourceNames);
    if (nameFits(names, name)) return [];
    const given = `gives ${verb} of ${what} only by the names ${names.join(', ')}`;
    const whole = name === '' ? `; a request for all of them has no name` : '';
    return [`${given}${whole}`];
  }
  const verbs = listOf(rule.verbs);
  if (verbs.some(one => ruleFits(rule, { ...asked, verb: one })))
    return [`gives ${verbs.join(', ')} of ${what}, but not ${verb}`];
  const groups = listOf(rule.apiGroups);
  if (groups.some(one => ruleFits(rule, { ...asked, group: one }))) {
    const other = groups.map(one => (one === '' ? '"" (core)' : one)).join(', ');
    return [
      `gives ${verb} of ${resource} in ${other}, but not in ${group === '' ? '"" (core)' : group}`,
    ];
  }
  if (subresource !== '' && ruleFits(rule, { ...asked, subresource: '' }))
    return [`gives ${verb} of ${resource}, but not of ${resource}/${subresource}`];
  if (subresource === '' && listOf(rule.resources).some(one => one.startsWith(`${resource}/`)))
    return [
      `gives ${verbs.join(', ')} of ${listOf(rule.resources).join(', ')}, but not of ${resource}`,
    ];
  return [];
}

/** `jobs.batch`, `pods/log`. */
export function resourceText(
  asked: Pick<AccessQuestion, 'group' | 'resource' | 'subresource'>,
): string {
  const { group, resource, subresource } = asked;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return subresource === '' ? qualified : `${qualified}/${subresource}`;
}

/** The roles and bindings as the authorizer reads them. */
function roleBook(known: Known): ConstructorParameters<typeof RbacAuthorizer>[0] {
  const byKind = new Map<string, readonly HasMetadata[]>(
    [clusterRoleBindings, roles, roleBindings].map(kind => [
      kind.resource,
      [...objectsOf<HasMetadata>(known, kind), ...builtIn(known, kind)],
    ]),
  );
  byKind.set(
    clusterRoles.resource,
    gathered([
      ...objectsOf(known, clusterRoles),
      ...(builtIn(known, clusterRoles) as readonly ClusterRole[]),
    ]),
  );
  const list = (kind: { readonly resource: string }, namespace?: string): readonly KubeObject[] => {
    const all = (byKind.get(kind.resource) ?? []) as readonly KubeObject[];
    return namespace === undefined
      ? all
      : all.filter(({ metadata }) => (metadata.namespace ?? 'default') === namespace);
  };
  return {
    list,
    get: (kind, namespace, name) =>
      list(kind, namespace === '' ? undefined : namespace).find(
        ({ metadata }) => metadata.name === name,
      ),
    lastChangeOf: () => ({ revision: 0 }),
  };
}

/** What every cluster has; a cluster that was read has told its own. */
function builtIn(known: Known, kind: Kind<HasMetadata>): readonly KubeObject[] {
  if (!known.isOfManifests) return [];
  const own = new Set(objectsOf(known, kind).map(({ metadata }) => metadata.name ?? ''));
  return tableOf(kind.resource)
    .filter(({ name }) => !own.has(name))
    .map(({ name, namespace, labels, ...rest }) => ({
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }) },
      ...rest,
    }));
}

interface Fact {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

function tableOf(resource: string): readonly Fact[] {
  // The table is ours: its form is what scripts/generate writes.
  return (bootstrapRbac() as Readonly<Record<string, readonly Fact[] | undefined>>)[resource] ?? [];
}

/** Roles that aggregate have the rules of those that they select. */
function gathered(all: readonly ClusterRole[]): readonly ClusterRole[] {
  return all.map(role =>
    role.aggregationRule === undefined ? role : { ...role, rules: aggregatedRules(role, all) },
  );
}
