/**
 * Authorization by roles and bindings. Bindings are indexed by subject and decisions remembered until
 * a role or a binding changes, so that a check costs two look-ups.
 * @upstream plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go
 */
import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  type ClusterRole,
  type ClusterRoleBinding,
  type PolicyRule,
  type Role,
  type RoleBinding,
  type RoleRef,
  type Subject,
} from '../../api/kinds/rbac.js';
import { notFound, aggregated } from '../../api/status.js';
import { goQuote } from '../../api/go-text.js';
import type { ServerAccess } from '../access.js';
import type { User } from '../user.js';
import type { AuthorizationAttributes, AuthorizationDecision, RulesOfUser } from './authorizer.js';
import { nameFits, ruleFits } from './policy-rule.js';

/** What a role reference gives: its rules, or the text of its absence. */
export type RoleRules = { readonly rules: readonly PolicyRule[] } | { readonly error: string };

/** What a binding gives. */
export interface NamedGrant {
  /** `RoleBinding "x/ml" of Role "y" to ServiceAccount "z/ml"`. */
  readonly by: string;
  readonly role: RoleRules;
}

/** A decision for all names: the first that fits the name counts. */
interface RememberedDecision {
  readonly allowing: readonly {
    readonly names: readonly string[] | undefined;
    readonly decision: AuthorizationDecision;
  }[];
  readonly denial: AuthorizationDecision;
}

type Binding = ClusterRoleBinding | RoleBinding;

/** Bindings by subject: `u` + user, `g` + group; service accounts are users. In the order of their names. */
type BindingIndex = ReadonlyMap<string, readonly BoundSubject[]>;

interface BoundSubject {
  readonly order: number;
  readonly binding: Binding;
  readonly subject: Subject;
}

/** The rules that a binding gives to a user, or why they are not known. */
interface BoundRules {
  readonly bound: BoundSubject;
  /** Of the binding; '' of those of the cluster. */
  readonly namespace: string;
  readonly role: RoleRules;
}

const remembersMax = 2_000;
const roleKinds = [clusterRoles, roles];
const bindingKinds = [clusterRoleBindings, roleBindings];

/** RBAC over the stored roles and bindings. */
export class RbacAuthorizer {
  private rolesRevision = -1;
  private bindingsRevision = -1;
  private clusterIndex: BindingIndex | undefined;
  private readonly namespaceIndexes = new Map<string, BindingIndex>();
  private decisions = new WeakMap<User, Map<string, RememberedDecision>>();
  private grantsOfUsers = new WeakMap<User, Map<string, readonly BoundRules[]>>();

  private readonly roleChange: { readonly revision: number };
  private readonly bindingChange: { readonly revision: number };

  constructor(private readonly access: Pick<ServerAccess, 'get' | 'list' | 'lastChangeOf'>) {
    this.roleChange = access.lastChangeOf(roleKinds);
    this.bindingChange = access.lastChangeOf(bindingKinds);
  }

  authorize(attributes: AuthorizationAttributes): AuthorizationDecision {
    this.forgetWhatChanged();
    const { allowing, denial } = this.remembered(attributes);
    for (const { names, decision } of allowing) {
      if (nameFits(names, attributes.name)) return decision;
    }
    return denial;
  }

  /** All rules of the user in the namespace; '' for the cluster's alone. */
  rulesFor(user: User, namespace: string): RulesOfUser {
    const { rules, errors } = this.policyRules(user, namespace);
    return {
      resourceRules: rules
        .filter(rule => (rule.resources ?? []).length > 0)
        .map(({ verbs, apiGroups, resources, resourceNames }) => ({
          verbs,
          ...(apiGroups && { apiGroups }),
          ...(resources && { resources }),
          ...(resourceNames && { resourceNames }),
        })),
      nonResourceRules: rules
        .filter(rule => (rule.nonResourceURLs ?? []).length > 0)
        .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
      ...(errors.length > 0 && { evaluationError: aggregated(errors) }),
    };
  }

  /** The rules as they stand in the roles, for the protection from escalation. */
  policyRules(user: User, namespace: string) {
    this.forgetWhatChanged();
    const rules: PolicyRule[] = [];
    const errors: string[] = [];
    for (const grant of this.grants(user, namespace)) {
      if ('error' in grant.role) errors.push(grant.role.error);
      else rules.push(...grant.role.rules);
    }
    return { rules, errors };
  }

  /** Each binding that reaches the user in the namespace, in words, and what its role gives. */
  grantsOf(user: User, namespace: string): readonly NamedGrant[] {
    this.forgetWhatChanged();
    return this.grants(user, namespace).map(({ bound, namespace: where, role }) => ({
      by: describe(bound.binding, bound.subject, where),
      role,
    }));
  }

  /** The rules of the role that a binding of the namespace refers to. */
  rulesOfRole(roleRef: RoleRef, namespace: string): RoleRules {
    const isRole = roleRef.kind === 'Role';
    if (!isRole && roleRef.kind !== 'ClusterRole') {
      return { error: `unsupported role reference kind: ${goQuote(roleRef.kind)}` };
    }
    const role = isRole
      ? this.access.get(roles, namespace, roleRef.name)
      : this.access.get(clusterRoles, '', roleRef.name);
    if (role !== undefined) return { rules: (role as unknown as Role | ClusterRole).rules ?? [] };
    const resource = isRole ? 'role' : 'clusterrole';
    return { error: notFound({ group: roles.group, resource }, roleRef.name).message };
  }

