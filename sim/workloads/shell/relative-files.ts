/** The files of a container as they are named from the folder where a shell is. */
import type { ContainerFiles } from '../files/container-files.js';
import type { FileFacts } from '../files/facts.js';

/** The path from the root, without `.` and `..`. */
export function pathFrom(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The same files, seen from a folder. */
export function filesFrom(folder: string, files: ContainerFiles): ContainerFiles {
  return new RelativeFiles(folder, files);
}

class RelativeFiles implements ContainerFiles {
  constructor(
    private readonly folder: string,
    private readonly files: ContainerFiles,
  ) {}

  private at(path: string): string {
    return path.startsWith('/') ? path : pathFrom(this.folder, path);
  }

  read(path: string): string | undefined {
    return this.files.read(this.at(path));
  }

  write(path: string, content: string, mode?: number): boolean {
    return this.files.write(this.at(path), content, mode);
  }

  remove(path: string): boolean {
    return this.files.remove(this.at(path));
  }

  list(prefix: string): readonly string[] {
    return this.named(prefix, whole => this.files.list(whole));
  }

  folders(prefix: string): readonly string[] {
    return this.named(prefix, whole => this.files.folders(whole));
  }

  stat(path: string): FileFacts | undefined {
    return this.files.stat(this.at(path));
  }

  change(path: string, facts: Partial<FileFacts>): boolean {
    return this.files.change(this.at(path), facts);
  }

  mayHold(path: string): boolean {
    return this.files.mayHold(this.at(path));
  }

  makeFolder(path: string): boolean {
    return this.files.makeFolder(this.at(path));
  }

  fsType(path: string): string {
    return this.files.fsType(this.at(path));
  }

  problem(path: string, wanted: 'read' | 'write'): string | undefined {
    return this.files.problem(this.at(path), wanted);
  }

  mounts(): readonly string[] {
    return this.files.mounts();
  }

  /** What is asked for by a relative name is told by one. */
  private named(prefix: string, list: (whole: string) => readonly string[]): readonly string[] {
    if (prefix.startsWith('/')) return list(prefix);
    const whole = this.at(prefix) + (prefix.endsWith('/') ? '/' : '');
    return list(whole).map(path => prefix + path.slice(whole.length));
  }
}
