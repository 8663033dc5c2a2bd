/**
 * Measures memory, each time in a process of its own: of 10,000 pods in the scheduler, of a whole cluster,
 * and of one that is served for a day. The process runs one bundled file, as what is shipped does: a loader of TypeScript would
 * be measured along.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { KubeObject } from '../../sim/api/object.js';
import { keepHeapSmall, optimizeLate, servedGrowthPercent } from '../../src/host.js';

/** Beside the main program in the bundle. */
const file = fileURLToPath(new URL('memory.js', import.meta.url));
const mark = 'measure-memory';
const schedulingName = 'scheduler: 10,000 plain pods, 1,000 nodes';

/** A small young generation: the scheduler leaves much behind that is dead at once. */
const smallYoung = '--max-semi-space-size=4';

/** Lines with the resident memory of 10,000 pods on 1,000 nodes in the scheduler's memory alone. */
export function memoryOfScheduling(): string {
  const usual = inProcess('scheduling');
  const small = inProcess('scheduling', [], [smallYoung]);
  return `${usual}\n${small} (node ${smallYoung})`;
}

/** A line with the resident memory of a cluster of so many nodes, after five virtual minutes. */
export function memoryAtNodes(count: number): string {
  return inProcess('nodes', [String(count)]);
}

/** A line with what is alive in a small cluster that is served, and its history, hour after hour. */
export function memoryOfServing(hours: number): string {
  return inProcess('serving', [String(hours)]);
}

function inProcess(
  what: string,
  given: readonly string[] = [],
  flags: readonly string[] = [],
): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', ...flags, file, mark, what, ...given],
    { encoding: 'utf8' },
  );
  return status === 0 ? stdout.trim() : `memory (${what}): failed: ${stderr.slice(0, 500)}`;
}

function residentMiB(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

async function measureScheduling(): Promise<void> {
  const { schedulerBenchmarks } = await import('./scheduler.js');
  const before = residentMiB();
  await schedulerBenchmarks.find(({ name }) => name === schedulingName)?.run(() => undefined);
  const most = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${schedulingName}: ${most} MiB resident at most, ${before} MiB before the first pod`,
  );
}

async function measureNodes(count: number): Promise<void> {
  const { bootSimulatedCluster } = await import('../../src/backends/sim.js');
  const { gpuNodes } = await import('./cluster.js');
  // As `seatrial up` does.
  optimizeLate();
  keepHeapSmall(servedGrowthPercent);
  const before = residentMiB();
  const startMs = performance.now();
  const cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(count) });
  const readyMs = performance.now() - startMs;
  await cluster.advance('5m');
  console.log(
    `${count} nodes: ready in ${readyMs.toFixed(0)} ms, ${residentMiB()} MiB resident after 5 virtual minutes, ${before} MiB before the boot`,
  );
}

/** A Job that is made every minute: it, its pod and their events come and go. */
const ticks: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick', namespace: 'default' },
  spec: {
    schedule: '* * * * *',
    jobTemplate: {
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'c', image: 'registry.test/tick' }],
          },
        },
      },
    },
  },
};

async function measureServing(hours: number): Promise<void> {
  const { bootSimulatedCluster } = await import('../../src/backends/sim.js');
  const { simulationOptions } = await import('../../src/backends/sim-options.js');
  const cluster = await bootSimulatedCluster(simulationOptions({ seed: 1 }));
  const { server } = cluster.simulation;
  server.compactRegularly();
  const [applied] = await cluster.apply([ticks]);
  if (applied?.status !== 201) throw new Error(applied?.message ?? 'not applied');
  const told: string[] = [];
  for (let hour = 0; hour <= hours; hour += hours / 4) {
    globalThis.gc?.();
    const alive = Math.round(process.memoryUsage().heapUsed / 2 ** 20);
    const changes = [...server.history()].length;
    told.push(`${hour} h ${alive} MiB, ${changes} of ${server.revision()} changes`);
    await cluster.advance(`${(hours / 4) * 60}m`);
  }
  console.log(`served: ${told.join('; ')}`);
}

if (process.argv[2] === mark) {
  if (process.argv[3] === 'scheduling') await measureScheduling();
  else if (process.argv[3] === 'serving') await measureServing(Number(process.argv[4]));
  else await measureNodes(Number(process.argv[4]));
}
