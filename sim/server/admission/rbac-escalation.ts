/**
 * Nobody grants what he does not hold: wraps the storage of roles and bindings.
 * @upstream pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased/storage.go
 */
import { deepEqual } from '../../api/equality.js';
import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  type ClusterRole,
  type PolicyRule,
  type RoleBinding,
} from '../../api/kinds/rbac.js';
import { failure, forbidden, notFound, statusDetails } from '../../api/status.js';
import { rbacOf } from '../authorization/index.js';
import { escalationText } from '../authorization/escalation.js';
import { isInGroup } from '../user.js';
import { handling, isKind } from './shared/matching.js';
import { objectOf, refuse } from './shared/outcome.js';
import type {
  AdmissionAttributes,
  AdmissionContext,
  AdmissionOutcome,
  AdmissionPlugin,
} from './plugin.js';

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** The protection of RBAC from escalation; no plug-in of upstream. */
export const rbacEscalation: AdmissionPlugin = {
  name: 'RBACEscalation',
  handles: handling([roles, clusterRoles, roleBindings, clusterRoleBindings], ['CREATE', 'UPDATE']),
  guard(attributes, context) {
    if (isInGroup(attributes.user, 'system:masters')) return undefined;
    if (attributes.operation === 'UPDATE' && isOnlyForCollector(attributes)) return undefined;
    const { resource } = attributes;
    const isBinding = isKind(resource, roleBindings) || isKind(resource, clusterRoleBindings);
    return isBinding ? guardBinding(attributes, context) : guardRole(attributes, context);
  },
};

/** The garbage collector changes finalizers and owners of objects whose rights it lacks. */
function isOnlyForCollector({ object, oldObject }: AdmissionAttributes): boolean {
  if (object === undefined || oldObject === undefined) return false;
  const { metadata, ...fields } = object;
  const { metadata: oldMetadata, ...oldFields } = oldObject;
  return deepEqual(fields, oldFields) && isSameBut(metadata, oldMetadata, collected);
}

const collected = new Set([
  'ownerReferences',
  'finalizers',
  'managedFields',
  'resourceVersion',
  'generation',
]);

function isSameBut(one: object, other: object, ignored: ReadonlySet<string>): boolean {
  const told = (fields: object) => Object.entries(fields).filter(([name]) => !ignored.has(name));
  return deepEqual(Object.fromEntries(told(one)), Object.fromEntries(told(other)));
}

function mayDo(
  verb: string,
  on: { readonly group: string; readonly resource: string; readonly name: string },
  { user, namespace }: AdmissionAttributes,
  { authorizer }: AdmissionContext,
): boolean {
  const asked = { user, verb, namespace, ...on, isResourceRequest: true };
  const { decision } = authorizer.authorize({ ...asked, version: '*', subresource: '', path: '' });
  return decision === 'allow';
}

function guardRole(attributes: AdmissionAttributes, context: AdmissionContext): AdmissionOutcome {
  const { resource } = attributes;
  const { name } = context.request.info;
  const on = { group: resource.group, resource: resource.resource, name };
  if (mayDo('escalate', on, attributes, context)) return undefined;
  const role = objectOf<ClusterRole>(attributes);
  const error = missing(role.rules ?? [], attributes, context);
  if (error !== undefined) return refuseNamed(attributes, error);
  const old = attributes.oldObject as unknown as ClusterRole | undefined;
  if (!isAggregated(role) && !isAggregated(old)) return undefined;
  if (missing(everything, attributes, context) === undefined) return undefined;
  const text = 'must have cluster-admin privileges to use the aggregationRule';
  return refuseNamed(attributes, text);
}

function isAggregated(role: ClusterRole | undefined): boolean {
  return (role?.aggregationRule?.clusterRoleSelectors ?? []).length > 0;
}

function guardBinding(
  attributes: AdmissionAttributes,
  context: AdmissionContext,
): AdmissionOutcome {
  const { roleRef } = objectOf<RoleBinding>(attributes);
  const { apiGroup: group = '', name, kind } = roleRef;
  const resource = { ClusterRole: 'clusterroles', Role: 'roles' }[kind];
  if (resource !== undefined) {
    if (mayDo('bind', { group, resource, name }, attributes, context)) return undefined;
  }
  const role = rbacOf(context.access).rulesOfRole(roleRef, attributes.namespace);
  if ('error' in role) {
    if (resource === undefined) return refuse(failure(500, '', role.error));
    return refuse(missingRole(attributes, roleRef.name));
  }
  const error = missing(role.rules, attributes, context);
  return error === undefined ? undefined : refuseNamed(attributes, error);
}

/** The storage puts its own resource in the place of the role's. */
function missingRole({ resource }: AdmissionAttributes, name: string) {
  const { message, code } = notFound(resource, name);
  const details = statusDetails({ name, group: resource.group, kind: resource.resource });
  return failure(code, 'NotFound', message, details);
}

function missing(
  wanted: readonly PolicyRule[],
  { user, namespace }: AdmissionAttributes,
  { access }: AdmissionContext,
): string | undefined {
  return escalationText(user, rbacOf(access).policyRules(user, namespace), wanted);
}

function refuseNamed(attributes: AdmissionAttributes, text: string): AdmissionOutcome {
  const name = attributes.object?.metadata.name ?? '';
  return refuse(forbidden(attributes.resource, name, text));
}
