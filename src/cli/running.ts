/** Finds the running cluster that a command is about. */
import { runningClusters, type RunningCluster } from '../backends/registry.js';
import { exitCodes, UserError } from '../input/errors.js';

/** The cluster of this name. */
export function runningCluster(name: string): RunningCluster {
  const running = runningClusters();
  const found = running.find(cluster => cluster.name === name);
  if (found !== undefined) return found;
  const names = running.map(cluster => cluster.name);
  throw new UserError(`no cluster "${name}" runs on this machine`, {
    exitCode: exitCodes.usage,
    code: 'no-such-cluster',
    next: names.length === 0 ? 'start one with: seatrial up' : `running: ${names.join(', ')}`,
  });
}
