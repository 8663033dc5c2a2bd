import { describe, expect, it } from 'vitest';
import { surveyOf } from '../check/survey.js';
import { parseManifests } from '../input/manifests.js';
import { accessText } from './access-text.js';
import { accessAnswer, type AccessQuestion } from './access.js';
import { accountOf } from './account.js';
import { knownOfManifests, type Known } from './known.js';
import { resourceNamed } from './resource-names.js';

const text = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: monitor, namespace: ml }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: watcher, namespace: ml }
spec:
  selector: { matchLabels: { app: w } }
  template:
    metadata: { labels: { app: w } }
    spec: { serviceAccountName: monitor, containers: [{ name: c, image: i }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: jobs, namespace: ml }
rules:
  - { apiGroups: [batch], resources: [jobs], verbs: [get, list] }
  - { apiGroups: [''], resources: [secrets], resourceNames: [token], verbs: [get] }
  - { apiGroups: [''], resources: [pods], verbs: [get] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: monitor, namespace: ml }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: jobs }
subjects: [{ kind: ServiceAccount, name: monitor, namespace: ml }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: viewer, namespace: other }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ kind: ServiceAccount, name: monitor, namespace: ml }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: lost, namespace: ml }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: nowhere }
subjects: [{ kind: ServiceAccount, name: monitor, namespace: ml }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: more, labels: { rbac.authorization.k8s.io/aggregate-to-view: 'true' } }
rules: [{ apiGroups: [serving.kserve.io], resources: [inferenceservices], verbs: [get] }]
`;

const input = { manifests: parseManifests(text, 'rbac.yaml'), unread: [], notes: [] };
const known: Known = knownOfManifests(surveyOf(input), 'ml');

function ask(who: string, verb: string, word: string, more: Partial<AccessQuestion> = {}) {
  const { group, resource, isNamespaced } = resourceNamed(known, word);
  const namespace = isNamespaced ? 'ml' : '';
  const question = {
    ...{ verb, group, resource, subresource: '', namespace, name: '', path: '' },
    ...more,
  };
  const account = accountOf(known, who);
  return { account, question, answer: accessAnswer(known, account.user, question) };
}

const closeOf = (...words: Parameters<typeof ask>) => ask(...words).answer.close;
const binding = 'RoleBinding "monitor/ml" of Role "jobs" to ServiceAccount "monitor/ml"';
const fix = 'fix      kubectl create';

describe('access', () => {
  it('is allowed by a binding, which is named', () => {
    expect(ask('sa/monitor', 'list', 'jobs').answer).toMatchObject({
      isAllowed: true,
      reason: `RBAC: allowed by ${binding}`,
    });
  });

  it('is told for whoever runs as the account', () => {
    const { account, answer } = ask('deployment/watcher', 'list', 'job.batch');
    expect(account.notes).toEqual(['ml/deployment/watcher runs as ServiceAccount ml/monitor']);
    expect(answer.isAllowed).toBe(true);
  });

  it('is denied with what comes close and the least that would give it', () => {
    const { account, question, answer } = ask('sa/monitor', 'create', 'jobs');
    expect(accessText(account, question, answer))
      .toBe(`ServiceAccount ml/monitor may not create jobs.batch in namespace ml
  why      6 bindings reach it here, and none gives that
  missing  a binding names a role that is not there: role.rbac.authorization.k8s.io "nowhere" not found
  close    ${binding} gives get, list of jobs.batch, but not create
  ${fix} role create-jobs --verb=create --resource=jobs.batch -n ml
  ${fix} rolebinding create-jobs --role=create-jobs --serviceaccount=ml:monitor -n ml
`);
  });

  it('comes close by names, by subresources and in other namespaces', () => {
    expect(closeOf('sa/monitor', 'get', 'secrets', { name: 'other' })).toEqual([
      `${binding} gives get of secrets only by the names token`,
    ]);
    expect(closeOf('sa/monitor', 'get', 'pods', { subresource: 'log' })).toEqual([
      `${binding} gives get of pods, but not of pods/log`,
      expect.stringContaining(
        'in namespace other it may: RBAC: allowed by RoleBinding "viewer/other"',
      ),
    ]);
  });

  it('follows the roles that every cluster has, and what they gather', () => {
    const there = { namespace: 'other' };
    expect(ask('sa/monitor', 'list', 'deploy', there).answer.isAllowed).toBe(true);
    expect(ask('sa/monitor', 'get', 'isvc', there).answer.isAllowed).toBe(true);
    expect(ask('sa/monitor', 'get', 'secrets', there).answer.isAllowed).toBe(false);
    expect(ask('group/system:masters', 'delete', 'nodes').answer.isAllowed).toBe(true);
    expect(ask('user/jane', 'create', 'selfsubjectaccessreviews').answer.isAllowed).toBe(true);
  });

  it('takes a resource that nobody knows as it stands, and says so', () => {
    expect(resourceNamed(known, 'jobz')).toMatchObject({
      resource: 'jobz',
      warning: 'no resource "jobz" is known: it is taken as it stands; did you mean jobs?',
    });
    expect(resourceNamed(known, 'mxjobs')).toMatchObject({ group: 'kubeflow.org' });
  });

  it('says who is not known', () => {
    expect(accountOf(known, 'sa/nobody').notes).toEqual([
      'ServiceAccount ml/nobody is not among what was read',
    ]);
    expect(() => accountOf(known, 'deployment/watchr')).toThrow('nothing known runs as');
    expect(() => accountOf(known, 'jane')).toThrow('does not say who');
  });
});
