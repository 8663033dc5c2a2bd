/** Nobody gains rights through what it may create. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
} from '../../sim/api/kinds/rbac.js';
import { deepEqual } from '../../sim/api/equality.js';
import type { HasMetadata } from '../../sim/api/object.js';
import type { User } from '../../sim/server/user.js';
import { accountUser, namespaceOfAccount, Rights, userOf } from './kit/rights.js';
import { law, type Breach, type Change, type Handlers, type Judge } from './law.js';
import { nameOf, written } from './story.js';
import type { World } from './world.js';

interface Origin {
  readonly user: string;
  readonly change: Change;
}

/**
 * Judged where a write made use of it: a service account that writes a role or a binding with rights that
 * it has not (unless it may escalate or bind), and one that makes a pod, itself or through a workload that
 * controllers turn into pods, which runs as another account with powers that the first has not. There
 * powers are those by which rights are gained: to read secrets, to write roles and bindings, to act as
 * others, to get into other pods. Who may create pods in a namespace is given the rest with that right.
 * Accounts of kube-system are the cluster itself; of people nobody knows the groups.
 */
export const noPrivilegeEscalation = law({
  name: 'no-privilege-escalation',
  family: 'security',
  says: 'no service account gains a right through a role, a binding or a pod that it creates',
  source:
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks',
  begin: () => new Escalations(),
});

class Escalations implements Judge {
  readonly on: Handlers;
  private readonly rights = new Rights();
  /** Who made an object, by its uid: the workloads that pods come from, and pods that own workloads. */
  private readonly origins = new Map<string, Origin>();
  private readonly told = new Set<string>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor() {
    this.on = {
      'roles.rbac.authorization.k8s.io': (change, world) => this.role(change, world),
      'clusterroles.rbac.authorization.k8s.io': (change, world) => this.role(change, world),
      'rolebindings.rbac.authorization.k8s.io': (change, world) => this.binding(change, world),
      'clusterrolebindings.rbac.authorization.k8s.io': (change, world) =>
        this.binding(change, world),
      pods: (change, world) => this.pod(change, world),
      '*': change => this.any(change),
    };
  }

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private any(change: Change): void {
    const { uid } = change.object.metadata;
    if (change.type !== 'ADDED' || uid === undefined) return;
    this.origins.set(uid, this.originOf(change));
  }

  /** Who is behind an object: the maker of the object that controls it, if there is one. */
  private originOf(change: Change): Origin {
    const owner = change.object.metadata.ownerReferences?.find(one => one.controller === true);
    return this.origins.get(owner?.uid ?? '') ?? { user: change.user, change };
  }

  private role(change: Change<Role | ClusterRole>, world: World): void {
    const { object, before } = change;
    const isOther = !deepEqual(object.rules, before?.rules);
    const account = isOther ? judgedAccount(change.user) : undefined;
    if (account !== undefined && change.type !== 'DELETED') {
      this.lookBefore(change, world);
      this.judgeRole(change, account);
    }
    this.rights.lookAt(world);
  }

  private binding(change: Change<RoleBinding | ClusterRoleBinding>, world: World): void {
    const { object, before } = change;
    const isOther = !deepEqual(object.subjects, before?.subjects);
    const account = isOther ? judgedAccount(change.user) : undefined;
    if (account !== undefined && change.type !== 'DELETED') {
      this.lookBefore(change, world);
      this.judgeBinding(change, account);
    }
    this.rights.lookAt(world);
  }

  /** What somebody may write is judged before it is in force: no role gives its maker the right to make it. */
  private lookBefore({ resource }: Change<HasMetadata>, world: World): void {
    const past = world.before(1, [resource as 'roles.rbac.authorization.k8s.io']);
    let last: World = world;
    let steps = 0;
    for (const one of past) {
      last = one;
      if (++steps === 2) break;
    }
    this.rights.lookAt(last);
  }

