/**
 * Who owns the files of volumes and what they allow: as the kubelet makes them, and as a pod's `fsGroup`
 * changes them. @upstream pkg/volume/volume_linux.go, pkg/volume/emptydir/empty_dir.go
 */
import type { Pod, Volume } from '../api/kinds/core.js';
import { type FileFacts, setGroupBit } from '../workloads/files/facts.js';
import { type MemoryFiles, type PlaceShape, usualShape } from '../workloads/files/memory-files.js';

/** A file that the kubelet writes. */
export interface FileProjection {
  readonly text: string;
  readonly mode: number;
  /** Default: root's. */
  readonly uid?: number;
}

/** A file system in memory has the sticky bit, and so have the folders for all of a node; another folder of the disk has not. */
const memoryRoot: FileFacts = { isFolder: true, mode: 0o1777, uid: 0, gid: 0 };
const openRoot: FileFacts = { isFolder: true, mode: 0o777, uid: 0, gid: 0 };

const written = { ...usualShape, isReadOnly: true };
const inMemory: PlaceShape = { ...written, fsType: 'tmpfs', folder: memoryRoot };
const onDisk: PlaceShape = { ...written, folder: openRoot };
const emptyOnDisk: PlaceShape = { ...usualShape, folder: openRoot };
const emptyInMemory: PlaceShape = { ...emptyOnDisk, fsType: 'tmpfs', folder: memoryRoot };
const network: PlaceShape = { ...emptyOnDisk, fsType: 'nfs4' };
/** The folders of a node in which all may write, and nobody removes what is another's. @upstream Filesystem Hierarchy Standard */
const isForAll = (path: string): boolean => /^\/(?:tmp|var\/tmp)\/?$/.test(path);
const ofTheNodeForAll: PlaceShape = { ...usualShape, folder: memoryRoot };
const image: PlaceShape = { ...usualShape, fsType: 'overlay', isReadOnly: true };

/** What a volume is like before anything is written to it. Without a pod: before one owns it. */
export function shapeOf(pod: Pod | undefined, volume: Volume): PlaceShape {
  const shape = plainShape(volume);
  const fsGroup = pod?.spec?.securityContext?.fsGroup;
  // Only what belongs to the pod alone is handed to its group at once.
  const isOwn = volume.hostPath === undefined && volume.nfs === undefined && shape !== image;
  return fsGroup === undefined || !isOwn ? shape : handedTo(shape, fsGroup);
}

function plainShape(volume: Volume): PlaceShape {
  if (volume.secret !== undefined || volume.projected !== undefined) return inMemory;
  if (volume.downwardAPI !== undefined) return inMemory;
  if (volume.configMap !== undefined) return onDisk;
  if (volume.emptyDir?.medium === 'Memory') return emptyInMemory;
  if (volume.nfs !== undefined) return network;
  if (volume.image !== undefined) return image;
  if (volume.hostPath === undefined) return emptyOnDisk;
  return isForAll(volume.hostPath.path) ? ofTheNodeForAll : usualShape;
}

/** Few shapes are in use at a time, by many pods. */
const handedShapes = new Map<PlaceShape, Map<number, PlaceShape>>();

function handedTo(shape: PlaceShape, fsGroup: number): PlaceShape {
  const known = handedShapes.get(shape) ?? new Map<number, PlaceShape>();
  handedShapes.set(shape, known);
  const handed = known.get(fsGroup) ?? {
    ...shape,
    folder: owned(shape.folder, fsGroup, shape.isReadOnly),
    file: owned(shape.file, fsGroup, shape.isReadOnly),
  };
  known.set(fsGroup, handed);
  return handed;
}

/** @upstream pkg/volume/volume_linux.go changeFilePermission */
function owned(facts: FileFacts, gid: number, isReadOnly: boolean): FileFacts {
  const mask = (isReadOnly ? 0o440 : 0o660) | (facts.isFolder ? setGroupBit | 0o110 : 0);
  return { ...facts, mode: facts.mode | mask, gid };
}

/** Hands storage that outlives pods to the group of this one, with all that is in it. */
export function setOwnership(files: MemoryFiles, pod: Pod): void {
  const { fsGroup, fsGroupChangePolicy } = pod.spec?.securityContext ?? {};
  const top = files.stat('');
  if (fsGroup === undefined || top === undefined) return;
  const isDone = top.gid === fsGroup && (top.mode & setGroupBit) !== 0;
  if (fsGroupChangePolicy === 'OnRootMismatch' && isDone) return;
  for (const path of ['', ...files.folders(), ...files.list()]) {
    const facts = files.stat(path);
    if (facts !== undefined) files.change(path, owned(facts, fsGroup, files.isReadOnly));
  }
}

/** The texts of what the kubelet writes. */
export function textsOf(
  content: Readonly<Record<string, FileProjection>>,
): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [path, { text }] of Object.entries(content)) texts[path] = text;
  return texts;
}

/** The facts of those files that are not as the shape has them. */
export function factsOf(
  content: Readonly<Record<string, FileProjection>>,
  shape: PlaceShape,
): Readonly<Record<string, FileFacts>> {
  const facts: Record<string, FileFacts> = {};
  const { gid } = shape.file;
  for (const [path, { mode, uid = 0 }] of Object.entries(content)) {
    // A group other than root's is that of the pod, which may read whatever was said.
    const own = gid === 0 ? mode : mode | (shape.isReadOnly ? 0o440 : 0o660);
    if (own === shape.file.mode && uid === shape.file.uid) continue;
    facts[path] = { isFolder: false, mode: own, uid, gid };
  }
  return facts;
}

/** The hosts file of a node, which is none of the kubelet's. */
export function nodeHostsFile(nodeName: string, nodeIp: string): string {
  return `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${nodeIp}\t${nodeName}\n`;
}
