/**
 * The files that a container sees: its own, those of its volumes, those that tell of its network, and a
 * few that the kernel makes.
 */
import type { ContainerContext, VolumeFiles } from '../workload.js';
import { mayAccess, root, setGroupBit, type FileFacts } from './facts.js';
import { freshLayer, mayHold } from './image-files.js';
import { usualShape, type MemoryFiles } from './memory-files.js';

/** Files by absolute path. Folders need not be made. */
export interface ContainerFiles {
  /** Undefined: there is none, or it may not be read; `problem` tells which. */
  read(path: string): string | undefined;
  /** False: it may not be written. `mode` is that of a new file, 0o644 unless told otherwise. */
  write(path: string, content: string, mode?: number): boolean;
  remove(path: string): boolean;
  /** All files that start so. */
  list(prefix: string): readonly string[];
  /** The folders that start so and were made, whether they hold something or not. */
  folders(prefix: string): readonly string[];
  stat(path: string): FileFacts | undefined;
  /** Changes mode or owner. */
  change(path: string, facts: Partial<FileFacts>): boolean;
  makeFolder(path: string): boolean;
  /** Whether the image may hold such a file, of which nothing is known. */
  mayHold(path: string): boolean;
  /** The kernel's name of the file system at the path. */
  fsType(path: string): string;
  /** What keeps a program from reading or writing, as the C library words it. */
  problem(path: string, wanted: 'read' | 'write'): string | undefined;
  /** The lines of /proc/mounts. */
  mounts(): readonly string[];
}

/** Makes the files of one container; its own are lost when it restarts. */
export function containerFiles(context: ContainerContext): ContainerFiles {
  return new Files(context);
}

interface Place {
  readonly files: VolumeFiles;
  /** Relative to where it is mounted. */
  readonly inside: string;
  readonly isReadOnly: boolean;
  readonly isLayer: boolean;
}

class Files implements ContainerFiles {
  private readonly layer: MemoryFiles;
  private readonly mountPaths: readonly { readonly path: string; readonly isReadOnly: boolean }[];
  private readonly messagePath: string;

  constructor(private readonly context: ContainerContext) {
    const { container } = context;
    this.layer = context.layer?.() ?? freshLayer(container.image);
    this.messagePath = container.terminationMessagePath ?? '/dev/termination-log';
    this.mountPaths = (container.volumeMounts ?? [])
      .map(({ mountPath, readOnly }) => ({
        path: cleaned(mountPath),
        isReadOnly: readOnly === true,
      }))
      .sort((a, b) => b.path.length - a.path.length);
  }

  private get user() {
    return this.context.user ?? root;
  }

  private place(path: string): Place {
    const clean = cleaned(path);
    for (const mount of this.mountPaths) {
      if (clean !== mount.path && !clean.startsWith(`${mount.path}/`)) continue;
      const files = this.context.volume(mount.path);
      if (files === undefined) continue;
      const inside = clean.slice(mount.path.length + 1);
      const isReadOnly = mount.isReadOnly || files.isReadOnly === true;
      return { files, inside, isReadOnly, isLayer: false };
    }
    const isFixed = this.context.container.securityContext?.readOnlyRootFilesystem === true;
    // The kernel's own file systems and the message file are mounts, and stay as they are.
    const isReadOnly = isFixed && !clean.startsWith('/dev/') && clean !== this.messagePath;
    return { files: this.layer, inside: clean.slice(1), isReadOnly, isLayer: true };
  }

  private told(): Readonly<Record<string, string>> {
    return this.context.network.files?.() ?? {};
  }

  read(path: string): string | undefined {
    if (path === '/dev/null') return '';
    const { files, inside, isLayer } = this.place(path);
    const content = files.read(inside);
    if (content === undefined) return isLayer ? this.outside(cleaned(path)) : undefined;
    const facts = files.stat(inside);
    return facts === undefined || mayAccess(facts, this.user, 'read') ? content : undefined;
  }

  private outside(path: string): string | undefined {
    if (path.startsWith('/proc/') || path.startsWith('/sys/')) return this.kernel(path);
    return path.startsWith('/etc/') ? this.told()[path] : undefined;
  }

  private kernel(path: string): string | undefined {
    if (path === '/proc/mounts') return `${this.mounts().join('\n')}\n`;
    return this.context.kernelFiles?.()[path];
  }

  write(path: string, content: string, mode = 0o644): boolean {
    if (path === '/dev/null') return true;
    if (this.problem(path, 'write') !== undefined) return false;
    const clean = cleaned(path);
    if (clean === this.messagePath) this.context.terminationMessage(content);
    const { files, inside, isLayer } = this.place(path);
    const isNew = files.read(inside) === undefined;
    files.write(inside, content, isNew ? this.made(files, inside, mode, false) : undefined);
    if (isLayer) this.reportUsage();
    return true;
  }

  /** What is made belongs to who makes it; a folder with the set-group bit gives its group. */
  private made(files: VolumeFiles, inside: string, mode: number, isFolder: boolean): FileFacts {
    const { uid, gid } = this.user;
    const parent = files.stat(parentOf(inside));
    const isHandedOn = parent !== undefined && (parent.mode & setGroupBit) !== 0;
    const bits = isHandedOn && isFolder ? mode | setGroupBit : mode;
    return { isFolder, mode: bits, uid, gid: isHandedOn ? parent.gid : gid };
  }

