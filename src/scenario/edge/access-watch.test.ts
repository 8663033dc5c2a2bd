import { expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import { boot } from '../../../sim/index.js';
import { everyMutationAudited } from '../../laws/every-mutation-audited.js';
import { forbiddenMeans403 } from '../../laws/forbidden-means-403.js';
import { judge } from '../../laws/judge.js';
import { secretsReadByNeed } from '../../laws/secrets-read-by-need.js';
import { AccessWatch } from './access-watch.js';
import { auditPolicyAt } from '../../backends/writers/audit-policy.js';

const laws = [everyMutationAudited, forbiddenMeans403, secretsReadByNeed];
const robot = {
  user: 'system:serviceaccount:default:robot',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
};
const admin = { user: 'kubernetes-admin', groups: ['system:masters'] };
const configMaps = '/api/v1/namespaces/default/configmaps';

/** A cluster without nodes, and who asks it for what. */
function world(policy?: KubeObject) {
  const watch = new AccessWatch(policy);
  const simulation = boot({ seed: 1, nodes: [], ...watch.options });
  const ask = (
    as: typeof admin,
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
  ) => {
    simulation.loop.runUntil(simulation.loop.now() + 10_000);
    simulation.serve(
      { method, path, ...(body !== undefined && { body }) },
      { certificate: as },
      () => undefined,
    );
  };
  const make = (path: string, body: Readonly<Record<string, unknown>>) =>
    ask(admin, 'POST', path, { metadata: { name: 'a' }, ...body });
  const verdicts = () => {
    const endMs = simulation.loop.now() + 1;
    const history = simulation.server.history();
    const all = judge(laws, { history, outcomes: watch.accesses, endMs });
    return Object.fromEntries(all.map(({ law, kind }) => [law, kind]));
  };
  return { watch, ask, make, verdicts };
}

it('tells who asked for what, what came of it, and that it is in the log', () => {
  const { watch, ask, make } = world();
  make(configMaps, { apiVersion: 'v1', kind: 'ConfigMap' });
  ask(robot, 'GET', `${configMaps}/a`);
  const [made, read] = watch.accesses.slice(-2);
  expect(made).toMatchObject({ user: 'kubernetes-admin', verb: 'create', code: 201 });
  expect(made).toMatchObject({ resource: 'configmaps', name: 'a', isAudited: true });
  expect(read).toMatchObject({ user: robot.user, verb: 'get', code: 403, refusedBy: 'authorizer' });
});

it('does not tell the same again at once, nor of heartbeats', () => {
  const { watch, ask } = world();
  ask(robot, 'GET', configMaps);
  const count = watch.accesses.length;
  ask(robot, 'GET', configMaps);
  const told = watch.accesses.filter(({ user }) => user === robot.user);
  expect(told).toHaveLength(1);
  expect(count).toBeGreaterThan(0);
  expect(watch.accesses.every(({ resource }) => !resource.startsWith('leases'))).toBe(true);
});

it('gives the laws of access something to judge', () => {
  const { ask, make, verdicts } = world();
  const group = 'rbac.authorization.k8s.io';
  const rules = [{ apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['get'] }];
  const rbac = `/apis/${group}/v1/namespaces/default`;
  make(`${rbac}/roles`, { apiVersion: `${group}/v1`, kind: 'Role', rules });
  const subjects = [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }];
  const roleRef = { apiGroup: group, kind: 'Role', name: 'a' };
  make(`${rbac}/rolebindings`, {
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    roleRef,
    subjects,
  });
  make(configMaps, { apiVersion: 'v1', kind: 'ConfigMap' });
  make('/api/v1/namespaces/default/secrets', { apiVersion: 'v1', kind: 'Secret' });
  ask(robot, 'GET', `${configMaps}/a`);
  ask(robot, 'DELETE', `${configMaps}/a`);
  expect(verdicts()).toEqual({
    'every-mutation-audited': 'held',
    'forbidden-means-403': 'held',
    'secrets-read-by-need': 'vacuous',
  });
  ask(robot, 'GET', '/api/v1/namespaces/default/secrets/a');
  expect(verdicts()['secrets-read-by-need']).toBe('broken');
});

it('tells of what the log leaves out', () => {
  const usual = auditPolicyAt('Metadata');
  const rules = [
    { level: 'None', verbs: ['create'], resources: [{ group: '', resources: ['configmaps'] }] },
    ...(usual['rules'] as readonly unknown[]),
  ];
  const { watch, make, verdicts } = world({ ...usual, rules });
  make(configMaps, { apiVersion: 'v1', kind: 'ConfigMap' });
  expect(watch.accesses.at(-1)).toMatchObject({ resource: 'configmaps', isAudited: false });
  expect(verdicts()['every-mutation-audited']).toBe('broken');
});
