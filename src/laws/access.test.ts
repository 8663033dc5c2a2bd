import { describe, expect, it } from 'vitest';
import { Past, podSpec, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { everyMutationAudited } from './every-mutation-audited.js';
import { forbiddenMeans403 } from './forbidden-means-403.js';
import { noPrivilegeEscalation } from './no-privilege-escalation.js';
import { secretsReadByNeed } from './secrets-read-by-need.js';

const group = 'rbac.authorization.k8s.io';
const robot = 'system:serviceaccount:team:robot';
const account = (name: string) => ({ kind: 'ServiceAccount', name, namespace: 'team' });
const rule = (verbs: string, resource: string, apiGroup = '') => ({
  verbs: verbs.split(' '),
  resources: [resource],
  apiGroups: [apiGroup],
});

function role(past: Past, name: string, ...rules: readonly ReturnType<typeof rule>[]): Past {
  return past.write('Role', `team/${name}`, { rules });
}

function bind(past: Past, name: string, roleName: string, to: string): Past {
  const roleRef = { apiGroup: group, kind: 'Role', name: roleName };
  return past.write('RoleBinding', `team/${name}`, { roleRef, subjects: [account(to)] });
}

/** The robot may make and read pods, roles and bindings, but no secrets. */
function team(): Past {
  const past = new Past().write('Namespace', 'team').write('ServiceAccount', 'team/robot');
  const rules = ['pods', 'deployments'].map((one, at) =>
    rule('get list create', one, at === 0 ? '' : 'apps'),
  );
  role(
    past,
    'robot',
    ...rules,
    rule('create update', 'roles', group),
    rule('create', 'rolebindings', group),
  );
  return bind(past, 'robot', 'robot', 'robot').at('1m');
}

interface Ask {
  readonly verb?: string;
  readonly resource?: string;
  readonly name?: string;
  readonly code?: number;
  readonly refusedBy?: 'authorizer' | 'admission';
  readonly user?: string;
  readonly isAudited?: boolean;
}

function ask(past: Past, { user = robot, resource = 'pods', ...more }: Ask): Past {
  const { verb = 'get', name = 'a', code = 200, refusedBy, isAudited = true } = more;
  const asked = { kind: 'access' as const, user, verb, resource, namespace: 'team', name, code };
  return past.measure({ ...asked, isAudited, ...(refusedBy !== undefined && { refusedBy }) });
}

const forbidden: Ask = { resource: 'secrets', code: 403, refusedBy: 'authorizer' };

describe('forbidden-means-403', () => {
  it('is broken when a request that no role allows is answered', () => {
    const past = ask(team(), {}).at('2m');
    expect(storyOf(ask(past, { resource: 'secrets' }).verdict(forbiddenMeans403))).toEqual({
      what: `${robot} asks to get secrets a in team and gets 200, although no role allows it`,
      objects: [robot, 'secrets team/a'],
      evidence: [`120s ${robot} asks to get secrets a in team: 200, refused by nobody`],
    });
  });

  it('knows that resources of metrics have dots of their own', () => {
    const past = team();
    role(past, 'metrics', rule('get', '*', 'custom.metrics.k8s.io'));
    bind(past, 'metrics', 'metrics', 'robot').at('2m');
    const resource = 'deployments.apps.custom.metrics.k8s.io/queue';
    expect(ask(past, { resource }).at('3m').verdict(forbiddenMeans403).kind).toBe('vacuous');
    const other = 'deployments.apps.external.metrics.k8s.io/queue';
    expect(ask(past, { resource: other }).verdict(forbiddenMeans403).kind).toBe('broken');
  });

  it('does not take a refusal of admission or a 404 for one of the authoriser', () => {
    const admission: Ask = { ...forbidden, refusedBy: 'admission' };
    expect(ask(ask(team(), {}), admission).verdict(forbiddenMeans403).kind).toBe('broken');
    const missing: Ask = { resource: 'secrets', code: 404 };
    expect(ask(ask(team(), {}), missing).verdict(forbiddenMeans403).kind).toBe('broken');
  });

  it('holds with a positive control, and cannot be said without', () => {
    const past = ask(team(), forbidden);
    expect(past.verdict(forbiddenMeans403).kind).toBe('inconclusive');
    expect(ask(past, {}).verdict(forbiddenMeans403)).toMatchObject({ kind: 'held', looked: 1 });
  });

  it('does not judge people of unknown groups, nor by a role that has just changed', () => {
    const past = ask(team(), { user: 'alice', resource: 'secrets' });
    expect(past.verdict(forbiddenMeans403).kind).toBe('vacuous');
    const young = role(team(), 'more').at('61s');
    expect(ask(young, { resource: 'secrets' }).verdict(forbiddenMeans403).kind).toBe('vacuous');
  });
});

describe('no-privilege-escalation', () => {
  it('is broken when an account makes a role with rights that it lacks', () => {
    const past = role(team().as(robot), 'evil', rule('get', 'secrets'));
    const gained = '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}';
    const { what, objects, evidence } = storyOf(past.verdict(noPrivilegeEscalation));
    expect(what).toBe(`${robot} gains rights through Role team/evil: ${gained}`);
    expect(objects).toEqual([robot, 'Role team/evil']);
    expect(evidence[0]).toMatch(/^60s system:serviceaccount:team:robot creates Role team\/evil/);
  });

  it('judges a binding by what was held before it', () => {
    const past = role(team(), 'secrets', rule('get', 'secrets'));
    bind(past.at('2m').as(robot), 'grab', 'secrets', 'robot');
    expect(storyOf(past.verdict(noPrivilegeEscalation)).what).toContain(
      `${robot} gains rights through RoleBinding team/grab`,
    );
  });

  it('sees through workloads to who made them', () => {
    const past = team().write('ServiceAccount', 'team/strong');
    bind(role(past, 'secrets', rule('get', 'secrets')), 'strong', 'secrets', 'strong');
    past
      .at('2m')
      .as(robot)
      .write('Deployment', 'team/web', { metadata: { uid: 'web' } });
    const owner = (uid: string) => ({ ownerReferences: [{ uid, controller: true }] });
    past
      .at('2m1s')
      .as('system:serviceaccount:kube-system:deployment-controller')
      .write('ReplicaSet', 'team/web-1', { metadata: { uid: 'set', ...owner('web') } })
      .as('system:serviceaccount:kube-system:replicaset-controller')
      .write('Pod', 'team/web-1-x', {
        metadata: owner('set'),
        spec: podSpec({}, undefined, { serviceAccountName: 'strong' }),
      });
    const { what, evidence } = storyOf(past.verdict(noPrivilegeEscalation));
    expect(what).toContain(`${robot} gains rights through Pod team/web-1-x`);
    expect(evidence).toEqual([
      `120s ${robot} creates Deployment team/web`,
      '121s system:serviceaccount:kube-system:replicaset-controller creates Pod team/web-1-x: it runs as system:serviceaccount:team:strong',
    ]);
  });

  it('sees through pods that own workloads, as leaders of groups do, to who asked for all', () => {
    const past = team().write('ServiceAccount', 'team/strong');
    bind(role(past, 'secrets', rule('get', 'secrets')), 'strong', 'secrets', 'strong');
    const owner = (uid: string) => ({ ownerReferences: [{ uid, controller: true }] });
    const spec = podSpec({}, undefined, { serviceAccountName: 'strong' });
    past
      .at('2m')
      .as('alice')
      .write('Deployment', 'team/web', { metadata: { uid: 'set' } })
      .as('system:serviceaccount:kube-system:replicaset-controller')
      .write('Pod', 'team/web-0', { metadata: { uid: 'leader', ...owner('set') }, spec })
      .as(robot)
      .write('ReplicaSet', 'team/web-0', { metadata: { uid: 'workers', ...owner('leader') } })
      .as('system:serviceaccount:kube-system:replicaset-controller')
      .write('Pod', 'team/web-0-1', { metadata: owner('workers'), spec });
    expect(past.verdict(noPrivilegeEscalation).kind).toBe('vacuous');
  });

  it('lets an account hand on what it has, run pods as weaker ones, and people do as they may', () => {
    const past = role(team().as(robot), 'viewer', rule('get', 'pods'));
    past.write('Pod', 'team/plain', { spec: podSpec({}) });
    expect(past.verdict(noPrivilegeEscalation)).toMatchObject({ kind: 'held', looked: 2 });
    const person = role(team().as('alice'), 'evil', rule('get', 'secrets'));
    expect(person.verdict(noPrivilegeEscalation).kind).toBe('vacuous');
  });
});

describe('every-mutation-audited', () => {
  it('is broken when a write has no audit event', () => {
    const past = ask(team(), { verb: 'create', code: 201, isAudited: false });
    expect(storyOf(past.verdict(everyMutationAudited))).toEqual({
      what: `${robot} did create pods team/a and no audit event tells of it`,
      objects: [robot, 'pods team/a'],
      evidence: [`60s ${robot} create pods team/a: 201, not audited`],
    });
  });

  it('does not ask for events of reads and of what was refused', () => {
    const past = ask(ask(team(), { isAudited: false }), {
      verb: 'delete',
      code: 403,
      isAudited: false,
    });
    expect(past.verdict(everyMutationAudited).kind).toBe('vacuous');
    expect(ask(past, { verb: 'delete' }).verdict(everyMutationAudited).kind).toBe('held');
  });
});

describe('secrets-read-by-need', () => {
  it('is broken when an account reads a secret that nothing of it names', () => {
    const past = ask(team(), { resource: 'secrets', name: 'key' });
    expect(storyOf(past.verdict(secretsReadByNeed))).toEqual({
      what: `${robot} reads Secret team/key, which nothing of it needs`,
      objects: [robot, 'Secret team/key'],
      evidence: [`60s ${robot} get secrets team key`],
    });
  });

  it.each([
    'system:serviceaccount:mpi-operator:mpi-operator',
    // Beside the process that serves its webhooks.
    'system:serviceaccount:volcano-system:volcano-controllers',
  ])('does not judge operators, which watch the secrets that they make: %s', user => {
    const past = ask(team(), { user, resource: 'secrets', verb: 'watch', name: '' });
    expect(past.verdict(secretsReadByNeed).kind).toBe('vacuous');
  });

  it('lets it read what its pods mount, and all of a namespace only when it needs all', () => {
    const volumes = [{ name: 'key', secret: { secretName: 'key' } }];
    const past = team()
      .write('Secret', 'team/key')
      .write('Pod', 'team/robot', {
        spec: { ...podSpec({}), serviceAccountName: 'robot', volumes },
      });
    const read = ask(past, { resource: 'secrets', name: 'key' });
    const listed = ask(read, { resource: 'secrets', verb: 'list', name: '' });
    expect(listed.verdict(secretsReadByNeed)).toMatchObject({ kind: 'held', looked: 2 });
    const more = ask(listed.write('Secret', 'team/other'), {
      resource: 'secrets',
      verb: 'list',
      name: '',
    });
    expect(more.verdict(secretsReadByNeed).kind).toBe('broken');
  });
});

it.each([forbiddenMeans403, noPrivilegeEscalation, everyMutationAudited, secretsReadByNeed])(
  '$name has nothing to judge in an empty history',
  law => expect(verdictOnNothing(law)).toBe('vacuous'),
);