  remove(path: string): boolean {
    const { files, inside, isReadOnly } = this.place(path);
    if (files.stat(inside) === undefined || isReadOnly || inside === '') return false;
    const parent = files.stat(parentOf(inside));
    if (parent !== undefined && !mayAccess(parent, this.user, 'write')) return false;
    files.remove(inside);
    return true;
  }

  list(prefix: string): readonly string[] {
    const own = this.layer.list().map(path => `/${path}`);
    const all = new Set([...own, ...Object.keys(this.told())]);
    for (const { path } of this.mountPaths) {
      const files = this.context.volume(path);
      if (files === undefined) continue;
      for (const hidden of all) if (hidden.startsWith(`${path}/`)) all.delete(hidden);
      for (const file of files.list()) all.add(file === '' ? path : `${path}/${file}`);
    }
    return [...all].filter(path => path.startsWith(prefix)).sort();
  }

  folders(prefix: string): readonly string[] {
    const all = this.layer.folders().map(path => `/${path}`);
    for (const { path } of this.mountPaths) {
      const files = this.context.volume(path);
      if (files === undefined || files.stat('')?.isFolder !== true) continue;
      all.push(path, ...files.folders().map(inside => `${path}/${inside}`));
    }
    return [...new Set(all)].filter(path => path.startsWith(prefix)).sort();
  }

  stat(path: string): FileFacts | undefined {
    const { files, inside, isLayer } = this.place(path);
    const facts = files.stat(inside);
    if (facts !== undefined || !isLayer) return facts;
    const clean = cleaned(path);
    if (clean === this.messagePath) return { isFolder: false, mode: 0o666, uid: 0, gid: 0 };
    if (this.outside(clean) !== undefined || clean === '/dev/null') return usualShape.file;
    const isAbove = this.mountPaths.some(mount => mount.path.startsWith(`${clean}/`));
    return isAbove ? usualShape.folder : undefined;
  }

  change(path: string, changed: Partial<FileFacts>): boolean {
    const facts = this.stat(path);
    const { files, inside, isReadOnly } = this.place(path);
    if (facts === undefined || isReadOnly) return false;
    if (this.user.uid !== 0 && this.user.uid !== facts.uid) return false;
    files.change(inside, { ...facts, ...changed });
    return true;
  }

  makeFolder(path: string): boolean {
    if (this.problem(path, 'write') !== undefined) return false;
    const { files, inside } = this.place(path);
    if (files.stat(inside) === undefined) {
      files.change(inside, this.made(files, inside, 0o755, true));
    }
    return true;
  }

  mayHold(path: string): boolean {
    const clean = cleaned(path);
    const isOfKernel = /^\/(proc|sys|dev)\//.test(clean) || this.stat(clean) !== undefined;
    return (
      !isOfKernel && this.place(clean).isLayer && mayHold(this.context.container.image ?? '', clean)
    );
  }

  fsType(path: string): string {
    const { files, isLayer } = this.place(path);
    return isLayer && cleaned(path).startsWith('/dev/shm') ? 'tmpfs' : files.fsType;
  }

  problem(path: string, wanted: 'read' | 'write'): string | undefined {
    const { files, inside, isReadOnly } = this.place(path);
    const facts = this.stat(path);
    if (wanted === 'read') {
      if (facts === undefined) return 'No such file or directory';
      if (facts.isFolder) return 'Is a directory';
      return mayAccess(facts, this.user, 'read') ? undefined : 'Permission denied';
    }
    if (isReadOnly) return 'Read-only file system';
    const judged = facts?.isFolder === false ? facts : (facts ?? files.stat(parentOf(inside)));
    if (judged === undefined || mayAccess(judged, this.user, 'write')) return undefined;
    return 'Permission denied';
  }

  mounts(): readonly string[] {
    const fixed = this.context.container.securityContext?.readOnlyRootFilesystem === true;
    const own = [
      `overlay / overlay ${fixed ? 'ro' : 'rw'},relatime 0 0`,
      'proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0',
      'tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0',
      'cgroup /sys/fs/cgroup cgroup2 ro,nosuid,nodev,noexec,relatime 0 0',
      'shm /dev/shm tmpfs rw,relatime,size=65536k 0 0',
    ];
    const volumes = [...this.mountPaths].reverse().flatMap(({ path, isReadOnly }) => {
      const files = this.context.volume(path);
      if (files === undefined) return [];
      const source = files.fsType === 'tmpfs' ? 'tmpfs' : '/dev/sda1';
      const how = isReadOnly || files.isReadOnly === true ? 'ro' : 'rw';
      return [`${source} ${path} ${files.fsType} ${how},relatime 0 0`];
    });
    return [...own, ...volumes];
  }

  /** What a container wrote to its own layer is ephemeral storage; what is in /dev/shm is memory. */
  private reportUsage(): void {
    let [bytes, sharedBytes] = [0, 0];
    for (const path of this.layer.list()) {
      const length = this.layer.read(path)?.length ?? 0;
      if (path.startsWith('dev/shm/')) sharedBytes += length;
      else if (!path.startsWith('dev/')) bytes += length;
    }
    this.context.useStorage?.(bytes);
    if (sharedBytes > 0) this.context.use({ cpuMillis: 1, memoryBytes: sharedBytes });
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** An absolute path without `.`, `..` and doubled slashes. */
export function cleaned(path: string): string {
  if (path.startsWith('/') && !path.includes('//') && !path.includes('/.') && !path.endsWith('/')) {
    return path;
  }
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
