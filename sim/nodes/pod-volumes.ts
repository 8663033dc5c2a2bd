/** The volumes of a pod: made when it starts, shared by its containers, gone with it. */
import type { Pod } from '../api/kinds/core.js';
import { cleaned } from '../workloads/files/container-files.js';
import { MemoryFiles, type PlaceShape } from '../workloads/files/memory-files.js';
import type { VolumeFiles } from '../workloads/workload.js';

/** Storage that outlives pods: one set of files for each key, in the shape that it is first asked for. */
export function filesByKey(): (key: string, shape?: PlaceShape) => MemoryFiles {
  const known = new Map<string, MemoryFiles>();
  return (key, shape) => {
    let files = known.get(key);
    if (files === undefined) known.set(key, (files = new MemoryFiles(shape)));
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
  // What is below is mounted when the container is made: others see the folder from then on.
  let fixed: Map<string, VolumeFiles> | undefined;
  for (const { name, mountPath, subPath = '' } of mounts) {
    const files = subPath === '' ? undefined : volumes?.get(name);
    if (files !== undefined) (fixed ??= new Map()).set(cleaned(mountPath), below(files, subPath));
  }
  return mountPath => {
    const mount = mounts.find(item => cleaned(item.mountPath) === mountPath);
    if (mount === undefined) return undefined;
    return fixed?.get(mountPath) ?? volumes?.get(mount.name);
  };
}

/**
 * A folder of a volume, or one file of it, which is then the file '' of what is mounted. What the kubelet
 * writes anew at each update is mounted as it was: the mount stays with the old files.
 */
function below(volume: MemoryFiles, subPath: string): VolumeFiles {
  const files = volume.isReadOnly ? volume.copy() : volume;
  // The kubelet makes a folder that is not there. @upstream pkg/volume/util/subpath SafeMakeDir
  if (files.stat(subPath) === undefined) files.change(subPath, madeFolder(volume));
  const at = (path: string) => (path === '' ? subPath : `${subPath}/${path}`);
  const inside = (paths: readonly string[]) =>
    paths
      .filter(path => path === subPath || path.startsWith(`${subPath}/`))
      .map(path => path.slice(subPath.length + 1));
  return {
    fsType: files.fsType,
    isReadOnly: files.isReadOnly,
    read: path => files.read(at(path)),
    write: (path, content, facts) => files.write(at(path), content, facts),
    remove: path => files.remove(at(path)),
    list: () => inside(files.list()),
    folders: () => inside(files.folders()).filter(path => path !== ''),
    stat: path => files.stat(at(path)),
    change: (path, facts) => files.change(at(path), facts),
  };
}

/** As permissive as the volume itself. */
const madeFolder = (volume: MemoryFiles) => volume.stat('') ?? volume.shape.folder;
