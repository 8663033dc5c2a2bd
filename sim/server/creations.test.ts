/** What a creation is refused for, and what it is not: rules that no recorded vector tells apart. */
import { describe, expect, it } from 'vitest';
import type { PodTemplate } from '../api/kinds/core.js';
import type { CSIDriver } from '../api/kinds/storage.js';
import type { ApiAnswer } from '../api/request.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { createApiServer } from './index.js';

const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };

function start() {
  const server = createApiServer({ clock: new Loop(), random: new Random(1) });
  return (
    path: string,
    body?: object,
    method: 'POST' | 'PUT' | 'GET' = 'POST',
    headers = {},
  ): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    server.serve({ method, path, headers, ...(body && { body }) }, connection, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
}

interface Causes {
  readonly details?: { readonly causes?: readonly { readonly field: string }[] };
}

function fieldsOf({ body }: ApiAnswer): readonly string[] {
  return ((body as Causes).details?.causes ?? []).map(({ field }) => field);
}

const badMeta = { name: 'x', labels: { 'a b': 'c' }, finalizers: ['bad'] };

describe('the metadata of new objects', () => {
  it('of PodDisruptionBudgets is checked for what is common to all kinds only', () => {
    const send = start();
    const path = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    expect(send(path, { metadata: { name: 'X_y' } })).toMatchObject({ status: 201 });
    expect(fieldsOf(send(path, { metadata: badMeta }))).toEqual(['metadata.labels']);
  });

  it('of Events is looked at when nothing else is wrong', () => {
    const send = start();
    const path = '/api/v1/namespaces/default/events';
    const wrong = { metadata: badMeta, involvedObject: { namespace: 'other' } };
    expect(fieldsOf(send(path, wrong))).toEqual(['involvedObject.namespace']);
    const right = { ...wrong, involvedObject: { namespace: 'default' } };
    expect(fieldsOf(send(path, right))).toEqual(['metadata.labels']);
  });

  it('of StatefulSets is checked as that of their pods, and once', () => {
    const send = start();
    const path = '/apis/apps/v1/namespaces/default/statefulsets';
    const fields = fieldsOf(send(path, { metadata: { name: '-' }, spec: {} }));
    expect(fields.filter(field => field === 'metadata.name')).toHaveLength(1);
  });

  it('of a nameless LimitRange gets a name', () => {
    const path = '/api/v1/namespaces/default/limitranges';
    const { status, body } = start()(path, { metadata: {}, spec: { limits: [] } });
    expect(status).toBe(201);
    expect(body).toMatchObject({ metadata: { name: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
  });

  it('of bindings holds known finalizers, that of runtime classes any', () => {
    const send = start();
    const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
    const metadata = { name: 'x', finalizers: ['bad'] };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' };
    expect(fieldsOf(send(bindings, { metadata, roleRef }))).toEqual(['metadata.finalizers[0]']);
    const classes = '/apis/node.k8s.io/v1/runtimeclasses';
    expect(send(classes, { metadata, handler: 'h' })).toMatchObject({ status: 201 });
  });

  it('of IPAddresses has an address for a name, also in generateName', () => {
    const path = '/apis/networking.k8s.io/v1/ipaddresses';
    const spec = { parentRef: { resource: 'services', name: 'a' } };
    const metadata = { name: '10.0.0.01', generateName: 'q' };
    expect(fieldsOf(start()(path, { metadata, spec }))).toEqual([
      'metadata.generateName',
      'metadata.name',
    ]);
  });
});

describe('other checks of new objects', () => {
  it('tells alone what a Service cannot be given', () => {
    const path = '/api/v1/namespaces/default/services';
    const spec = { clusterIP: '11.0.0.1', ports: [{ port: 1 }] };
    expect(fieldsOf(start()(path, { metadata: badMeta, spec }))).toEqual(['spec.clusterIPs']);
  });

  it('drops sources of claims that are in other namespaces', () => {
    const path = '/api/v1/namespaces/default/persistentvolumeclaims';
    const spec = {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      dataSourceRef: { kind: 'K', apiGroup: 'g.io', name: 'n', namespace: 'other' },
    };
    const { body } = start()(path, { metadata: { name: 'x' }, spec });
    expect(body).not.toHaveProperty('spec.dataSourceRef');
    expect(body).not.toHaveProperty('spec.dataSource');
  });

  it('lends devices in use to administrators only where their namespace says so', () => {
    const send = start();
    const exactly = { deviceClassName: 'c', adminAccess: true };
    const claim = {
      metadata: { name: 'x' },
      spec: { devices: { requests: [{ name: 'r', exactly }] } },
    };
    const path = (namespace: string) =>
      `/apis/resource.k8s.io/v1/namespaces/${namespace}/resourceclaims`;
    expect(fieldsOf(send(path('default'), claim))).toEqual([
      'spec.devices.requests[0].adminAccess',
    ]);
    const labels = { 'resource.kubernetes.io/admin-access': 'true' };
    send('/api/v1/namespaces', { metadata: { name: 'admins', labels } });
    expect(send(path('admins'), claim)).toMatchObject({ status: 201 });
  });
});

it('drops sources of projected volumes that are off by default, unless they were there before', () => {
  const volume = (source: object) => ({ name: 'v', projected: { sources: [source] } });
  const containers = [{ name: 'c', image: 'i' }];
  const trust = { clusterTrustBundle: { name: 'b', path: 'p' } };
  const template = { spec: { containers, volumes: [volume(trust)] } };
  const { status, body } = start()('/api/v1/namespaces/default/podtemplates', {
    metadata: { name: 'x' },
    template,
  });
  expect(status).toBe(201);
  expect(JSON.stringify(body)).not.toContain('clusterTrustBundle":{"name');
});

it('drops signals that stop containers, whose gate is off, and says that the key of a file is needed', () => {
  const lifecycle = { stopSignal: 'SIGTERM', preStop: { sleep: { seconds: 1 } } };
  const fileKeyRef = { volumeName: 'v', path: 'a', key: 'K' };
  const env = [{ name: 'A', valueFrom: { fileKeyRef } }];
  const containers = [
    { name: 'a', image: 'x', env, lifecycle: { stopSignal: 'SIGTERM' } },
    { name: 'b', image: 'x', lifecycle },
  ];
  const volumes = [{ name: 'v', emptyDir: {} }];
  const { body } = start()('/api/v1/namespaces/default/podtemplates', {
    metadata: { name: 'p' },
    template: { spec: { containers, volumes } },
  });
  const [a, b] = (body as unknown as PodTemplate).template?.spec?.containers ?? [];
  expect(a?.lifecycle).toBeUndefined();
  expect(b?.lifecycle).toEqual({ preStop: { sleep: { seconds: 1 } } });
  expect(a?.env).toEqual([
    { name: 'A', valueFrom: { fileKeyRef: { ...fileKeyRef, optional: false } } },
  ]);
});

it('drops what gates that are off add to devices and to drivers of volumes', () => {
  const send = start();
  const slices = '/apis/resource.k8s.io/v1/resourceslices';
  const device = (more: object) => ({
    metadata: { name: 's' },
    spec: {
      ...{ driver: 'd.x', nodeName: 'n', devices: [{ name: 'a', ...more }] },
      pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
    },
  });
  const listed = send(slices, device({ attributes: { m: { strings: ['a'] } } }));
  expect(listed.body).toMatchObject({
    message:
      'ResourceSlice.resource.k8s.io "s" is invalid: spec.devices[0].attributes[m]: Invalid value: "": exactly one value must be specified',
  });
  const mapped = { nodeAllocatableResourceMappings: { cpu: { capacityKey: 'x' } } };
  expect(send(slices, device(mapped)).body).toMatchObject({ spec: { devices: [{ name: 'a' }] } });
  expect(JSON.stringify(send(`${slices}/s`, undefined, 'GET').body)).not.toContain('Mappings":{"c');
  const spec = { preventPodSchedulingIfMissing: true };
  const drivers = '/apis/storage.k8s.io/v1/csidrivers';
  const { body } = send(drivers, { metadata: { name: 'd.x' }, spec });
  expect((body as unknown as CSIDriver).spec.preventPodSchedulingIfMissing).toBeUndefined();
});

describe('subresources', () => {
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  };
  const spec = { replicas: 2, selector: { matchLabels: { a: 'b' } }, template };

  it('that name an object are refused without its name', () => {
    const send = start();
    send(path, { metadata: { name: 'd' }, spec });
    const scale = { spec: { replicas: 1 } };
    expect(send(`${path}/d/scale`, scale, 'PUT')).toMatchObject({ status: 400 });
    const pods = '/api/v1/namespaces/default/pods';
    const target = { name: 'n' };
    expect(send(`${pods}/p/binding`, { target })).toMatchObject({ status: 400 });
    expect(send(`${pods}/p/eviction`, { kind: 'Eviction', apiVersion: 'policy/v1' })).toMatchObject(
      {
        status: 400,
      },
    );
  });

  it('scale splits who owned the replicas, though they stay', () => {
    const send = start();
    send(path, { metadata: { name: 'd' }, spec });
    const scale = { metadata: { name: 'd' }, spec: { replicas: 2 } };
    send(`${path}/d/scale?fieldManager=s`, scale, 'PUT');
    const { body } = send(`${path}/d`, undefined, 'GET');
    const { metadata } = body as { metadata: { managedFields: readonly { fieldsV1: object }[] } };
    const replicas = { 'f:spec': { 'f:replicas': {} } };
    expect(metadata.managedFields).toHaveLength(2);
    expect(metadata.managedFields[0]).toMatchObject({ manager: 'unknown', fieldsV1: replicas });
    expect(metadata.managedFields[0]).not.toHaveProperty('time');
  });
});

it('shows metadata alone without the number of the template that only apps/v1 of DaemonSets tells', () => {
  const send = start();
  const path = '/apis/apps/v1/namespaces/default/daemonsets';
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  };
  const spec = { selector: { matchLabels: { a: 'b' } }, template };
  send(path, { metadata: { name: 'd' }, spec });
  const accept = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
  const shown = send(`${path}/d`, undefined, 'GET', { accept });
  expect(shown.body).toMatchObject({ kind: 'PartialObjectMetadata' });
  expect(shown.body).not.toHaveProperty('metadata.annotations');
});

it('knows no fields of claims and volumes to select by', () => {
  const path = '/api/v1/persistentvolumes?fieldSelector=spec.nope%3D1';
  expect(start()(path, undefined, 'GET').body).toMatchObject({
    message:
      '"spec.nope" is not a known field selector: only "metadata.name", "metadata.namespace"',
  });
});
