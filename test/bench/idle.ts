/**
 * What it costs a cluster to live: leases, statuses, scrapes, autoscalers. Nothing happens in it.
 * `npx tsx --expose-gc test/bench/idle.ts [HOURS]` tells where the time goes; it is part of `npm run bench` too.
 */
import { bootSimulatedCluster, type SimulatedCluster } from '../../src/backends/sim.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { Benchmark } from './benchmark.js';
import { gpuNodes } from './cluster.js';

const namespace = 'default';

/** A serving deployment of GPU pods, with probes as a real one has. */
function server(name: string, replicas: number): KubeObject {
  const labels = { app: name };
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 };
  const resources = {
    requests: { cpu: '500m', memory: '2Gi', 'nvidia.com/gpu': '1' },
    limits: { memory: '2Gi', 'nvidia.com/gpu': '1' },
  };
  const image = 'registry.test/server:1';
  const container = { name: 'main', image, resources, readinessProbe: probe, livenessProbe: probe };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

function service(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
  };
}

function autoscaler(name: string, replicas: number): KubeObject {
  const target = { type: 'Utilization', averageUtilization: 70 };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: replicas,
      maxReplicas: replicas * 4,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  };
}

/** Boots a platform at rest: GPU nodes, and servers behind services and autoscalers. */
export async function restingPlatform(nodes: number): Promise<SimulatedCluster> {
  const cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(nodes, 4) });
  const names = ['scorer', 'canary', 'features', 'gateway'];
  const applied = await cluster.apply(
    names.flatMap(name => [server(name, 6), service(name), autoscaler(name, 6)]),
  );
  for (const { status, message } of applied) if (status !== 201) throw new Error(message);
  return cluster;
}

async function rest(hours: number): Promise<number> {
  await using cluster = await restingPlatform(24);
  await cluster.advance(`${hours}h`);
  return hours;
}

/** A platform that just lives. */
export const idleBenchmarks: readonly Benchmark[] = [
  { name: '24 GPU nodes and 24 pods at rest', unit: 'hours', runs: 1, run: () => rest(26) },
];

if (process.argv[1]?.endsWith('idle.ts') === true) {
  const hours = Number(process.argv[2] ?? 26);
  const start = process.cpuUsage();
  const cluster = await restingPlatform(24);
  const { trace, server: apiServer } = cluster.simulation;
  const spent = () => (process.cpuUsage(start).user / 1e6).toFixed(2);
  const told = () => {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const mebi = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
    return `${spent()} s of CPU, ${trace.count} events, revision ${apiServer.revision()}, heap ${mebi(heapUsed)}, resident ${mebi(rss)}`;
  };
  console.log(`up: ${told()}`);
  await cluster.advance('10m');
  console.log(`10 minutes: ${told()}`);
  await cluster.advance(`${hours}h`);
  console.log(`${hours} hours: ${told()}`);
  console.log(cluster.digest());
}
