/** Starts threads and processes of our own: a built package brings their files, from source each is bundled first. */
import { fork, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { buildSync as BuildSync } from 'esbuild';
import { processId, sha256Hex } from './host.js';
import { packageFolder } from './version.js';

/** The program of a thread or a process. */
export interface ThreadFile {
  /** Its name in a built package: `voyage-worker`. */
  readonly name: string;
  /** Of the source, below `src/`, without an ending: `voyages/worker`. */
  readonly source: string;
}

/** Starts a thread. */
export function startThread(file: ThreadFile, options: WorkerOptions = {}): Worker {
  return new Worker(fileOf(file), options);
}

/**
 * Starts a process that is spoken with by messages, as a thread is. What it prints is printed here.
 *
 * @param flags V8's, which are node's to take at the start: much of them cannot be set later.
 */
export function startProcess(file: ThreadFile, flags: readonly string[] = []): ChildProcess {
  return fork(fileOf(file), [], { execArgv: [...flags], serialization: 'advanced' });
}

function fileOf({ name, source }: ThreadFile): string {
  if (import.meta.url.endsWith('.ts')) return bundleOf({ name, source });
  const built = [`dist/bin/${name}.js`, `dist/src/${source}.js`]
    .map(path => join(packageFolder, path))
    .find(existsSync);
  if (built === undefined) throw new Error(`the package is built with its thread ${name}`);
  return built;
}

const bundles = new Map<string, string>();
const keptMs = 86_400_000;

/**
 * To load a thousand small modules through a transformer takes each thread seconds, a bundle of them a
 * tenth of that. It is made once a process, for sources change, and stands where the packages that it
 * imports are found.
 */
function bundleOf({ name, source }: ThreadFile): string {
  const known = bundles.get(name);
  if (known !== undefined) return known;
  const { buildSync } = createRequire(import.meta.url)('esbuild') as {
    readonly buildSync: typeof BuildSync;
  };
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(`./${source}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    keepNames: true,
    // Paths in the package are found from where the source is.
    define: { 'import.meta.url': JSON.stringify(import.meta.url) },
    logLevel: 'warning',
  });
  const text = outputFiles.map(file => file.text).join('');
  const file = join(cacheFolder(), `${name}-${sha256Hex([text]).slice(0, 12)}.mjs`);
  if (!existsSync(file)) written(file, text);
  bundles.set(name, file);
  return file;
}

function cacheFolder(): string {
  const folder = join(packageFolder, 'node_modules/.cache/seatrial');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Another process may read it already, or write the same: it appears whole. Old ones go. */
function written(file: string, text: string): void {
  writeFileSync(`${file}.${processId()}`, text);
  renameSync(`${file}.${processId()}`, file);
  const { mtimeMs } = statSync(file);
  for (const name of readdirSync(cacheFolder())) {
    const other = join(cacheFolder(), name);
    const about = statSync(other, { throwIfNoEntry: false });
    if (about !== undefined && mtimeMs - about.mtimeMs > keptMs) rmSync(other, { force: true });
  }
}
