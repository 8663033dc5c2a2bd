/** The notes of the kind clusters that seatrial has created on this machine: one small file each. */
import { isProcessAlive, processId } from '../../host.js';
import { exitCodes, UserError } from '../../input/errors.js';
import { ClusterNotes } from '../cluster-notes.js';

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

const notes = new ClusterNotes<OwnedCluster>('kind');

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
  notes.write(cluster);
}

/** The file with the configuration of a cluster's scheduler: its node sees it as long as it is there. */
export function schedulerFile(name: string): string {
  return notes.fileOf(name);
}

/** Writes that file. */
export function writeSchedulerFile(name: string, text: string): void {
  notes.writeFile(name, text);
}

/** Forgets a cluster; the folders go with the last. */
export function forget(name: string): void {
  notes.remove(name);
}

/** All that were created and not yet deleted by seatrial, sorted by name. */
export function ownedClusters(): readonly OwnedCluster[] {
  return notes.all();
}