  private judgeRole(change: Change<Role | ClusterRole>, account: User): void {
    const { object, user } = change;
    const resource =
      change.resource === 'roles.rbac.authorization.k8s.io' ? 'roles' : 'clusterroles';
    const { namespace = '', name = '' } = object.metadata;
    const asked = { resource: `${resource}.rbac.authorization.k8s.io`, namespace, name };
    this.looked++;
    if (this.rights.allows(account, { ...asked, verb: 'escalate' })) return;
    const more = this.rights.beyond(account, namespace, object.rules ?? []);
    if (more !== undefined) this.tell(change, user, [written(change, more)], more);
  }

  private judgeBinding(change: Change<RoleBinding | ClusterRoleBinding>, account: User): void {
    const { object, user } = change;
    const { roleRef } = object;
    const { namespace = '' } = object.metadata;
    const plural = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
    const resource = `${plural}.rbac.authorization.k8s.io`;
    this.looked++;
    if (this.rights.allows(account, { verb: 'bind', resource, namespace, name: roleRef.name }))
      return;
    const rules = this.rights.rulesOfRole(roleRef, namespace);
    const more = rules && this.rights.beyond(account, namespace, rules);
    if (more !== undefined) this.tell(change, user, [written(change, more)], more);
  }

  private pod(change: Change<Pod>, world: World): void {
    if (change.type !== 'ADDED') return;
    const { object } = change;
    const owner = object.metadata.ownerReferences?.find(one => one.controller === true);
    const origin = this.origins.get(owner?.uid ?? '');
    const user = origin?.user ?? change.user;
    const account = judgedAccount(user);
    const { namespace = '' } = object.metadata;
    const runsAs = accountUser(namespace, object.spec?.serviceAccountName ?? 'default');
    const runner = userOf(runsAs);
    if (account === undefined || runner === undefined || runsAs === user) return;
    if (world.find('namespaces', namespace) === undefined) return;
    this.looked++;
    const own = dangerous(this.rights.rulesOf(runner, namespace));
    const more = this.rights.beyond(account, namespace, own);
    const key = `${user} ${runsAs}`;
    if (more === undefined || this.told.has(key)) return;
    this.told.add(key);
    const lines = origin === undefined ? [] : [written(origin.change)];
    this.tell(change, user, [...lines, written(change, `it runs as ${runsAs}`)], more);
  }

  private tell(
    { object, timeMs }: Change<HasMetadata>,
    user: string,
    evidence: Breach['evidence'],
    more: string,
  ): void {
    const gained = more.replace(/^.*not currently held:\n/s, '').replaceAll('\n', ', ');
    this.breaches.push({
      timeMs,
      what: `${user} gains rights through ${nameOf(object)}: ${gained}`,
      objects: [user, nameOf(object)],
      evidence,
    });
  }
}

interface Power {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const powers: readonly Power[] = [
  { resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
  {
    resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'],
    verbs: ['create', 'update', 'patch', 'bind', 'escalate'],
  },
  { resources: ['users', 'groups', 'serviceaccounts', 'uids'], verbs: ['impersonate'] },
  { resources: ['serviceaccounts/token', 'pods/exec', 'pods/attach'], verbs: ['create', 'get'] },
  { resources: ['nodes/proxy', 'persistentvolumes'], verbs: ['create', 'get'] },
  {
    resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
    verbs: ['create', 'update', 'patch'],
  },
];

/**
 * What of the rules counts as a power: only those verbs on those resources.
 * @upstream kubernetes.io/docs/concepts/security/rbac-good-practices#privilege-escalation-risks
 */
function dangerous(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return rules.flatMap(({ resources = [], verbs, ...rule }) => {
    if (resources.includes('*')) return [{ ...rule, resources, verbs }];
    return powers.flatMap(power => {
      const own = power.resources.filter(one => resources.includes(one));
      const does = verbs.includes('*') ? ['*'] : power.verbs.filter(one => verbs.includes(one));
      return own.length === 0 || does.length === 0
        ? []
        : [{ ...rule, resources: own, verbs: does }];
    });
  });
}

/** Service accounts outside of kube-system. */
function judgedAccount(user: string): User | undefined {
  const namespace = namespaceOfAccount(user);
  return namespace === undefined || namespace === 'kube-system' ? undefined : userOf(user);
}
