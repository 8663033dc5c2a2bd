/** Dask's programs: which containers they are, and the workloads that play them. */
import type { Container, Pod } from '../../api/kinds/core.js';
import type { Workload } from '../workload.js';
import { startRunner } from './runner.js';
import { startScheduler } from './scheduler.js';
import { daskCommand } from './words.js';
import { startWorker } from './worker.js';

const component = 'dask.org/component';

const scheduler: Workload = {
  name: 'dask-scheduler',
  start: context => startScheduler(context, daskCommand(context.command)?.words ?? []),
};

const worker: Workload = {
  name: 'dask-worker',
  start: context => startWorker(context, daskCommand(context.command)?.words ?? []),
};

const runner: Workload = { name: 'dask-job-runner', start: startRunner };

/**
 * A container whose command is Dask's, or the first one of a part of a Dask cluster whose image knows
 * itself what to run; and that of a DaskJob's pod, whatever its command is.
 */
export function daskProgram(
  pod: Pod,
  container: Container,
  words: readonly string[],
): Workload | undefined {
  const role = daskCommand(words)?.role;
  if (role !== undefined) return role === 'scheduler' ? scheduler : worker;
  if (container.name !== pod.spec?.containers[0]?.name) return undefined;
  const part = pod.metadata.labels?.[component];
  if (part === 'job-runner') return runner;
  if (words.length > 0) return undefined;
  return part === 'scheduler' ? scheduler : part === 'worker' ? worker : undefined;
}
