/**
 * Measures resident memory, each time in a process of its own: of 10,000 pods in the scheduler, and of a
 * whole cluster. The process runs one bundled file, as what is shipped does: a loader of TypeScript would
 * be measured along.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const mark = 'measure-memory';
const schedulingName = 'scheduler: 10,000 plain pods, 1,000 nodes';

/** A small young generation: the scheduler leaves much behind that is dead at once. */
const smallYoung = '--max-semi-space-size=4';

/** Lines with the resident memory of 10,000 pods on 1,000 nodes in the scheduler's memory alone. */
export async function memoryOfScheduling(): Promise<string> {
  const usual = await inProcess('scheduling');
  const small = await inProcess('scheduling', [], [smallYoung]);
  return `${usual}\n${small} (node ${smallYoung})`;
}

/** A line with the resident memory of a cluster of so many nodes, after five virtual minutes. */
export function memoryAtNodes(count: number): Promise<string> {
  return inProcess('nodes', [String(count)]);
}

async function inProcess(
  what: string,
  given: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<string> {
  const { build } = await import('esbuild');
  // Beside node_modules, where packages that are not bundled are found.
  const cache = fileURLToPath(new URL('../../.cache', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'bench-'));
  // CommonJS packages in the bundle ask for the modules of node by require.
  const js = `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(self)});`;
  try {
    const packages = ['@kubernetes/client-node', '@peculiar/x509', 'esbuild', 'reflect-metadata'];
    await build({
      entryPoints: [self],
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'error',
      banner: { js },
      external: packages,
      outdir: folder,
      outExtension: { '.js': '.mjs' },
    });
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--expose-gc', ...flags, join(folder, 'memory.mjs'), mark, what, ...given],
      { encoding: 'utf8' },
    );
    return status === 0 ? stdout.trim() : `memory (${what}): failed: ${stderr.slice(0, 500)}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function residentMiB(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

async function measureScheduling(): Promise<void> {
  const { schedulerBenchmarks } = await import('./scheduler.js');
  const before = residentMiB();
  await schedulerBenchmarks.find(({ name }) => name === schedulingName)?.run();
  const most = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${schedulingName}: ${most} MiB resident at most, ${before} MiB before the first pod`,
  );
}

async function measureNodes(count: number): Promise<void> {
  const { bootSimulatedCluster } = await import('../../src/backends/sim.js');
  const { gpuNodes } = await import('./cluster.js');
  const before = residentMiB();
  const startMs = performance.now();
  const cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(count) });
  const readyMs = performance.now() - startMs;
  await cluster.advance('5m');
  console.log(
    `${count} nodes: ready in ${readyMs.toFixed(0)} ms, ${residentMiB()} MiB resident after 5 virtual minutes, ${before} MiB before the boot`,
  );
}

if (process.argv[2] === mark) {
  if (process.argv[3] === 'scheduling') await measureScheduling();
  else await measureNodes(Number(process.argv[4]));
}
