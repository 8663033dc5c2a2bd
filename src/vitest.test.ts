/** `seatrial/vitest` in a suite of its own, as a user has it: what passes passes, what fails tells how. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
`;

let output = '';

beforeAll(() => {
  writeFileSync(join(folder, 'platform.test.ts'), suite);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const run = spawnSync('npx', ['vitest', 'run', '--no-color'], { cwd: folder, encoding: 'utf8' });
  output = run.stdout + run.stderr;
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('A suite of voyages', () => {
  it('passes what holds, and what is no voyage', () => {
    expect(output).toMatch(/1 failed \| 2 passed/);
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
