/** Reads what `-f` names: files, folders with all below them, kustomizations, or a stream on standard input. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { exitCodes, InputError, UserError } from '../input/errors.js';
import { parseLocated, readInput } from '../input/located.js';
import { isKustomization } from '../input/manifest-files.js';
import { parseManifests, type Manifest } from '../input/manifests.js';
import { isRecord } from '../../sim/api/equality.js';
import type { CheckInput, Unread } from './input.js';
import { whichIsMeant } from './kustomizations-below.js';
import { withoutSops } from './sops.js';
import { kustomizationIn, resolveKustomization } from '../input/kustomize/resolve.js';

/** Where standard input is named in messages and findings. */
const stdinName = '(stdin)';

/**
 * Reads them all, in order.
 *
 * @throws UserError when a path is not there; InputError when a file that was named cannot be read.
 */
export function readCheckInput(paths: readonly string[]): CheckInput {
  const parts = paths.map(read);
  return withoutSops({
    manifests: parts.flatMap(({ manifests }) => manifests),
    unread: parts.flatMap(({ unread }) => unread),
    notes: parts.flatMap(({ notes }) => notes),
  });
}

function read(path: string): CheckInput {
  if (path === '-') return plain(parseManifests(readFileSync(0, 'utf8'), stdinName));
  if (!existsSync(path) || !statSync(path).isDirectory()) {
    if (isKustomization(path)) return resolved(join(path, '..'));
    return plain(parseManifests(readInput(path), path));
  }
  refuseChart(path);
  return kustomizationIn(path) === undefined ? folder(path) : resolved(path);
}

const plain = (manifests: readonly Manifest[]): CheckInput => ({
  manifests,
  unread: [],
  notes: [],
});

function resolved(path: string): CheckInput {
  const manifests = resolveKustomization(path);
  const count = manifests.length === 1 ? '1 object' : `${manifests.length} objects`;
  const note = `${path}: the kustomization was resolved into ${count}`;
  return { manifests, unread: [], notes: [note] };
}

/** A folder and all below it; kustomizations below have to be named, since they say what of it is meant. */
function folder(path: string): CheckInput {
  const files = filesBelow(path);
  const kustomizations = files.filter(isKustomization);
  if (kustomizations.length > 0) throw whichIsMeant(path, kustomizations);
  const manifests: Manifest[] = [];
  const unread: Unread[] = [];
  for (const file of files.filter(name => /\.(ya?ml|json)$/.test(name))) {
    if (basename(file) === chartFile) {
      unread.push({ place: { file }, reason: chartReason, kind: 'chart' });
      continue;
    }
    const part = tolerant(file);
    manifests.push(...part.manifests);
    unread.push(...part.unread);
  }
  return { manifests, unread, notes: [] };
}

/** What can be taken of a file that was not named itself. */
function tolerant(file: string): CheckInput {
  try {
    return plain(parseManifests(readInput(file), file));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { manifests: [], unread: [unreadOf(file, error)], notes: [] };
  }
}

function unreadOf(file: string, error: InputError): Unread {
  const [, line, reason = error.message] = /^.*?:(\d+): (.*)$/s.exec(error.message) ?? [];
  const place = { file, ...(line !== undefined && { line: Number(line) }) };
  return { place, reason, kind: isYaml(file) ? 'no-object' : 'broken' };
}

function isYaml(file: string): boolean {
  try {
    return parseLocated(readInput(file), file).every(({ value }) => !isHalfObject(value));
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** With one of the two fields it is meant to be an object. */
const isHalfObject = (value: unknown): boolean =>
  isRecord(value) &&
  ('kind' in value || 'apiVersion' in value) &&
  !('kind' in value && 'apiVersion' in value);

const chartFile = 'Chart.yaml';
const chartReason = 'a Helm chart: its templates have to be rendered first';

function refuseChart(path: string): void {
  if (!existsSync(join(path, chartFile))) return;
  throw new UserError(`${path} is ${chartReason}`, {
    exitCode: exitCodes.usage,
    code: 'helm-chart',
    next: `helm template ${path} | seatrial check -f -`,
  });
}

/** The files below a folder, in order; hidden folders and node_modules are not looked into, nor are charts. */
function filesBelow(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  if (entries.some(entry => entry.name === chartFile && !entry.isDirectory()))
    return [join(path, chartFile)];
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const inner = join(path, entry.name);
      if (!entry.isDirectory()) return [inner];
      return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : filesBelow(inner);
    });
}
