/** Files in memory: those of a volume, or of a container's own layer. */
import type { VolumeFiles } from '../workload.js';
import type { FileFacts } from './facts.js';

/** What a place for files is like before anybody changed it. */
export interface PlaceShape {
  /** The kernel's name of the file system: `tmpfs`, `ext4`, `overlay`. */
  readonly fsType: string;
  /** Nobody in a container may write, whatever the mount says. */
  readonly isReadOnly: boolean;
  /** The facts of its folders and of its files, where nothing else is said. */
  readonly folder: FileFacts;
  readonly file: FileFacts;
}

/** A place of root's that everybody may read. */
export const usualShape: PlaceShape = {
  fsType: 'ext4',
  isReadOnly: false,
  folder: { isFolder: true, mode: 0o755, uid: 0, gid: 0 },
  file: { isFolder: false, mode: 0o644, uid: 0, gid: 0 },
};

/** Files by path, relative to the place; the place itself is ''. */
export class MemoryFiles implements VolumeFiles {
  private readonly files = new Map<string, string>();
  /** Of those that are not as the shape says, and of folders that were made: made late, as most have none. */
  private facts: Map<string, FileFacts> | undefined;

  constructor(readonly shape: PlaceShape = usualShape) {}

  get fsType(): string {
    return this.shape.fsType;
  }

  get isReadOnly(): boolean {
    return this.shape.isReadOnly;
  }

  read(path: string): string | undefined {
    return this.files.get(path);
  }

  write(path: string, content: string, facts?: FileFacts): void {
    if (facts !== undefined && !this.files.has(path)) this.change(path, facts);
    this.files.set(path, content);
  }

  remove(path: string): void {
    this.files.delete(path);
    this.facts?.delete(path);
  }

  list(): readonly string[] {
    return [...this.files.keys()].sort();
  }

  folders(): readonly string[] {
    const { facts } = this;
    if (facts === undefined) return [];
    return [...facts.keys()].filter(path => facts.get(path)?.isFolder).sort();
  }

  stat(path: string): FileFacts | undefined {
    const known = this.facts?.get(path);
    if (known !== undefined) return known;
    if (this.files.has(path)) return this.shape.file;
    if (path === '') return this.shape.folder;
    const prefix = `${path}/`;
    for (const file of this.files.keys()) if (file.startsWith(prefix)) return this.shape.folder;
    for (const made of this.facts?.keys() ?? [])
      if (made.startsWith(prefix)) return this.shape.folder;
    return undefined;
  }

  change(path: string, facts: FileFacts): void {
    (this.facts ??= new Map()).set(path, facts);
  }

  /** How much is in it. */
  get bytes(): number {
    let bytes = 0;
    for (const content of this.files.values()) bytes += content.length;
    return bytes;
  }

  /** The same files, which go their own way from now on. */
  copy(): MemoryFiles {
    const copied = new MemoryFiles(this.shape);
    copied.replace(Object.fromEntries(this.files), Object.fromEntries(this.facts ?? []));
    return copied;
  }

  /** Replaces everything: config maps and secrets that were updated. */
  replace(
    content: Readonly<Record<string, string>>,
    facts: Readonly<Record<string, FileFacts>> = {},
  ): void {
    this.files.clear();
    this.facts = undefined;
    for (const [path, text] of Object.entries(content)) this.files.set(path, text);
    for (const [path, told] of Object.entries(facts)) this.change(path, told);
  }
}
