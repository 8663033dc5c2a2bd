import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { readCheckInput } from './read-input.js';
import { staticPass } from './static-pass.js';

function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'seatrial-check-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

const map = (name: string): string =>
  `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} } }\n`;

it('reads a folder with all below it, in order', () => {
  const path = folder({
    'b.yaml': map('b'),
    'a/x.yml': map('x'),
    'a/y.json': '{}',
    'notes.md': '#',
  });
  const { manifests } = readCheckInput([path]);
  expect(manifests.map(({ object }) => object.metadata.name)).toEqual(['x', 'b']);
});

it('opens lists, and items inherit what the kind of the list tells', () => {
  const path = folder({
    'list.yaml': `
apiVersion: v1
kind: ConfigMapList
items:
  - metadata: { name: a }
`,
  });
  const [manifest] = readCheckInput([path]).manifests;
  expect(manifest?.object).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  expect(manifest?.line).toBe(5);
});

it('goes on after broken files of a folder, and tells of them', () => {
  const path = folder({
    'broken.yaml': 'a: [1\n',
    'values.yaml': 'replicas: 3\n',
    'half.yaml': 'kind: Pod\n',
    'good.yaml': map('good'),
  });
  const input = readCheckInput([path]);
  expect(input.manifests).toHaveLength(1);
  const told = staticPass(input).findings.map(({ id, severity, file, message }) =>
    [id, severity, file.slice(path.length + 1), message.split(':')[0]].join(' '),
  );
  expect(told).toEqual([
    'SEA001 error broken.yaml not YAML',
    'SEA001 error half.yaml apiVersion',
    'SEA002 info values.yaml left out',
  ]);
});

it('tells templates that nobody has rendered, also where YAML takes their holes for maps', () => {
  const path = folder({
    'a.yaml': 'apiVersion: v1\nkind: {{ .Values.kind }}\nmetadata: { name: a }\n',
    'b.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ name }}-b\n',
    'c.yaml': 'apiVersion: v1\n{{- if .x }}\nkind: Pod\n{{- end }}\n',
    'd.yaml': `{ apiVersion: v1, kind: ConfigMap, metadata: { name: d }, data: { a: '{{ x }}' } }`,
  });
  const { manifests, unread } = readCheckInput([path]);
  expect(manifests).toHaveLength(1);
  const tail = "is a template's, and nothing has filled it in";
  expect(unread.map(({ reason, place }) => `${place.line} ${reason}`)).toEqual([
    `2 not YAML: {{ .Values.kind }} ${tail}`,
    `4 not YAML: {{ name }} ${tail}`,
    `2 not YAML: {{- if .x }} ${tail}`,
  ]);
});

it('says of what Argo Workflows fills in that YAML wants it in quotes', () => {
  const path = folder({
    'w.yaml': 'kind: Workflow\nspec: { args: [http://a/{{workflow.status}}] }\n',
  });
  expect(() => readCheckInput([join(path, 'w.yaml')])).toThrow(
    expect.objectContaining({
      details: expect.objectContaining({ next: expect.stringMatching(/^put the value in quotes/) }),
    }),
  );
});

it('stops at a broken file that was named itself', () => {
  const path = folder({ 'broken.yaml': 'a: [1\n' });
  expect(() => readCheckInput([join(path, 'broken.yaml')])).toThrow(/broken\.yaml:\d+: not YAML/);
});

it('refuses what has to be rendered first, with the command that does it', () => {
  const chart = folder({ 'Chart.yaml': 'name: c\n', 'templates/a.yaml': '{{ x }}' });
  expect(() => readCheckInput([chart])).toThrow(
    expect.objectContaining({
      details: expect.objectContaining({ next: `helm template ${chart} | seatrial check -f -` }),
    }),
  );
});

it('asks which kustomization is meant when there are some below', () => {
  const path = folder({ 'overlays/prod/kustomization.yaml': 'resources: []\n' });
  expect(() => readCheckInput([path])).toThrow(/holds kustomizations: overlays\/prod/);
});

it('names of many kustomizations those that no other takes in', () => {
  const path = folder({
    'base/kustomization.yaml': 'resources: [../crd/]\n',
    'crd/kustomization.yaml': 'resources: []\n',
    'part/kustomization.yaml': 'kind: Component\n',
    'overlays/dev/kustomization.yaml': 'resources: [../../base]\n',
    'overlays/prod/kustomization.yaml': 'bases: [../../base]\ncomponents: [../../part]\n',
    'torn/kustomization.yaml': 'resources: [\n',
  });
  expect(() => readCheckInput([path])).toThrow(
    expect.objectContaining({
      message: `${path} holds kustomizations: overlays/dev, overlays/prod, torn (and 3 more, of which these are made)`,
      details: expect.objectContaining({
        next: `name the one that is meant: -f ${path}/overlays/dev`,
      }),
    }),
  );
});

it('tells of a chart below once, with the command that renders it, and reads on beside it', () => {
  const path = folder({
    'charts/c/Chart.yaml': 'name: c\n',
    'charts/c/values.yaml': 'a: 1\n',
    'charts/c/templates/a.yaml': '{{ x }}',
    'good.yaml': map('good'),
  });
  const input = readCheckInput([path]);
  expect(input.manifests).toHaveLength(1);
  expect(staticPass(input).findings).toMatchObject([
    {
      id: 'SEA001',
      severity: 'error',
      file: `${path}/charts/c/Chart.yaml`,
      message: 'a Helm chart: its templates have to be rendered first',
      fix: `render it and pipe it: helm template ${path}/charts/c | seatrial check -f -`,
    },
  ]);
});

it('reads what SOPS has encrypted, but for the values', () => {
  const path = folder({
    'secret.yaml': `
apiVersion: v1
kind: Secret
metadata: { name: registry }
type: kubernetes.io/dockerconfigjson
data: { .dockerconfigjson: 'ENC[AES256_GCM,data:q2s=,iv:a=,tag:b=,type:str]' }
sops: { lastmodified: '2026-01-01T00:00:00Z', mac: 'ENC[AES256_GCM,data:x]', version: 3.9.0 }
`,
  });
  const input = readCheckInput([path]);
  expect(staticPass(input).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(input.notes).toEqual([
    `encrypted by SOPS, so that only their keys are known: ${path}/secret.yaml`,
  ]);
});
