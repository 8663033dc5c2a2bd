/** Who may do what in a world: by its roles and bindings. */
import type { PolicyRule, RoleRef } from '../../../sim/api/kinds/rbac.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { GroupResource } from '../../../sim/server/access.js';
import { escalationText } from '../../../sim/server/authorization/escalation.js';
import { RbacAuthorizer } from '../../../sim/server/authorization/rbac.js';
import type { User } from '../../../sim/server/user.js';
import type { Handlers } from '../law.js';
import type { World } from '../world.js';
import { namedResource } from './group-resource.js';

const accountPrefix = 'system:serviceaccount:';

/** The user with its groups; undefined when nobody can tell them: only those of service accounts follow from the name. */
export function userOf(name: string, groups?: readonly string[]): User | undefined {
  if (groups !== undefined) return { name, groups };
  if (!name.startsWith(accountPrefix)) return undefined;
  const [namespace = ''] = name.slice(accountPrefix.length).split(':');
  const own = [`system:serviceaccounts`, `system:serviceaccounts:${namespace}`];
  return { name, groups: [...own, 'system:authenticated'] };
}

/** The user name of a service account. */
export function accountUser(namespace: string, name: string): string {
  return `${accountPrefix}${namespace}:${name}`;
}

/** The namespace of a service account's user name. */
export function namespaceOfAccount(user: string): string | undefined {
  return user.startsWith(accountPrefix)
    ? user.slice(accountPrefix.length).split(':')[0]
    : undefined;
}

/** What is asked for. */
export interface Asked {
  readonly verb: string;
  /** `pods`, `deployments.apps`, `pods/exec`, `deployments.apps/scale`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** The rights in a world, kept up with it: its handlers are to be part of the judge's. */
export class Rights {
  /** When roles or bindings changed last. */
  changedMs = -Infinity;
  readonly on: Handlers = {
    'roles.rbac.authorization.k8s.io': (_change, world) => this.changed(world),
    'clusterroles.rbac.authorization.k8s.io': (_change, world) => this.changed(world),
    'rolebindings.rbac.authorization.k8s.io': (_change, world) => this.changed(world),
    'clusterrolebindings.rbac.authorization.k8s.io': (_change, world) => this.changed(world),
  };
  private world: World | undefined;
  private readonly lastChange = { revision: 0 };
  private readonly rbac = new RbacAuthorizer({
    get: (kind, namespace, name) =>
      this.world?.find(nameOfKind(kind), namespace === '' ? name : `${namespace}/${name}`)?.object,
    list: (kind, namespace) => this.list(kind, namespace),
    lastChangeOf: () => this.lastChange,
  });

  /** Whether roles allow it. */
  allows(user: User, { verb, resource, namespace, name }: Asked): boolean {
    const answer = this.rbac.authorize({
      user,
      verb,
      isResourceRequest: true,
      version: '*',
      ...namedResource(resource),
      namespace,
      name,
      path: '',
    });
    return answer.decision === 'allow';
  }

  /** What the rules give beyond what the user has, in words; undefined when they give nothing more. */
  beyond(user: User, namespace: string, rules: readonly PolicyRule[]): string | undefined {
    return escalationText(user, this.rbac.policyRules(user, namespace), rules);
  }

  /** All that an account may do in the namespace. */
  rulesOf(user: User, namespace: string): readonly PolicyRule[] {
    return this.rbac.policyRules(user, namespace).rules;
  }

  /** The rules of a role; undefined when it is not there. */
  rulesOfRole(roleRef: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const role = this.rbac.rulesOfRole(roleRef, namespace);
    return 'error' in role ? undefined : role.rules;
  }

  /** From now on the rights in that world are told. */
  lookAt(world: World): void {
    this.world = world;
    this.lastChange.revision++;
  }

  private changed(world: World): void {
    this.lookAt(world);
    this.changedMs = world.now();
  }

  private list(kind: GroupResource, namespace?: string): readonly KubeObject[] {
    const objects: KubeObject[] = [];
    for (const { object } of this.world?.entries(nameOfKind(kind)) ?? []) {
      if (namespace === undefined || object.metadata.namespace === namespace) objects.push(object);
    }
    return objects;
  }
}

function nameOfKind({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}
