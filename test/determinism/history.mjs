/**
 * The history of a scenario: with what `run` is told to use, and, where this file is a program or a worker
 * thread of its own, with what is built (without a compiler's loader, which takes longer than the runs).
 */
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';

/** Runs one scenario with one seed and gives its history's digest, entries, and results. */
export async function run({ loadScenario, sail }, file, seed) {
  const told = [];
  const { digest, trace, steps } = await sail(loadScenario(file), {
    seed,
    keepsTrace: true,
    tell: line => told.push(line),
  });
  const results = steps.map(step => `${step.result} ${step.title}`);
  return { digest, entries: trace, results: [...results, ...told] };
}

async function runAll({ files, seed }, give) {
  const { loadScenario } = await import('../../dist/src/scenario/scenario.js');
  const { sail } = await import('../../dist/src/scenario/voyage.js');
  for (const file of files) give(await run({ loadScenario, sail }, file, seed));
}

if (isMainThread && process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , seed, ...files] = process.argv;
  await runAll({ files, seed: Number(seed) }, history => {
    process.stdout.write(`${JSON.stringify(history)}\n`);
  });
} else if (workerData?.isHistory === true) {
  await runAll(workerData, history => parentPort.postMessage(history));
}
