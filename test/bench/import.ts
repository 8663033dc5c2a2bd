/** How fast the writes of an audit log are imported, from lines to what is known of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect } from '../../src/incident/collect.js';
import { rebuild } from '../../src/incident/rebuild/incident.js';
import type { Benchmark } from './benchmark.js';

const events = 100_000;

/** A log as a busy cluster writes it: pods come and go, leases are renewed, people scale. */
function auditLines(): string {
  const lines: string[] = [];
  for (let index = 0; index < events; index++) {
    const at = new Date(1787216100000 + index * 30).toISOString();
    const pod = `web-6f9c7d5b84-${String(index % 50_000).padStart(5, '0')}`;
    const kind = index % 10;
    const controller = 'system:serviceaccount:kube-system:replicaset-controller';
    const common = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      auditID: `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
      stage: 'ResponseComplete',
      requestReceivedTimestamp: at,
      stageTimestamp: at,
      userAgent: 'kube-controller-manager/v1.36.2',
      responseStatus: { code: 200 },
    };
    lines.push(JSON.stringify({ ...common, ...written(kind, { pod, controller, index }) }));
  }
  return `${lines.join('\n')}\n`;
}

function written(
  kind: number,
  { pod, controller, index }: { pod: string; controller: string; index: number },
): object {
  const pods = { resource: 'pods', namespace: 'shop', name: pod, apiVersion: 'v1' };
  if (kind < 3) {
    const resources = { requests: { cpu: '1', memory: '1Gi' } };
    const owner = { kind: 'ReplicaSet', name: 'web-6f9c7d5b84', uid: 'u', controller: true };
    return {
      verb: 'create',
      user: { username: controller },
      objectRef: pods,
      requestObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { generateName: 'web-6f9c7d5b84-', ownerReferences: [owner] },
        spec: { containers: [{ name: 'main', image: 'web', resources }] },
      },
    };
  }
  if (kind < 5) return { verb: 'delete', user: { username: controller }, objectRef: pods };
  if (kind < 6) {
    return {
      verb: 'patch',
      user: { username: 'dave@shop.example' },
      objectRef: {
        resource: 'deployments',
        namespace: 'shop',
        name: 'web',
        apiGroup: 'apps',
        apiVersion: 'v1',
      },
      requestObject: { spec: { replicas: index % 7 } },
    };
  }
  return { verb: 'get', user: { username: 'system:node:n1' }, objectRef: pods };
}

/** The benchmarks. */
export const importBenchmarks: readonly Benchmark[] = [
  {
    name: 'import of an audit log',
    unit: 'events',
    runs: 2,
    async run() {
      const folder = mkdtempSync(join(tmpdir(), 'seatrial-bench-'));
      try {
        const file = join(folder, 'audit.log');
        writeFileSync(file, auditLines());
        const collection = await collect([file]);
        rebuild(collection, 2026);
        collection.writes.close();
        return events;
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
];
