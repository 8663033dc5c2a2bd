/** The notes of the kind clusters that seatrial has created on this machine: one small file each. */
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
import { environment, homeFolder, isProcessAlive, processId } from '../../host.js';
import { exitCodes, UserError } from '../../input/errors.js';

/** A cluster of ours. */
export interface OwnedCluster {
  readonly name: string;
  /** The process that created it. */
  readonly pid: number;
  /** Whether it is there whole; before that, or if its creator died, it may be half a cluster. */
  readonly isCreated: boolean;
  /** The kubeconfig into which it was merged, when it was. */
  readonly mergedInto?: string;
}

const folder = (): string =>
  join(environment('SEATRIAL_HOME') ?? join(homeFolder(), '.seatrial'), 'kind');

const fileOf = (name: string): string => join(folder(), `${name}.json`);

/**
 * Reserves a name before the cluster is created, so that two processes do not create and delete one
 * another's.
 *
 * @throws UserError when another process is about to create it.
 */
export function reserve(name: string): void {
  const [other] = ownedClusters().filter(each => each.name === name);
  if (other !== undefined && !other.isCreated && isProcessAlive(other.pid)) {
    throw new UserError(`process ${other.pid} is creating a kind cluster "${name}" just now`, {
      exitCode: exitCodes.usage,
      code: 'name-taken',
      next: 'wait for it, or take another name',
    });
  }
  note({ name, pid: processId(), isCreated: false });
}

/** Notes what became of a cluster. */
export function note(cluster: OwnedCluster): void {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(fileOf(cluster.name), `${JSON.stringify(cluster)}\n`);
}

/** Forgets a cluster; the folders go with the last. */
export function forget(name: string): void {
  rmSync(fileOf(name), { force: true });
  for (const empty of [folder(), dirname(folder())]) {
    if (existsSync(empty) && readdirSync(empty).length === 0) rmdirSync(empty);
  }
}

/** All that were created and not yet deleted by seatrial, sorted by name. */
export function ownedClusters(): readonly OwnedCluster[] {
  if (!existsSync(folder())) return [];
  return readdirSync(folder())
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => JSON.parse(readFileSync(join(folder(), file), 'utf8')) as OwnedCluster);
}
