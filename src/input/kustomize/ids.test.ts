import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
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

const door = '{ apiVersion: v1, kind: Service, metadata: { name: door, namespace: system } }\n';

it('merges what is generated into what was, by id, and hashes it only if both are', () => {
  const path = folder({
    'base/kustomization.yaml': `namespace: prod
namePrefix: my-
generatorOptions: { disableNameSuffixHash: true, labels: { a: b } }
configMapGenerator: [{ name: settings, literals: [x=1, y=2] }]
`,
    'kustomization.yaml': `resources: [base]
configMapGenerator:
  - name: my-settings
    namespace: prod
    behavior: merge
    literals: [y=3]
    options: { labels: { c: d } }
`,
    'other/kustomization.yaml': `resources: [../base]
configMapGenerator: [{ name: my-settings, behavior: replace, literals: [y=3] }]
`,
  });
  expect(objects(path)).toMatchObject([
    { metadata: { name: 'my-settings', labels: { a: 'b', c: 'd' } }, data: { x: '1', y: '3' } },
  ]);
  expect(() => objects(join(path, 'other'))).toThrow(
    /:2: there is no ConfigMap my-settings before to replace/,
  );
});

it('keeps what is no text, and names long secrets as kustomize does', () => {
  const path = folder({
    'kustomization.yaml': `configMapGenerator: [{ name: a, files: [b.bin] }]
secretGenerator: [{ name: c, files: [long.txt] }]
`,
    'long.txt': 'a'.repeat(100),
  });
  writeFileSync(join(path, 'b.bin'), new Uint8Array([0xff, 0xfe, 0]));
  expect(objects(path)).toMatchObject([
    { metadata: { name: 'a-9kh925g582' }, binaryData: { 'b.bin': '//4A' } },
    { metadata: { name: 'c-2dd9cd2t99' }, type: 'Opaque' },
  ]);
});

describe('patches find their objects by name and namespace, then and now', () => {
  const patched = (patch: string, namespace = 'prod'): KubeObject[] => {
    const text = `resources: [door.yaml]\nnamespace: ${namespace}\n`;
    return objects(
      folder({
        'base/kustomization.yaml': text,
        'base/door.yaml': door,
        'kustomization.yaml': `resources: [base]\npatches:\n  - ${patch}\n`,
      }),
    );
  };
  const merge = (namespace: string, more = '{ a: b }'): string =>
    `{ patch: '{ apiVersion: v1, kind: Service, metadata: { name: door, namespace: ${namespace}, labels: ${more} } }' }`;

  it.each(['system', 'prod'])('in namespace %s', namespace => {
    expect(patched(merge(namespace))[0]?.metadata).toMatchObject({
      namespace: 'prod',
      labels: { a: 'b' },
    });
  });

  it('not without one', () => {
    expect(() => patched(merge('default'))).toThrow(/finds no object to patch/);
  });

  it('by annotations of a target, and add to annotations that are not there', () => {
    const add = `- { op: add, path: /metadata/annotations/x, value: z }`;
    const [one] = patched(`{ target: { kind: Service }, patch: '${add}' }`);
    expect(one?.metadata.annotations).toEqual({ x: 'z' });
    const [same] = patched(
      `{ target: { kind: Service, annotationSelector: x=z }, patch: '${add}' }`,
    );
    expect(same?.metadata.annotations).toBeUndefined();
  });

  it('but replace nothing that is not there, and keep the kind', () => {
    const replace = `- { op: replace, path: /spec/type, value: NodePort }`;
    expect(() => patched(`{ target: { kind: Service }, patch: '${replace}' }`)).toThrow(
      /replace operation does not apply: doc is missing key: \/spec\/type: missing value/,
    );
    const other = `{ target: { kind: Service }, patch: '{ kind: Pod, metadata: { name: x }, spec: { a: 1 } }' }`;
    expect(patched(other)[0]).toMatchObject({ kind: 'Service', metadata: { name: 'door' } });
  });
});

it('lets no name follow into another namespace, and takes none for default', () => {
  const path = folder({
    'kustomization.yaml': `resources: [web.yaml, account.yaml, bind.yaml]
configMapGenerator: [{ name: settings, literals: [a=b] }]
`,
    'web.yaml': deployment.replace('name: web\nspec', 'name: web\n  namespace: far\nspec'),
    'account.yaml': account,
    'bind.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: b, namespace: far }
subjects: [{ kind: ServiceAccount, name: web, namespace: default }]
`,
    'over/kustomization.yaml': 'resources: [..]\nnamespace: prod\n',
  });
  expect(JSON.stringify(objects(path)[0])).toContain('"configMapRef":{"name":"settings"}');
  const bind = objects(join(path, 'over')).find(({ kind }) => kind === 'RoleBinding');
  expect(bind?.['subjects']).toMatchObject([{ name: 'web', namespace: 'prod' }]);
});

it('takes the later of two fields, and gives kinds that it does not know a namespace', () => {
  const path = folder({
    'kustomization.yaml': 'namespace: a\nnamespace: b\nresources: [c.yaml]\n',
    'c.yaml': `{ apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: FlowSchema, metadata: { name: f } }
---
{ apiVersion: v1, kind: Node, metadata: { name: n } }
`,
  });
  expect(objects(path).map(({ metadata }) => metadata.namespace)).toEqual(['b', undefined]);
});
