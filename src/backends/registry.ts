/** The clusters that run on this machine: one small file each, gone when the cluster goes. */
import { isProcessAlive, processId } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { ClusterNotes } from './cluster-notes.js';

/** A running cluster, as other commands find it. */
export interface RunningCluster {
  readonly name: string;
  readonly pid: number;
  readonly server: string;
  readonly kubeconfig: string;
}

const notes = new ClusterNotes<RunningCluster>('clusters');

/**
 * Takes a name for a cluster that is about to be started; the result gives it back.
 *
 * @throws UserError when a cluster of that name runs, or is being started.
 */
export function claim(name: string): () => void {
  const isRunning = runningClusters().some(cluster => cluster.name === name);
  const holder = isRunning ? undefined : notes.claim(name, processId());
  if (!isRunning && holder === undefined) return () => notes.release(name);
  const what = isRunning ? 'runs already' : `is being started already, by process ${holder}`;
  throw new UserError(`a cluster "${name}" ${what}`, {
    exitCode: exitCodes.usage,
    code: 'name-taken',
    next: `stop it with: seatrial down --name ${name}, or choose another --name`,
  });
}

/** Where a cluster that goes on in the background logs; its folder is made. */
export const logFileOf = (name: string): string => notes.logFileOf(name);

/** Notes a running cluster. */
export function register(cluster: RunningCluster): void {
  notes.write(cluster);
}

/** Forgets a cluster; the folders go with the last. */
export function unregister(name: string): void {
  notes.remove(name);
}

/** The clusters that run; files whose process has gone are removed. */
export function runningClusters(): RunningCluster[] {
  return notes.all().filter(({ name, pid }) => {
    const isRunning = isProcessAlive(pid);
    if (!isRunning) unregister(name);
    return isRunning;
  });
}
