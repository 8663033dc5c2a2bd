import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import { UserError } from '../errors.js';
import { readManifests } from '../manifest-files.js';
import { resolveKustomization } from './resolve.js';

function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'seatrial-kustomize-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

const objects = (path: string): KubeObject[] =>
  resolveKustomization(path).map(({ object }) => object);

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      serviceAccountName: web
      containers:
        - name: main
          image: example.com:5000/web:1.0
          envFrom: [{ configMapRef: { name: settings } }]
        - name: side
          image: side:1
`;
const account = '{ apiVersion: v1, kind: ServiceAccount, metadata: { name: web } }\n';

describe('a base and an overlay', () => {
  const path = folder({
    'base/kustomization.yaml': `resources: [web.yaml, account.yaml]
configMapGenerator:
  - { name: settings, literals: ['mode=fast', 'level="high"'] }
`,
    'base/web.yaml': deployment,
    'base/account.yaml': account,
    'prod/kustomization.yaml': `resources: [../base]
namespace: fraud
namePrefix: prod-
labels: [{ pairs: { team: risk }, includeSelectors: true }]
images: [{ name: 'example.com:5000/web', newTag: '2.0' }]
replicas: [{ name: web, count: 3 }]
patches:
  - target: { kind: Deployment, name: web }
    patch: |
      - { op: add, path: /metadata/annotations, value: { a: b } }
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec: { template: { spec: { containers: [{ name: side, $patch: delete }] } } }
`,
  });
  const [web, serviceAccount, settings] = objects(join(path, 'prod'));

  it('become one', () => {
    expect(web).toMatchObject({
      metadata: {
        name: 'prod-web',
        namespace: 'fraud',
        labels: { team: 'risk' },
        annotations: { a: 'b' },
      },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web', team: 'risk' } },
        template: {
          metadata: { labels: { app: 'web', team: 'risk' } },
          spec: {
            serviceAccountName: 'prod-web',
            containers: [{ name: 'main', image: 'example.com:5000/web:2.0' }],
          },
        },
      },
    });
    expect(serviceAccount?.metadata).toMatchObject({ name: 'prod-web', namespace: 'fraud' });
  });

  it('and names follow', () => {
    expect(settings).toMatchObject({ kind: 'ConfigMap', data: { mode: 'fast', level: 'high' } });
    const name = settings?.metadata.name;
    expect(name).toMatch(/^prod-settings-[a-z0-9]{10}$/);
    expect(JSON.stringify(web)).toContain(`"configMapRef":{"name":"${name ?? ''}"}`);
  });

  it('and every field knows its file and line still', () => {
    const [manifest] = resolveKustomization(join(path, 'prod'));
    expect(manifest?.file).toMatch(/base\/web\.yaml$/);
    expect(manifest?.document.lineOf(['spec', 'template', 'spec', 'containers', 0, 'image'])).toBe(
      14,
    );
  });
});

// Made with kubectl kustomize of Kubernetes 1.36.
it.each([
  [
    'configMapGenerator',
    '{ name: example-configmap-1, files: [application.properties] }',
    'example-configmap-1-g4hk9g2ff8',
  ],
  [
    'configMapGenerator',
    '{ name: example-configmap-2, literals: [FOO=Bar] }',
    'example-configmap-2-42cfbf598f',
  ],
  [
    'secretGenerator',
    '{ name: example-secret-1, files: [password.txt] }',
    'example-secret-1-2kdd8ckcc7',
  ],
])('%s %s is named as kustomize names it', (field, generator, name) => {
  const path = folder({
    'kustomization.yaml': `${field}: [${generator}]\n`,
    'application.properties': 'FOO=Bar\n',
    'password.txt': 'username=admin\npassword=secret\n',
  });
  expect(objects(path)[0]?.metadata.name).toBe(name);
});

function refusal(text: string): UserError {
  const path = folder({ 'kustomization.yaml': text });
  try {
    resolveKustomization(path);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('what is not resolved', () => {
  it.each([
    ['helmCharts: [{ name: x }]', /:1: helmCharts is not resolved here$/],
    ['resources: ["https://github.com/org/repo//base?ref=v1"]', /nothing is downloaded here$/],
    ['resources: [none.yaml]', /:1: there is no /],
  ])('%s has the command that does it', (text, message) => {
    const { message: told, details } = refusal(text);
    expect(told).toMatch(message);
    expect(details.next).toMatch(/: kubectl kustomize .* \| seatrial check -f -$/);
  });

  it('is told with the folder that the user named, and the leave that it needs', () => {
    const path = folder({
      'base/kustomization.yaml': 'helmCharts: [{ name: x }]\n',
      'prod/kustomization.yaml': 'resources: [../base]\n',
    });
    const prod = join(path, 'prod');
    expect(() => objects(prod)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/base\/kustomization\.yaml:1: helmCharts/),
        details: expect.objectContaining({
          next: `build it with kustomize: kubectl kustomize --enable-helm ${prod} | seatrial check -f -`,
        }),
      }),
    );
  });

  it('a patch without its object is an error of the input', () => {
    const text = `patches:
  - patch: '{ apiVersion: v1, kind: Service, metadata: { name: a } }'
