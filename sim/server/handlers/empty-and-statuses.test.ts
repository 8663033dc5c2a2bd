/** Answers to what is sent empty or to statuses, as kube-apiserver 1.36.2 gives them and this server once did not. */
import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const inDefault = '/namespaces/default';
const spec = { containers: [{ name: 'c', image: 'i' }] };
const merge = { 'content-type': 'application/merge-patch+json' };

interface Owner {
  readonly manager: string;
}

interface Told {
  readonly message?: string;
  readonly metadata?: { readonly generation?: number; readonly managedFields?: readonly Owner[] };
}

function start() {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const send = (method: ApiRequest['method'], path: string, sent: object, headers = {}) => {
    const answers: ApiAnswer[] = [];
    const body = new TextEncoder().encode(JSON.stringify(sent));
    serve({ method, path, headers, body }, connection, given => void answers.push(given));
    const told = answers[0]?.body as Told;
    return { status: answers[0]?.status, told };
  };
  send('POST', `/api/v1${inDefault}/serviceaccounts`, { metadata: { name: 'default' } });
  return send;
}

it('takes overhead of no class for one, though it is empty', () => {
  const send = start();
  const made = (name: string, overhead: unknown) =>
    send('POST', `/api/v1${inDefault}/pods`, { metadata: { name }, spec: { ...spec, overhead } });
  expect(made('a', {}).told.message).toBe(
    'pods "a" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
  );
  expect(made('b', null).status).toBe(201);
});

it('checks what became of an attachment, and of the types of a policy', () => {
  const send = start();
  const attachments = '/apis/storage.k8s.io/v1/volumeattachments';
  const source = { persistentVolumeName: 'v' };
  send('POST', attachments, {
    metadata: { name: 'a' },
    spec: { attacher: 'a', nodeName: 'n', source },
  });
  const status = { attachError: { errorCode: -1 }, detachError: { message: 'x'.repeat(1025) } };
  const told = send('PATCH', `${attachments}/a/status`, { status }, merge).told.message;
  expect(told).toMatch(/status\.attachError\.errorCode: Invalid value: -1/);
  expect(told).toMatch(/status\.detachError\.message: Too long: may not be more than 262144 bytes/);
  const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['pods'] };
  send('POST', policies, {
    metadata: { name: 'p' },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: 'true' }],
    },
  });
  const typeChecking = { expressionWarnings: [{ fieldRef: ' ', warning: '' }] };
  const refused = send('PATCH', `${policies}/p/status`, { status: { typeChecking } }, merge);
  expect(refused.told.message).toMatch(/expressionWarnings\[0\]\.warning: Required value/);
  expect(refused.told.message).toMatch(/expressionWarnings\[0\]\.fieldRef: Required value/);
});

it('counts no network policy up whose empty list defaults have filled', () => {
  const send = start();
  const policies = `/apis/networking.k8s.io/v1${inDefault}/networkpolicies`;
  send('POST', policies, { metadata: { name: 'n' }, spec: { podSelector: {} } });
  const counted = (changes: object) =>
    send('PATCH', `${policies}/n`, { spec: changes }, merge).told.metadata?.generation;
  expect(counted({ policyTypes: [] })).toBe(1);
  expect(counted({ ingress: [] })).toBe(2);
});

it('tells conditions of a device that were sent empty from those that were not', () => {
  const send = start();
  const claims = `/apis/resource.k8s.io/v1${inDefault}/resourceclaims`;
  const requests = [{ name: 'r', exactly: { deviceClassName: 'd' } }];
  send('POST', claims, { metadata: { name: 'c' }, spec: { devices: { requests } } });
  const message = (given: object) => {
    const result = { request: 'r', driver: 'd.e', pool: 'p', device: 'x', ...given };
    const status = { allocation: { devices: { results: [result] } } };
    return send('PATCH', `${claims}/c/status`, { status }, merge).told.message;
  };
  const failures = { bindingFailureConditions: ['a'] };
  expect(message({ ...failures, bindingConditions: [] })).toMatch(
    /bindingConditions: Invalid value: \[\]:/,
  );
  expect(message(failures)).toMatch(/bindingConditions: Invalid value: null:/);
});

it("lets the labels of a volume's nodes have their later names", () => {
  const send = start();
  const volumes = '/api/v1/persistentvolumes';
  const affinity = (key: string) => ({
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: ['a'] }] }],
    },
  });
  send('POST', volumes, {
    metadata: { name: 'v' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/a' },
      nodeAffinity: affinity('failure-domain.beta.kubernetes.io/zone'),
    },
  });
  const changed = (key: string) =>
    send('PATCH', `${volumes}/v`, { spec: { nodeAffinity: affinity(key) } }, merge);
  expect(changed('topology.kubernetes.io/zone').status).toBe(200);
  expect(changed('kubernetes.io/hostname').told.message).toMatch(
    /nodeAffinity: Invalid value: .*: field is immutable, except for updating from beta label to GA/,
  );
});

