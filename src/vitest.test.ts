/** `seatrial/vitest` in a suite of its own, as a user has it: what passes passes, what fails tells how. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'seatrial-vitest-'));
const library = resolve('src/vitest.ts');

const suite = `
import { expect, test, voyagePlans } from ${JSON.stringify(library)};
import { fc } from ${JSON.stringify(library)};

const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'default', name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'nginx' }] },
    },
  },
};

test.voyage('holds', {
  manifests: [web],
  laws: ['requests-within-allocatable', 'eventually-stable'],
  parameters: { seed: 1, numRuns: 3 },
});

test.voyage(
  'fails',
  {
    plans: voyagePlans({ partsMax: 2, faults: [] }),
    laws: ['requests-within-allocatable'],
    shrinkRunsMax: 40,
    parameters: { seed: 1, numRuns: 10 },
  },
  ({ history }) => {
    expect(history.some(({ resource, type }) => resource === 'pods' && type === 'DELETED')).toBe(false);
  },
);

test.prop([fc.nat()])('is fast-check beside it', n => n >= 0);

test('has matchers', () => {
  expect({ status: 403, headers: {}, body: {} }).toBeForbidden();
  expect(() => expect({ metadata: { name: 'p' } }).toBeScheduled()).toThrow('Pod /p has no node');
});
`;

/** The example of the README, and what it is about. */
const [, example = ''] =
  /^```typescript\n([\s\S]*?)^```/m.exec(readFileSync('README.md', 'utf8')) ?? [];
const readme = example
  .replace(`'seatrial/vitest'`, JSON.stringify(library))
  .replace(`'seatrial'`, JSON.stringify(resolve('src/index.ts')));
const platform = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: nginx }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: default }
spec: { podSelector: {} }
`;

let output = '';

beforeAll(() => {
  writeFileSync(join(folder, 'platform.test.ts'), suite);
  writeFileSync(join(folder, 'readme.test.ts'), readme);
  mkdirSync(join(folder, 'manifests'));
  writeFileSync(join(folder, 'manifests', 'web.yaml'), platform);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const run = spawnSync('npx', ['vitest', 'run', '--no-color'], { cwd: folder, encoding: 'utf8' });
  output = run.stdout + run.stderr;
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('A suite of voyages', () => {
  it('passes what holds, and what is no voyage', () => {
    expect(output).toMatch(/Tests +1 failed \| 5 passed/);
  });

  it('tells seed, path and one token of what fails', () => {
    expect(output).toMatch(/seed: 1, path: "\d+(:\d+)*", endOnFailure: true/);
    expect(output.match(/seatrial replay st1:[\w-]+/)).not.toBeNull();
    expect(output).toContain('broken: the test: what the test expects');
  });

  it('keeps what breaks a law, and nothing else', () => {
    const failures = join(folder, '.seatrial', 'failures');
    expect(existsSync(failures) ? readdirSync(failures) : []).toEqual([]);
  });
});
