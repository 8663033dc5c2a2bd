/** The clusters that run on this machine: one small file each, gone when the cluster goes. */
import { isProcessAlive } from '../host.js';
import { ClusterNotes } from './cluster-notes.js';

/** A running cluster, as other commands find it. */
export interface RunningCluster {
  readonly name: string;
  readonly pid: number;
  readonly server: string;
  readonly kubeconfig: string;
}

const notes = new ClusterNotes<RunningCluster>('clusters');

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