`;
    expect(refusal(text).message).toMatch(
      /kustomization\.yaml:2: patches\[0\]: finds no object to patch: there is no Service a among the resources$/,
    );
  });
});

const webhook = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: judge, annotations: { inject: NS/cert } }
webhooks:
  - { name: a, clientConfig: { service: { name: door, namespace: system } } }
  - { name: b, clientConfig: { service: { name: other, namespace: elsewhere } } }
`;
const door = '{ apiVersion: v1, kind: Service, metadata: { name: door, namespace: system } }\n';

it('writes values of one object into fields of others', () => {
  const path = folder({
    'kustomization.yaml': `resources: [webhook.yaml, door.yaml]
replacements:
  - source: { kind: Service, name: door, fieldPath: metadata.namespace }
    targets:
      - select: { kind: ValidatingWebhookConfiguration }
        fieldPaths: ['webhooks.[name=a].clientConfig.service.namespace', metadata.annotations.inject]
        options: { delimiter: /, index: 0 }
  - path: more.yaml
`,
    'more.yaml': `- sourceValue: x
  targets:
    - { select: { kind: Service }, fieldPaths: ['metadata.labels.[a.b/c]'], options: { create: true } }
`,
    'webhook.yaml': webhook,
    'door.yaml': door,
  });
  const [judge, service] = objects(path);
  expect(judge?.metadata.annotations).toEqual({ inject: 'system/cert' });
  expect(service?.metadata.labels).toEqual({ 'a.b/c': 'x' });
});

it('refuses a replacement that leads nowhere, with the command that tells more', () => {
  const path = folder({
    'kustomization.yaml': `resources: [door.yaml]
replacements: [{ source: { kind: Service, fieldPath: spec.clusterIP }, targets: [] }]
`,
    'door.yaml': door,
  });
  expect(() => objects(path)).toThrow(/kustomization\.yaml:2: Service {2}has no spec\.clusterIP/);
});

it('puts values of objects where vars stand, and follows the names that configurations tell', () => {
  const path = folder({
    'base/kustomization.yaml': `resources: [door.yaml, app.yaml]
configurations: [fields.yaml]
vars:
  - { name: DOOR, objref: { kind: Service, name: door, apiVersion: v1 } }
  - name: WHERE
    objref: { kind: Service, name: door }
    fieldref: { fieldpath: metadata.namespace }
patchesStrategicMerge:
`,
    'base/door.yaml': door,
    'base/app.yaml': `apiVersion: example.com/v1
kind: App
metadata: { name: app, namespace: system }
spec: { backend: door, url: 'http://$(DOOR).$(WHERE)/$(UNKNOWN)' }
`,
    'base/fields.yaml': `varReference: [{ kind: App, path: spec/url }]
nameReference: [{ kind: Service, fieldSpecs: [{ kind: App, path: spec/backend }] }]
`,
    'kustomization.yaml': 'resources: [base]\nnamespace: prod\nnamePrefix: my-\n',
  });
  expect(objects(path)[1]?.['spec']).toEqual({
    backend: 'my-door',
    url: 'http://my-door.prod/$(UNKNOWN)',
  });
});

it('lets names and namespaces in webhooks follow, but not those of others', () => {
  const path = folder({
    'kustomization.yaml':
      'resources: [webhook.yaml, door.yaml]\nnamespace: prod\nnamePrefix: my-\n',
    'webhook.yaml': webhook,
    'door.yaml': door,
  });
  expect(objects(path)[0]).toMatchObject({
    webhooks: [
      { clientConfig: { service: { name: 'my-door', namespace: 'prod' } } },
      { clientConfig: { service: { name: 'other', namespace: 'elsewhere' } } },
    ],
  });
});

it('applies built-in transformers, and refuses programs', () => {
  const files = (apiVersion: string): Readonly<Record<string, string>> => ({
    'kustomization.yaml': 'resources: [door.yaml]\ntransformers: [t.yaml]\n',
    't.yaml': `apiVersion: ${apiVersion}
kind: LabelTransformer
metadata: { name: t }
labels: { team: risk }
fieldSpecs: [{ path: metadata/labels, create: true }]
`,
    'door.yaml': door,
  });
  expect(objects(folder(files('builtin')))[0]?.metadata.labels).toEqual({ team: 'risk' });
  expect(() => objects(folder(files('example.com/v1')))).toThrow(/is a program, which is not run/);
});

it('keeps quotes of env files, and puts what a patch adds to a list first', () => {
  const path = folder({
    'kustomization.yaml': `resources: [web.yaml]
configMapGenerator: [{ name: settings, envs: [a.env] }]
patches: [{ path: patch.yaml }]
`,
    'a.env': 'A="x"\r\n\n# no\nB=\n',
    'web.yaml': deployment,
    'patch.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { containers: [{ name: new, image: new }] } } }
`,
  });
  const [web, settings] = objects(path);
  expect(settings?.['data']).toEqual({ A: '"x"', B: '' });
  expect(web).toMatchObject({
    spec: { template: { spec: { containers: [{ name: 'new' }, { name: 'main' }, {}] } } },
  });
});

it('is what its folder and its file mean wherever manifests are read', () => {
  const path = folder({
    'kustomization.yaml': 'namePrefix: a-\nresources: [account.yaml]\n',
    'account.yaml': account,
    'values.yaml': 'not: a manifest\n',
  });
  for (const named of [path, join(path, 'kustomization.yaml')]) {
    expect(readManifests(named).map(({ object }) => object.metadata.name)).toEqual(['a-web']);
  }
  expect(() => readManifests(join(path, 'values.yaml'))).toThrow('apiVersion');
});
