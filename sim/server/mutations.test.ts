/** What objects changed field by field are answered by the real kube-apiserver 1.36: rules found so. */
import { describe, expect, it } from 'vitest';
import type { CustomResourceDefinition } from '../api/kinds/apiextensions.js';
import type { Node, Pod } from '../api/kinds/core.js';
import type { ResourceClaim } from '../api/kinds/resource.js';
import type { ApiAnswer } from '../api/request.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { createApiServer } from './index.js';

const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };

function start() {
  const server = createApiServer({ clock: new Loop(), random: new Random(1) });
  return (path: string, body?: object, method: 'POST' | 'PUT' | 'GET' = 'POST'): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    server.serve({ method, path, ...(body && { body }) }, connection, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
}

interface Refusal {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly object[] };
}

function messageOf({ body }: ApiAnswer): string | undefined {
  return (body as Refusal).message;
}

const volumes = '/api/v1/persistentvolumes';
const volume = (source: object) => ({
  metadata: { name: 'x' },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...source },
});
const iscsi = { targetPortal: '1.2.3.4', iqn: 'iqn.2001-04.com.example:s', lun: 0 };

describe('persistent volumes', () => {
  it.each([
    [
      { iscsi: { ...iscsi, iqn: 'foo' } },
      'spec.iscsi.iqn: Invalid value: "foo": must be valid format',
    ],
    [
      { iscsi: { ...iscsi, initiatorName: 'foo' } },
      'spec.iscsi.initiatorname: Invalid value: "foo": must be valid format',
    ],
    [{ iscsi: { ...iscsi, secretRef: {} } }, 'spec.iscsi.secretRef.name: Required value'],
    [
      { storageos: { volumeName: 'v', secretRef: { name: 's' } } },
      'spec.storageos.secretRef.namespace: Required value',
    ],
    [
      { glusterfs: { endpoints: 'e', path: 'p', endpointsNamespace: '' } },
      'spec.glusterfs.endpointsNamespace: Invalid value: "": if the endpointnamespace is set, it ' +
        'must be a valid namespace name',
    ],
    [
      { gcePersistentDisk: { pdName: 'p', partition: -1 } },
      'spec.persistentDisk.partition: Invalid value: -1: must be between 1 and 255, inclusive',
    ],
  ])('of %j are refused', (source, text) => {
    const answer = start()(volumes, volume(source));
    expect(messageOf(answer)).toBe(`PersistentVolume "x" is invalid: ${text}`);
  });
});

const pods = '/api/v1/namespaces/default/pods?dryRun=All';
const accounts = '/api/v1/namespaces/default/serviceaccounts';
const podOf = (container: object, spec: object = {}) => ({
  metadata: { name: 'x' },
  spec: {
    automountServiceAccountToken: false,
    containers: [{ name: 'c', image: 'i', ...container }],
    ...spec,
  },
});

describe('pods', () => {
  it('have rules of restarts checked even where the policy is missing', () => {
    const send = start();
    send(accounts, { metadata: { name: 'default' } });
    const answer = send(pods, podOf({ restartPolicyRules: [{ action: 'foo' }] }));
    const path = 'spec.containers[0].restartPolicy';
    expect(messageOf(answer)).toBe(
      `Pod "x" is invalid: [${path}: Required value: must specify restartPolicy when restart rules ` +
        `are used, ${path}Rules[0].action: Unsupported value: "foo": supported values: "Restart", ` +
        `"RestartAllContainers", ${path}Rules[0].exitCodes: Required value: must be specified]`,
    );
  });

  it('tell once that tolerations were changed, and look at them no further', () => {
    const send = start();
    send(accounts, { metadata: { name: 'default' } });
    const tolerations = [
      { key: 'k', operator: 'Exists' },
      { key: 'l', operator: 'Exists' },
    ];
    const made = send('/api/v1/namespaces/default/pods', podOf({}, { tolerations }));
    const pod = made.body as Pod;
    const changed = { ...pod, spec: { ...pod.spec, tolerations: [{ value: 'foo' }] } };
    const { details } = send('/api/v1/namespaces/default/pods/x', changed, 'PUT').body as Refusal;
    const told = 'existing toleration can not be modified except its tolerationSeconds';
    const causes = details?.causes as readonly { readonly field: string; message: string }[];
    expect(causes.filter(({ message }) => message.includes(told))).toHaveLength(1);
    expect(causes.filter(({ field }) => field === 'spec.tolerations[0].operator')).toHaveLength(1);
  });

  it('name a second source of a volume once, and have all of them defaulted', () => {
    const send = start();
    send(accounts, { metadata: { name: 'default' } });
    const volumeOf = (sources: object) => podOf({}, { volumes: [{ name: 'v', ...sources }] });
    expect(messageOf(send(pods, volumeOf({ emptyDir: {}, image: {} })))).toBe(
      'Pod "x" is invalid: spec.volumes[0].image: Forbidden: may not specify more than 1 volume type',
    );
    const items = [{ path: 'd', fieldRef: { fieldPath: 'metadata.name' } }];
    const source = { downwardAPI: { items }, serviceAccountToken: { path: 't' } };
    expect(messageOf(send(pods, volumeOf({ projected: { sources: [source] } })))).toBe(
      'Pod "x" is invalid: spec.volumes[0].projected.sources[0]: Forbidden: may not specify more ' +
        'than 1 volume type per source',
    );
  });

  it('pull an image whose name is too long to be one as any that is named badly', () => {
    const send = start();
    send(accounts, { metadata: { name: 'default' } });
    const policy = (image: string) =>
      (send(pods, podOf({ image })).body as Pod).spec?.containers?.[0]?.imagePullPolicy;
    expect(policy('a'.repeat(247))).toBe('Always');
    expect(policy('a'.repeat(248))).toBe('IfNotPresent');
    expect(policy(`r.io/${'a'.repeat(255)}`)).toBe('Always');
  });
});

