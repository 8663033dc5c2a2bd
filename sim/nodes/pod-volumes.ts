/** The files of a pod's volumes: made when it starts, shared by its containers, gone with it. */
import type { Pod } from '../api/kinds/core.js';
import type { VolumeFiles } from '../workloads/workload.js';

/** Files by path, in memory. */
export class MemoryFiles implements VolumeFiles {
  private readonly files = new Map<string, string>();

  read(path: string): string | undefined {
    return this.files.get(path);
  }

  write(path: string, content: string): void {
    this.files.set(path, content);
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  list(): readonly string[] {
    return [...this.files.keys()].sort();
  }

  /** How much is in it. */
  get bytes(): number {
    let bytes = 0;
    for (const content of this.files.values()) bytes += content.length;
    return bytes;
  }

  /** Replaces everything: config maps and secrets that were updated. */
  replace(content: Readonly<Record<string, string>>): void {
    this.files.clear();
    for (const [path, text] of Object.entries(content)) this.files.set(path, text);
  }
}

/** Storage that outlives pods: one set of files for each key. */
export function filesByKey(): (key: string) => MemoryFiles {
  const known = new Map<string, MemoryFiles>();
  return key => {
    let files = known.get(key);
    if (files === undefined) known.set(key, (files = new MemoryFiles()));
    return files;
  };
}

/** The volumes of one pod, by name. */
export type PodVolumes = Map<string, MemoryFiles>;

/** Finds the files below a mount path of a container. */
export function filesAt(
  pod: Pod,
  volumes: PodVolumes | undefined,
  mounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[],
): (mountPath: string) => VolumeFiles | undefined {
  return mountPath => {
    const mount = mounts.find(item => item.mountPath === mountPath);
    const files = mount && volumes?.get(mount.name);
    if (mount === undefined || files === undefined) return undefined;
    return mount.subPath === undefined ? files : below(files, mount.subPath);
  };
}

/** A folder of a volume, or one file of it, which is then the file '' of what is mounted. */
function below(files: VolumeFiles, subPath: string): VolumeFiles {
  const at = (path: string) => (path === '' ? subPath : `${subPath}/${path}`);
  return {
    read: path => files.read(at(path)),
    write: (path, content) => files.write(at(path), content),
    remove: path => files.remove(at(path)),
    list: () =>
      files
        .list()
        .filter(path => path === subPath || path.startsWith(`${subPath}/`))
        .map(path => path.slice(subPath.length + 1)),
  };
}
