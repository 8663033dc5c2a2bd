/** Measures the resident memory of a large cluster, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);

/** A line with the resident memory of a cluster of so many nodes, after five virtual minutes. */
export function memoryAtNodes(count: number): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', self, String(count)],
    { encoding: 'utf8' },
  );
  return status === 0 ? stdout.trim() : `memory at ${count} nodes: failed: ${stderr.slice(0, 500)}`;
}

if (process.argv[1] === self) {
  const { bootSimulatedCluster } = await import('../../src/backends/sim.js');
  const { gpuNodes } = await import('./cluster.js');
  const count = Number(process.argv[2]);
  const startMs = performance.now();
  const cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(count) });
  const readyMs = performance.now() - startMs;
  await cluster.advance('5m');
  globalThis.gc?.();
  const mebibytes = process.memoryUsage().rss / 2 ** 20;
  console.log(
    `${count} nodes: ready in ${readyMs.toFixed(0)} ms, ${mebibytes.toFixed(0)} MiB resident after 5 virtual minutes`,
  );
}
