/** The conformance tests of Kubernetes 1.36 that pass against `seatrial up`: one file a group of theirs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'test/e2e/conformance/passing';

/** A file of names. */
export interface PassingList {
  /** `sig-apps`. */
  readonly sig: string;
  /** As `e2e.test --list-conformance-tests` writes them, sorted. */
  readonly names: readonly string[];
}

/** All files, by name. */
export function passingLists(): readonly PassingList[] {
  return readdirSync(folder)
    .sort()
    .map(file => {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n');
      return { sig: file.replace(/\.txt$/, ''), names: lines.filter(line => line !== '') };
    });
}

/** What must have the cluster for itself. */
export function isSerial(name: string): boolean {
  return /\[(?:Serial|Disruptive)\]/.test(name);
}
