/** `seatrial replay` of a file, step by step; and whoever stops reading. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder, seatrial } from './seatrial.js';

/** Two events in one moment: the second takes the Deployment out of the foreground. */
const failure = `apiVersion: seatrial.dev/v1alpha1
kind: Failure
law: no-orphans
version: 0.1.0
digest: unknown
token: st1:none
plan:
  cluster: { pools: [{ name: cpu, count: 1 }], hasMetrics: false }
  objects:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web, namespace: default }
      spec:
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec: { containers: [{ name: web, image: "nginx:1.27" }] }
  events:
    - { afterMs: 0, kind: delete, cascade: foreground, target: &web { apiVersion: apps/v1, kind: Deployment, namespace: default, name: web } }
    - { afterMs: 0, kind: delete, target: *web }
  seed: 0
  settleMs: 10000
`;

it('shows all writes of a moment, and refuses another history', () => {
  const folder = freshFolder({ 'failure.yaml': failure });
  const { code, stdout, stderr } = seatrial(folder, 'replay', 'failure.yaml', '--step');
  const writes = stdout.split('\n').filter(line => line.includes('kubernetes-admin'));
  expect(writes.map(line => line.replace(/ {2}#\d+ /, '').replace(/: .*/, ''))).toEqual([
    '+0s kubernetes-admin creates Deployment default/web',
    '+10s kubernetes-admin writes Deployment default/web',
    '+10s kubernetes-admin deletes Deployment default/web',
  ]);
  expect(stderr).toContain('error: the history is not the one that was kept');
  expect(code).toBe(3);
});

it('ends as ever when nobody reads on', () => {
  const main = resolve('dist/bin/seatrial.js');
  const script = '("$0" "$1" --help; echo "code $?" >&2) | true';
  const { stderr } = spawnSync('sh', ['-c', script, process.execPath, main], { encoding: 'utf8' });
  expect(stderr).toBe('code 0\n');
});
