/** A dump becomes a folder: whole or not at all, without an original word, and it loads. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadScenario } from '../../scenario/scenario.js';
import { collect } from '../collect.js';
import { rebuild } from '../rebuild/incident.js';
import { writeFolder } from './write-folder.js';

const root = mkdtempSync(join(tmpdir(), 'seatrial-folder-'));
afterAll(() => rmSync(root, { recursive: true }));
const dump = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Node
  metadata: { name: rack-7, creationTimestamp: '2026-08-01T00:00:00Z' }
  status: { capacity: { cpu: '8', memory: 32Gi, pods: '110' } }
- apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ledger, namespace: payments, creationTimestamp: '2026-08-01T00:00:00Z' }
  spec:
    replicas: 2
    selector: { matchLabels: { app: ledger } }
    template:
      metadata: { labels: { app: ledger } }
      spec: { containers: [{ name: ledger, image: registry.acme.example/ledger:3 }] }
`;
writeFileSync(join(root, 'dump.yaml'), dump);

it('writes a folder once, anonymised, and a table that lies beside it', async () => {
  const collection = await collect([join(root, 'dump.yaml')]);
  const incident = rebuild(collection, 2026);
  const folder = join(root, 'made');
  const options = { folder, name: 'made', isAnonymous: true, hasTest: true, force: false };
  const { tables } = await writeFolder(incident, collection, options);
  expect(tables.rebuilt.map(({ what }) => what)).toContain('objects');
  const text = ['manifests/ns-ns-1.yaml', 'manifests/nodes.yaml', 'IMPORT.md', 'incident.test.ts']
    .map(file => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  expect(text).not.toMatch(/ledger|payments|acme|rack-7/);
  expect(readFileSync(join(root, 'made.translation.json'), 'utf8')).toContain('ledger');
  expect(loadScenario(join(folder, 'scenario.yaml')).steps).toHaveLength(2);
  await expect(writeFolder(incident, collection, options)).rejects.toThrow('is there already');
  collection.writes.close();
  expect(readdirSync(root).filter(name => name.includes('draft'))).toEqual([]);
  expect(existsSync(folder)).toBe(true);
});
