/**
 * What artifacts hold, on their way between steps: files and folders in an object storage outside of the
 * cluster. What was there before, and what git and the web have, is not known: it is an empty file.
 * @upstream workflow/executor/executor.go SaveArtifacts, LoadArtifacts
 */
import { isRecord } from '../../api/equality.js';
import type { VolumeFiles } from '../workload.js';
import type { ContainerFiles } from '../files/container-files.js';
import { placeOf, type StepArtifact, type StepTemplate } from './template.js';

/** A file, or the files of a folder by their paths in it. */
export type Contents = string | Readonly<Record<string, string>>;

/** What is at a path of a container; undefined: nothing. */
export function contentsAt(files: ContainerFiles, path: string): Contents | undefined {
  const file = files.read(path);
  if (file !== undefined) return file;
  const root = `${path.replace(/\/+$/, '')}/`;
  const below = files.list(root);
  if (below.length === 0 && files.folders(root.slice(0, -1)).length === 0) return undefined;
  const entries = below.map(name => [name.slice(root.length), files.read(name) ?? ''] as const);
  return Object.fromEntries(entries);
}

/** Puts it at a path. */
export function putAt(
  files: Pick<ContainerFiles, 'write' | 'makeFolder'>,
  path: string,
  contents: Contents,
): void {
  if (typeof contents === 'string') {
    files.write(path, contents);
    return;
  }
  files.makeFolder(path);
  for (const [name, text] of Object.entries(contents)) files.write(`${path}/${name}`, text);
}

/** An artifact with its place, or why it has none. */
export type Placed = { readonly artifact: StepArtifact } | { readonly problem: string };

const unconfigured =
  'You need to configure artifact storage. More information on how to do this can be found in the docs: https://argo-workflows.readthedocs.io/en/release-3.7/configure-artifact-repository/';

/** Gives an output its place: its own, or one below the step's. @upstream saveArtifactFromFile */
export function placed(artifact: StepArtifact, template: StepTemplate): Placed {
  const sort = placeOf(artifact);
  if (sort !== undefined && (keyIn(artifact[sort]) !== '' || sort === 'raw')) return { artifact };
  const archive = template.archiveLocation ?? {};
  const to = placeOf(archive);
  if (to === undefined) return { problem: unconfigured };
  const place = archive[to];
  const file = fileName(artifact);
  const key = joined(keyIn(place), file);
  return { artifact: { ...artifact, [to]: { key } } };
}

/** @upstream stageArchiveFile */
function fileName({ name, path = '', archive }: StepArtifact): string {
  if (archive?.none !== undefined) return path.split('/').at(-1) ?? name;
  return archive?.zip === undefined ? `${name}.tgz` : `${name}.zip`;
}

function joined(one: string, other: string): string {
  return `${one}/${other}`.replaceAll(/\/+/g, '/').replace(/^\//, '');
}

function keyIn(place: unknown): string {
  if (!isRecord(place)) return '';
  const { key, path, blob, url } = place;
  const named = [key, path, blob, url].find(one => typeof one === 'string' && one !== '');
  return typeof named === 'string' ? named : '';
}

/** What names an object in all storages: its sort, its bucket and its key. */
function addressOf(artifact: StepArtifact, template: StepTemplate): string | undefined {
  const sort = placeOf(artifact);
  if (sort === undefined) return undefined;
  const own = artifact[sort];
  const archive = template.archiveLocation?.[sort];
  const bucket = bucketIn(own) ?? bucketIn(archive) ?? '';
  return `${sort}/${bucket}/${keyIn(own)}`.replaceAll(/\/+/g, '/').replace(/\/$/, '');
}

function bucketIn(place: unknown): string | undefined {
  if (!isRecord(place)) return undefined;
  const found = [place['bucket'], place['container'], place['repo']].find(
    one => typeof one === 'string' && one !== '',
  );
  return typeof found === 'string' ? found : undefined;
}

/** Keeps it. A folder that is not packed is many objects. */
export function store(
  objects: VolumeFiles | undefined,
  artifact: StepArtifact,
  template: StepTemplate,
  contents: Contents,
): void {
  const address = addressOf(artifact, template);
  if (address === undefined || objects === undefined) return;
  if (typeof contents === 'string' || artifact.archive?.none === undefined) {
    return objects.write(address, JSON.stringify(contents));
  }
  for (const [name, text] of Object.entries(contents)) {
    objects.write(`${address}/${name}`, JSON.stringify(text));
  }
}

/** What it holds; undefined: nothing is known of it. */
export function load(
  objects: VolumeFiles | undefined,
  artifact: StepArtifact,
  template: StepTemplate,
): Contents | undefined {
  if (artifact.raw !== undefined) return artifact.raw.data ?? '';
  const address = addressOf(artifact, template);
  if (address === undefined || objects === undefined) return undefined;
  const whole = objects.read(address);
  if (whole !== undefined) return JSON.parse(whole) as Contents;
  const below = namesBelow(objects, address);
  if (below.length === 0) return undefined;
  return Object.fromEntries(
    below.map(name => [name, JSON.parse(objects.read(`${address}/${name}`) ?? '""') as string]),
  );
}

function namesBelow(objects: VolumeFiles, address: string): readonly string[] {
  const root = `${address}/`;
  return objects
    .list()
    .filter(name => name.startsWith(root))
    .map(name => name.slice(root.length));
}

/** The keys below the one of an artifact. @upstream ListObjects */
export function keysBelow(
  objects: VolumeFiles | undefined,
  artifact: StepArtifact,
  template: StepTemplate,
): readonly string[] {
  const address = addressOf(artifact, template);
  const sort = placeOf(artifact);
  if (address === undefined || objects === undefined || sort === undefined) return [];
  const key = keyIn(artifact[sort]).replace(/\/+$/, '');
  return namesBelow(objects, address).map(name => joined(key, name));
}