it('nodes take no configuration from the API, neither in spec nor in status', () => {
  const send = start();
  const node = { metadata: { name: 'x' }, spec: { configSource: { configMap: {} } } };
  const made = send('/api/v1/nodes', node);
  expect((made.body as Node).spec).not.toHaveProperty('configSource');
  const told = { ...(made.body as Node), status: { config: { error: 'e' } } };
  expect((send('/api/v1/nodes/x/status', told, 'PUT').body as Node).status?.config).toBeUndefined();
});

it('a definition whose status tells no stored version has the one of storage', () => {
  const send = start();
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const schema = { openAPIV3Schema: { type: 'object' } };
  const made = send(path, {
    metadata: { name: 'widgets.e.io' },
    spec: {
      group: 'e.io',
      scope: 'Cluster',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  const { metadata } = made.body as CustomResourceDefinition;
  const { resourceVersion: _stale, ...rest } = metadata;
  const read = send(`${path}/${metadata.name}`, undefined, 'GET').body as CustomResourceDefinition;
  const { resourceVersion } = read.metadata;
  const bare = { ...read, metadata: { ...rest, resourceVersion }, status: {} };
  const { status } = send(`${path}/widgets.e.io/status`, bare, 'PUT').body as typeof read;
  expect(status?.storedVersions).toEqual(['v1']);
});

it('what tolerations of a claim do is Equal, in its status, too', () => {
  const send = start();
  const path = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims';
  const requests = [{ name: 'r', exactly: { deviceClassName: 'c' } }];
  const made = send(path, { metadata: { name: 'x' }, spec: { devices: { requests } } });
  const result = { request: 'r', driver: 'd.io', pool: 'p', device: 'd', tolerations: [{}] };
  const allocation = { devices: { results: [result] } };
  const told = { ...(made.body as ResourceClaim), status: { allocation } };
  const { status } = send(`${path}/x/status`, told, 'PUT').body as ResourceClaim;
  expect(status?.allocation?.devices?.results?.[0]?.tolerations).toEqual([{ operator: 'Equal' }]);
});

it('a new object may have no resourceVersion that is a number, when it is stored', () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const status = (resourceVersion: string, query = '') =>
    start()(path + query, { metadata: { name: 'x', resourceVersion } }).status;
  expect(['0', 'no', '-5', '5'].map(text => status(text))).toEqual([201, 201, 201, 500]);
  expect(status('5', '?dryRun=All')).toBe(201);
});

it('an update may not have an empty policy of families', () => {
  const send = start();
  const path = '/api/v1/namespaces/default/services';
  const spec = { ports: [{ port: 80 }] };
  send(path, { metadata: { name: 'x' }, spec });
  const empty = { metadata: { name: 'x' }, spec: { ...spec, ipFamilyPolicy: '' } };
  expect(messageOf(send(`${path}/x`, empty, 'PUT'))).toBe(
    'Service "x" is invalid: spec.ipFamilyPolicy: Unsupported value: "": supported values: ' +
      '"PreferDualStack", "RequireDualStack", "SingleStack"',
  );
});

it('names of time zones are told by their case', () => {
  const path = '/apis/batch/v1/namespaces/default/cronjobs?dryRun=All';
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
  const status = (timeZone: string) =>
    start()(path, {
      metadata: { name: 'x' },
      spec: { schedule: '* * * * *', timeZone, jobTemplate: { spec: { template } } },
    }).status;
  expect(['Europe/Berlin', 'EUROPE/BERLIN', 'US/Pacific'].map(status)).toEqual([201, 422, 201]);
});

it('labels of a changed namespace are told of as often as the real server looks at them', () => {
  const send = start();
  send('/api/v1/namespaces', { metadata: { name: 'x' } });
  const bad = { metadata: { name: 'x', labels: { zz: 'Bad!' } } };
  const { details } = send('/api/v1/namespaces/x', bad, 'PUT').body as Refusal;
  expect(details?.causes).toHaveLength(4);
});

it('a request may not ask for a time that is none, unless it lasts', () => {
  const send = start();
  const ask = (path: string) => {
    const answer = send(path, undefined, 'GET');
    return [answer.status, messageOf(answer)];
  };
  const text = 'invalid timeout specified in the request URL - time: invalid duration "invalid"';
  expect(ask('/version?timeout=invalid')).toEqual([400, text]);
  expect(ask('/api/v1/pods?timeout=5')[1]).toContain('time: missing unit in duration "5"');
  expect(ask('/api/v1/pods?timeout=32s')[0]).toBe(200);
  expect(ask('/api/v1/pods/x/log?timeout=invalid')[0]).not.toBe(400);
});

it('shows numbers of a strategy of an unknown type as the internal type has them', () => {
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  };
  const strategy = { type: 'Rolling', rollingUpdate: { maxSurge: 1 } };
  const spec = { selector: { matchLabels: { a: 'b' } }, template, strategy };
  const path = '/apis/apps/v1/namespaces/default/deployments';
  expect(messageOf(start()(path, { metadata: { name: 'x' }, spec }))).toBe(
    'Deployment.apps "x" is invalid: spec.strategy: Unsupported value: {"Type":"Rolling",' +
      '"RollingUpdate":{"MaxUnavailable":0,"MaxSurge":1}}: supported values: "Recreate", "RollingUpdate"',
  );
});
