/** Folders for what a backend needs on disk: gone with it, and swept when an earlier run was killed. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProcessAlive, onProcessExit, processId } from '../host.js';

const prefix = 'seatrial-';
const ownerFile = 'owner.pid';

/** A folder that is removed by `remove`, or at the latest when this process ends. */
export interface ScratchFolder {
  readonly path: string;
  file(name: string): string;
  /** Writes a file that only this user can read; gives its path. */
  write(name: string, text: string): string;
  remove(): void;
}

/** Makes one, and removes those whose owners are gone. */
export function scratchFolder(purpose: string): ScratchFolder {
  sweep(purpose);
  const path = mkdtempSync(join(tmpdir(), `${prefix}${purpose}-`));
  const file = (name: string): string => join(path, name);
  writeFileSync(file(ownerFile), String(processId()));
  const remove = (): void => {
    forget();
    rmSync(path, { recursive: true, force: true });
  };
  const forget = onProcessExit(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    file,
    write(name, text) {
      writeFileSync(file(name), text, { mode: 0o600 });
      return file(name);
    },
    remove,
  };
}

function sweep(purpose: string): void {
  const ours = readdirSync(tmpdir()).filter(name => name.startsWith(`${prefix}${purpose}-`));
  for (const name of ours) {
    const owner = join(tmpdir(), name, ownerFile);
    if (!existsSync(owner)) continue;
    const isAlive = isProcessAlive(Number(readFileSync(owner, 'utf8')));
    if (!isAlive) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