  /** Who is bound to what depends on bindings alone, what it gives on roles too. */
  private forgetWhatChanged(): void {
    const areBindingsKnown = this.bindingChange.revision === this.bindingsRevision;
    if (areBindingsKnown && this.roleChange.revision === this.rolesRevision) return;
    this.rolesRevision = this.roleChange.revision;
    this.decisions = new WeakMap();
    this.grantsOfUsers = new WeakMap();
    if (areBindingsKnown) return;
    this.bindingsRevision = this.bindingChange.revision;
    this.clusterIndex = undefined;
    this.namespaceIndexes.clear();
  }

  private remembered(attributes: AuthorizationAttributes): RememberedDecision {
    const { user, verb, group, resource, subresource, namespace, isResourceRequest } = attributes;
    let ofUser = this.decisions.get(user);
    if (ofUser === undefined) this.decisions.set(user, (ofUser = new Map()));
    const key = isResourceRequest
      ? `${verb} ${group}/${resource}/${subresource} ${namespace}`
      : `${verb} ${attributes.path}`;
    let known = ofUser.get(key);
    if (known === undefined) {
      if (ofUser.size >= remembersMax) ofUser.clear();
      ofUser.set(key, (known = this.decide(attributes)));
    }
    return known;
  }

  private decide(attributes: AuthorizationAttributes): RememberedDecision {
    const allowing = [];
    const errors: string[] = [];
    for (const { bound, role, namespace } of this.grants(attributes.user, attributes.namespace)) {
      if ('error' in role) {
        errors.push(role.error);
        continue;
      }
      for (const rule of role.rules) {
        if (!ruleFits(rule, attributes)) continue;
        const reason = `RBAC: allowed by ${describe(bound.binding, bound.subject, namespace)}`;
        const names = attributes.isResourceRequest ? rule.resourceNames : undefined;
        allowing.push({ names, decision: { decision: 'allow', reason } as const });
      }
    }
    const reason = errors.length === 0 ? '' : `RBAC: ${aggregated(errors)}`;
    return { allowing, denial: { decision: 'no-opinion', reason } };
  }

  /** What the user is granted: by the cluster's bindings, then by those of the namespace. */
  private grants(user: User, namespace: string): readonly BoundRules[] {
    let ofUser = this.grantsOfUsers.get(user);
    if (ofUser === undefined) this.grantsOfUsers.set(user, (ofUser = new Map()));
    let grants = ofUser.get(namespace);
    if (grants === undefined) {
      grants =
        namespace === ''
          ? this.grantsBy(this.clusterBindings(), user, '')
          : [
              ...this.grants(user, ''),
              ...this.grantsBy(this.bindingsIn(namespace), user, namespace),
            ];
      if (ofUser.size >= remembersMax) ofUser.clear();
      ofUser.set(namespace, grants);
    }
    return grants;
  }

  private clusterBindings(): BindingIndex {
    return (this.clusterIndex ??= indexed(this.access.list(clusterRoleBindings), ''));
  }

  private bindingsIn(namespace: string): BindingIndex {
    let index = this.namespaceIndexes.get(namespace);
    if (index === undefined) {
      index = indexed(this.access.list(roleBindings, namespace), namespace);
      this.namespaceIndexes.set(namespace, index);
    }
    return index;
  }

  private grantsBy(index: BindingIndex, user: User, namespace: string): readonly BoundRules[] {
    return boundTo(user, index).map(bound => ({
      bound,
      namespace,
      role: this.rulesOfRole(bound.binding.roleRef, namespace),
    }));
  }
}

function indexed(bindings: readonly unknown[], namespace: string): BindingIndex {
  const index = new Map<string, BoundSubject[]>();
  bindings.forEach((stored, order) => {
    const binding = stored as Binding;
    for (const subject of binding.subjects ?? []) {
      const key = subjectKey(subject, namespace);
      if (key === undefined) continue;
      const bound = index.get(key);
      if (bound === undefined) index.set(key, [{ order, binding, subject }]);
      else bound.push({ order, binding, subject });
    }
  });
  return index;
}

function subjectKey(subject: Subject, bindingNamespace: string): string | undefined {
  if (subject.kind === 'User') return `u${subject.name}`;
  if (subject.kind === 'Group') return `g${subject.name}`;
  if (subject.kind !== 'ServiceAccount') return undefined;
  const namespace = subject.namespace ? subject.namespace : bindingNamespace;
  return namespace === '' ? undefined : `usystem:serviceaccount:${namespace}:${subject.name}`;
}

/** The bindings of the user, each once, with the first of its subjects that applies. */
function boundTo(user: User, index: BindingIndex): readonly BoundSubject[] {
  if (index.size === 0) return [];
  const found = new Map<Binding, BoundSubject>();
  for (const key of [`u${user.name}`, ...user.groups.map(group => `g${group}`)]) {
    for (const bound of index.get(key) ?? []) {
      const other = found.get(bound.binding);
      if (other === undefined || isBefore(bound, other)) found.set(bound.binding, bound);
    }
  }
  return [...found.values()].sort((a, b) => a.order - b.order);
}

function isBefore(a: BoundSubject, b: BoundSubject): boolean {
  const subjects = a.binding.subjects ?? [];
  return subjects.indexOf(a.subject) < subjects.indexOf(b.subject);
}

function describe(binding: Binding, subject: Subject, namespace: string): string {
  const { name = '' } = binding.metadata;
  const { roleRef } = binding;
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const bindingName = namespace === '' ? name : `${name}/${namespace}`;
  const role = `${roleRef.kind} ${goQuote(roleRef.name)}`;
  return `${kind} ${goQuote(bindingName)} of ${role} to ${describeSubject(subject, namespace)}`;
}

function describeSubject(subject: Subject, namespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} ${goQuote(subject.name)}`;
  const account = `${subject.name}/${subject.namespace ? subject.namespace : namespace}`;
  return `ServiceAccount ${goQuote(account)}`;
}
