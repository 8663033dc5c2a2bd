import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import { UserError } from '../../input/errors.js';
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

// As in kubernetes.io/docs/tasks/manage-kubernetes-objects/kustomization.
it.each([
  [
    'configMapGenerator',
    '{ name: example-configmap-1, files: [application.properties] }',
    'example-configmap-1-8mbdf7882g',
  ],
  [
    'configMapGenerator',
    '{ name: example-configmap-2, literals: [FOO=Bar] }',
    'example-configmap-2-g2hdhfc6tk',
  ],
  [
    'secretGenerator',
    '{ name: example-secret-1, files: [password.txt] }',
    'example-secret-1-t2kt65hgtb',
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
    ['resources: [https://github.com/org/repo//base?ref=v1]', /nothing is downloaded here$/],
    ['resources: [none.yaml]', /:1: there is no /],
  ])('%s has the command that does it', (text, message) => {
    const { message: told, details } = refusal(text);
    expect(told).toMatch(message);
    expect(details.next).toMatch(/^kubectl kustomize .* \| seatrial check -f -$/);
  });

  it('a patch without its object is an error of the input', () => {
    const text = `patches:
  - patch: '{ apiVersion: v1, kind: Service, metadata: { name: a } }'
`;
    expect(refusal(text).message).toMatch(
      /kustomization\.yaml:2: patches\[0\]: finds no object to patch/,
    );
  });
});
