/** The clusters that run on this machine: one small file each, gone when the cluster goes. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { environment, homeFolder, isProcessAlive } from '../host.js';

/** A running cluster, as other commands find it. */
export interface RunningCluster {
  readonly name: string;
  readonly pid: number;
  readonly server: string;
  readonly kubeconfig: string;
}

/** Where the files are: $SEATRIAL_HOME/clusters, or ~/.seatrial/clusters. */
function folder(): string {
  return join(environment('SEATRIAL_HOME') ?? join(homeFolder(), '.seatrial'), 'clusters');
}

const fileOf = (name: string): string => join(folder(), `${name}.json`);

/** Notes a running cluster. */
export function register(cluster: RunningCluster): void {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(fileOf(cluster.name), JSON.stringify(cluster), { mode: 0o600 });
}

/** Forgets a cluster; the folders go with the last. */
export function unregister(name: string): void {
  rmSync(fileOf(name), { force: true });
  for (const empty of [folder(), dirname(folder())]) {
    if (existsSync(empty) && readdirSync(empty).length === 0) rmdirSync(empty);
  }
}

/** The clusters that run; files whose process has gone are removed. */
export function runningClusters(): RunningCluster[] {
  if (!existsSync(folder())) return [];
  return readdirSync(folder())
    .sort()
    .filter(file => file.endsWith('.json'))
    .flatMap(file => {
      const cluster = JSON.parse(readFileSync(join(folder(), file), 'utf8')) as RunningCluster;
      if (isProcessAlive(cluster.pid)) return [cluster];
      unregister(cluster.name);
      return [];
    });
}
