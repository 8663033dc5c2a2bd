/** Notes of clusters on this machine, one small file each; the folders go with the last. */
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

/** The notes of one sort: in $SEATRIAL_HOME/<folder>, or ~/.seatrial/<folder>. */
export class ClusterNotes<T extends { readonly name: string }> {
  constructor(private readonly name: string) {}

  /** Looked up anew each time: the environment may change. */
  private get folder(): string {
    return join(environment('SEATRIAL_HOME') ?? join(homeFolder(), '.seatrial'), this.name);
  }

  /** Writes the note of a cluster, for its user alone, in place of an older one. */
  write(note: T): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(join(this.folder, `${note.name}.json`), JSON.stringify(note), { mode: 0o600 });
  }

  /** Where a file of a cluster lies that must be there as long as its note. */
  fileOf(name: string): string {
    return join(this.folder, `${name}.scheduler.yaml`);
  }

  /** Writes that file. */
  writeFile(name: string, text: string): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.fileOf(name), text, { mode: 0o600 });
  }

  /** Takes a name for a process; gives the one that holds it, if another does and lives. */
  claim(name: string, pid: number): number | undefined {
    mkdirSync(this.folder, { recursive: true });
    const file = this.claimOf(name);
    for (;;) {
      try {
        writeFileSync(file, String(pid), { flag: 'wx', mode: 0o600 });
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
          const holder = claimant(file);
          if (holder === undefined || isProcessAlive(holder)) return holder ?? 0;
          rmSync(file, { force: true });
          continue;
        }
        rmSync(file, { force: true });
        throw error;
      }
    }
  }

  /** Gives a name back, with the log of its cluster: it has ended as it should. */
  release(name: string): void {
    rmSync(this.claimOf(name), { force: true });
    rmSync(this.logFile(name), { force: true });
    this.prune();
  }

  /** Where a cluster in the background logs; the folder is made. */
  logFileOf(name: string): string {
    mkdirSync(this.folder, { recursive: true });
    return this.logFile(name);
  }

  /** Forgets a cluster. */
  remove(name: string): void {
    rmSync(join(this.folder, `${name}.json`), { force: true });
    rmSync(this.fileOf(name), { force: true });
    this.prune();
  }

  private claimOf(name: string): string {
    return join(this.folder, `${name}.claim`);
  }

  private logFile(name: string): string {
    return join(this.folder, `${name}.log`);
  }

  private prune(): void {
    for (const empty of [this.folder, dirname(this.folder)]) {
      if (existsSync(empty) && readdirSync(empty).length === 0) rmdirSync(empty);
    }
  }

  /** All notes, sorted by name. */
  all(): readonly T[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter(file => file.endsWith('.json'))
      .sort()
      .map(file => JSON.parse(readFileSync(join(this.folder, file), 'utf8')) as T);
  }
}

/** The process that a claim names; undefined when it is being written at this moment. */
function claimant(file: string): number | undefined {
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  return pid > 0 ? pid : undefined;
}
