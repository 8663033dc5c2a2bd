/** The runs that are kept on disk: what `get runs` and reports read. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProcessAlive } from '../host.js';
import { runsFolder, type RunFacts, type RunStatus } from './run-folder.js';

/** A kept run. */
export interface KeptRun {
  /** The name of its folder. */
  readonly id: string;
  readonly path: string;
  /** `killed`: it was running, and its process is gone; `torn`: run.json cannot be read. */
  readonly status: RunStatus | 'killed' | 'torn';
  readonly facts?: RunFacts;
  /** The whole of run.json. */
  readonly document?: Readonly<Record<string, unknown>>;
}

/** All kept runs, the oldest first. */
export function keptRuns(root = runsFolder): readonly KeptRun[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map(id => keptRun(id, join(root, id)));
}

function keptRun(id: string, path: string): KeptRun {
  const document = readDocument(join(path, 'run.json'));
  if (document === undefined) return { id, path, status: 'torn' };
  // Only we write the file, and whole or not at all.
  const facts = document as unknown as RunFacts & { readonly status: RunStatus };
  const isKilled = facts.status === 'running' && !isProcessAlive(facts.pid);
  return { id, path, status: isKilled ? 'killed' : facts.status, facts, document };
}

function readDocument(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    // Told as `torn`: the folder was made by hand, or the disk was full.
    return undefined;
  }
}
