/** Volumes and API services that are wrong, and how often that is told: as the real kube-apiserver 1.36 answers. */
import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
const volumes = '/api/v1/persistentvolumes';

interface Told {
  readonly message?: string;
  readonly spec?: object;
  readonly details?: { readonly causes?: readonly { readonly field: string }[] };
}

function start() {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  return (method: ApiRequest['method'], path: string, body: object) => {
    const answers: ApiAnswer[] = [];
    const isPatch = method === 'PATCH';
    const headers = {
      'content-type': isPatch ? 'application/merge-patch+json' : 'application/json',
    };
    serve({ method, path, headers, body }, connection, given => void answers.push(given));
    const told = answers[0]?.body as Told;
    const fields = told.details?.causes?.map(({ field }) => field);
    return { spec: told.spec, text: told.message, fields };
  };
}

const spec = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } };

it("asks a volume of Cinder for its secret's namespace, before it counts sources", () => {
  const send = start();
  const local = { path: '/x' };
  const cinder = { volumeID: 'a', secretRef: { name: 'x' } };
  const nodeAffinity = {
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }],
    },
  };
  const body = { metadata: { name: 'v' }, spec: { ...spec, local, cinder, nodeAffinity } };
  expect(send('POST', volumes, body).fields).toEqual([
    'spec.cinder.secretRef.namespace',
    'spec.local',
  ]);
});

it('tells of mount options once, also of an update', () => {
  const send = start();
  const key = 'volume.beta.kubernetes.io/mount-options';
  send('POST', volumes, { metadata: { name: 'v' }, spec: { ...spec, hostPath: { path: '/a' } } });
  const patch = { metadata: { annotations: { [key]: 'a' } } };
  expect(send('PATCH', `${volumes}/v`, patch).fields).toEqual([`metadata.annotations.${key}`]);
  // The spec is looked at twice.
  expect(send('PATCH', `${volumes}/v`, { spec: { accessModes: [] } }).fields).toEqual([
    'spec.accessModes',
    'spec.accessModes',
  ]);
});

it('fills in what the source of a volume within an attachment does not say', () => {
  const send = start();
  const csi = { driver: 'd', volumeHandle: 'h' };
  const inlineVolumeSpec = { accessModes: ['ReadWriteOnce'], csi };
  const attachments = '/apis/storage.k8s.io/v1/volumeattachments';
  const body = {
    metadata: { name: 'a' },
    spec: { attacher: 'a', nodeName: 'n', source: { inlineVolumeSpec } },
  };
  const made = send('POST', attachments, body);
  // A volume's own spec would say its mode now.
  expect(made.spec).toEqual(body.spec);
  const iscsi = { iqn: 'foo' };
  const patch = { spec: { source: { inlineVolumeSpec: { iscsi } } } };
  const { text } = send('PATCH', `${attachments}/a`, patch);
  expect(text).toContain('"ISCSIInterface":"default"');
});

it('lets the name of an API service be made of nothing else', () => {
  const service = { name: 'a', namespace: 'b' };
  const body = {
    metadata: { name: 'v1.ex.io', generateName: 'v1.' },
    spec: {
      group: 'ex.io',
      version: 'v1',
      groupPriorityMinimum: 1,
      versionPriority: 1,
      service,
      insecureSkipTLSVerify: true,
    },
  };
  const { fields } = start()('POST', '/apis/apiregistration.k8s.io/v1/apiservices', body);
  expect(fields).toEqual(['metadata.generateName']);
});
