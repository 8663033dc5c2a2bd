/** A property test that an import writes is registered here as it stands, and run: one voyage of each. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { collect } from '../collect.js';
import { rebuild } from '../rebuild/incident.js';
import { writeFolder } from './write-folder.js';

const root = mkdtempSync(join(tmpdir(), 'seatrial-as-test-'));
afterAll(() => rmSync(root, { recursive: true }));
const dump = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Node
  metadata: { name: n1, creationTimestamp: '2026-08-01T00:00:00Z' }
  status: { capacity: { cpu: '8', memory: 32Gi, pods: '110' } }
- apiVersion: v1
  kind: ResourceQuota
  metadata: { name: q, namespace: shop, creationTimestamp: '2026-08-01T00:00:00Z' }
  spec: { hard: { requests.cpu: '2' } }
  status: { hard: { requests.cpu: '2' }, used: { requests.cpu: '2' } }
- apiVersion: apps/v1
  kind: Deployment
  metadata: { name: web, namespace: shop, creationTimestamp: '2026-08-01T00:00:00Z' }
  spec:
    replicas: 2
    selector: { matchLabels: { app: web } }
    template:
      metadata: { labels: { app: web } }
      spec: { containers: [{ name: c, image: i, resources: { requests: { cpu: '1' } } }] }
`;
writeFileSync(join(root, 'dump.yaml'), dump);
const folder = join(root, 'made');
const collection = await collect([join(root, 'dump.yaml')]);
await writeFolder(rebuild(collection, 2026), collection, {
  folder,
  name: 'made',
  isAnonymous: false,
  hasTest: true,
  force: false,
});
collection.writes.close();
const written = readFileSync(join(folder, 'incident.test.ts'), 'utf8');

it('names the laws, and varies nodes and quotas', () => {
  expect(written).toContain('"requests-within-allocatable"');
  expect(written).toContain('with a node fewer');
  expect(written).toContain('with quotas half as large');
});

// Here the package goes by its sources; one run of each keeps it short.
const here = (file: string): string => pathToFileURL(resolve(file)).href;
const bounded = written
  .replace("'seatrial/vitest'", `'${here('src/vitest.ts')}'`)
  .replace("'seatrial'", `'${here('src/index.ts')}'`)
  .replace('numRuns: 3', 'numRuns: 1, seed: 7');
const file = join(folder, 'incident.bounded.ts');
writeFileSync(file, bounded);
await import(file);