it('gives replicas to nobody who scales to none', () => {
  const send = start();
  const deployments = `/apis/apps/v1${inDefault}/deployments`;
  const labels = { a: 'b' };
  const template = { metadata: { labels }, spec };
  send('POST', deployments, {
    metadata: { name: 'd' },
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  });
  send('PATCH', `${deployments}/d/status`, { status: { replicas: 5 } }, merge);
  const ownersOf = (replicas: number) => {
    const scale = { metadata: { name: 'd', namespace: 'default' }, spec: { replicas } };
    send('PUT', `${deployments}/d/scale?fieldManager=scaler`, scale);
    const { told } = send('PATCH', `${deployments}/d`, {}, merge);
    return told.metadata?.managedFields?.map(({ manager }) => manager);
  };
  expect(ownersOf(3)).toContain('scaler');
  expect(ownersOf(0)).not.toContain('scaler');
});

it('tells who sent an empty list within a list that is owned as a whole', () => {
  const send = start();
  const roles = `/apis/rbac.authorization.k8s.io/v1${inDefault}/roles`;
  const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
  const owners = (manager: string, rules: readonly object[]) =>
    send(
      'PATCH',
      `${roles}/r?fieldManager=${manager}`,
      { rules },
      merge,
    ).told.metadata?.managedFields?.map(entry => entry.manager);
  send('POST', `${roles}?fieldManager=u`, { metadata: { name: 'r' }, rules: [rule] });
  expect(owners('p', [rule])).toEqual(['u']);
  expect(owners('p', [{ ...rule, resourceNames: [] }])).toEqual(['p']);
});

it('leaves empty managed fields out of a template', () => {
  const send = start();
  const controllers = `/api/v1${inDefault}/replicationcontrollers`;
  const template = { metadata: { labels: { a: 'b' } }, spec };
  const body = { metadata: { name: 'c' }, spec: { replicas: 0, selector: { a: 'b' }, template } };
  send('POST', `${controllers}?fieldManager=u`, body);
  const patch = { spec: { template: { metadata: { managedFields: [] } } } };
  const { told } = send('PATCH', `${controllers}/c?fieldManager=p`, patch, merge);
  expect(told.metadata).toMatchObject({ generation: 1, managedFields: [{ manager: 'u' }] });
  expect(JSON.stringify(told).match(/managedFields/g)).toHaveLength(1);
});

it('takes an empty list for one where a field may not be set at all', () => {
  const send = start();
  const pod = (name: string, rest: object) =>
    send('POST', `/api/v1${inDefault}/pods`, { metadata: { name }, spec: { ...spec, ...rest } });
  expect(pod('a', { resources: { claims: [] } }).told.message).toBe(
    'Pod "a" is invalid: spec.resources.claims: Forbidden: claims may not be set for Resources at pod-level',
  );
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: { ...spec, ephemeralContainers: [{ name: 'e', image: 'i', ports: [] }] },
  };
  const { told } = send('POST', `/apis/apps/v1${inDefault}/replicasets`, {
    metadata: { name: 'r' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  });
  expect(told.message).toContain(
    'spec.template.spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
  );
  const group = '/apis/resource.k8s.io/v1';
  const slice = send('POST', `${group}/resourceslices`, {
    metadata: { name: 's' },
    spec: {
      driver: 'a.b',
      nodeName: 'n',
      pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
      devices: [],
      sharedCounters: [],
    },
  });
  expect(slice.told.message).toBe(
    'ResourceSlice.resource.k8s.io "s" is invalid: spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed',
  );
  const claims = send('POST', `${group}${inDefault}/resourceclaimtemplates`, {
    metadata: { name: 't' },
    spec: { metadata: { ownerReferences: [] }, spec: {} },
  });
  expect(claims.told.message).toBe(
    'ResourceClaimTemplate.resource.k8s.io "t" is invalid: spec.metadata.ownerReferences: Forbidden: cannot be set',
  );
});

it('knows no variable of a policy that has no expression', () => {
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['pods'] };
  const { told } = start()(
    'POST',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    {
      metadata: { name: 'p' },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        variables: [{ name: 'v', expression: '' }],
        validations: [{ expression: 'variables.v == "a"' }],
      },
    },
  );
  expect(told.message).toMatch(
    /spec\.variables\[0\]\.expression: Required value: expression is not specified, spec\.validations\[0\]\.expression: .*undefined field 'v'/,
  );
});
