/** Replays what kube-apiserver said of sample documents, with the CRDs of ML systems installed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifests } from '../../../../sim/api/yaml.js';
import type { KubeObject } from '../../../../sim/api/object.js';
import type { CaseResult, ReplayOptions } from '../../family.js';
import { readText, vectorFiles } from '../../files.js';
import { operators } from '../../../../sim/operators/index.js';
import { World } from './world.js';

/** A row of the table. */
interface Row {
  readonly file: string;
  readonly doc: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly http: string;
  readonly message: string;
}

/** mpijobs.kubeflow.org is defined twice; the recorder had the training operator's. */
const notInstalled = ['kubeflow-mpi-operator'];

/** Replays the rows; `shared` holds the folders `samples` and `crds`. */
export function* replayVerdicts(
  path: string,
  shared: string,
  { id }: ReplayOptions,
): Generator<CaseResult> {
  const rows = rowsOf(readText(path)).filter(row => id === undefined || id.test(idOf(row)));
  if (rows.length === 0) return;
  const [samples, crds] = [join(shared, 'samples'), join(shared, 'crds')];
  if (!existsSync(samples) || !existsSync(crds)) {
    const reason = `${existsSync(samples) ? crds : samples} is absent`;
    for (const row of rows) yield { id: idOf(row), result: 'skipped', reason };
    return;
  }
  const server = new Server(definitionsIn(crds));
  const ours = new Server(modelledDefinitions());
  const documents = new Map<string, readonly unknown[]>();
  for (const row of rows) {
    let all = documents.get(row.file);
    if (all === undefined) {
      documents.set(row.file, (all = documentsOf(join(samples, row.file))));
    }
    // Ours stand in where the folder lacks one that the recorder had.
    const isInstalled = row.http === 'unknown-kind' || server.knows(row) || !ours.knows(row);
    yield { id: idOf(row), ...(isInstalled ? server : ours).judge(row, all[row.doc]) };
    // The CRDs that we make must say the same.
    if (isInstalled && isOfModelledGroup(row)) {
      yield { id: `${idOf(row)}@modelled`, ...ours.judge(row, all[row.doc]) };
    }
  }
}

function idOf({ file, doc }: Row): string {
  return `${file}#${doc}`;
}

function rowsOf(text: string): readonly Row[] {
  return text
    .split('\n')
    .slice(1)
    .filter(line => line !== '')
    .map(line => {
      const [file = '', doc = '', apiVersion = '', kind = '', http = '', ...rest] =
        line.split('\t');
      return { file, doc: Number(doc), apiVersion, kind, http, message: rest.join('\t') };
    });
}

function documentsOf(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  return parseManifests(readFileSync(path, 'utf8'), path).manifests.map(({ object }) => object);
}

function definitionsIn(crds: string): readonly KubeObject[] {
  return vectorFiles(crds, '.yaml')
    .filter(path => !notInstalled.some(folder => path.includes(`/${folder}/`)))
    .flatMap(path => documentsOf(path) as readonly KubeObject[])
    .filter(isDefinition);
}

function modelledDefinitions(): readonly KubeObject[] {
  return Object.values(operators)
    .filter(({ isAlternative }) => isAlternative !== true)
    .flatMap(operator => operator.manifests())
    .filter(isDefinition);
}

function isDefinition({ kind }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition';
}

const modelledGroups = new Set(
  modelledDefinitions().map(object => (object['spec'] as { readonly group: string }).group),
);

function isOfModelledGroup({ apiVersion, http }: Row): boolean {
  return http !== 'unknown-kind' && modelledGroups.has(apiVersion.split('/')[0] ?? '');
}

/** An API server with the CRDs. */
class Server {
  private readonly world = new World([]);
  private readonly collections = new Map<string, string | undefined>();
  private readonly problems = new Map<string, string>();

  constructor(definitions: readonly KubeObject[]) {
    for (const object of definitions) this.install(object);
    this.world.loop.runUntil(this.world.loop.now() + 5_000);
  }

  private install(object: KubeObject): void {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const { status, body } = this.world.send('POST', path, object);
    if (status === 201) return;
    const told = (body as { readonly message?: string }).message ?? '';
    const { group } = object['spec'] as { readonly group: string };
    this.problems.set(group, `${object.metadata.name ?? ''} is not taken: ${told}`);
  }

  judge(row: Row, document: unknown): Omit<CaseResult, 'id'> {
    if (document === undefined) return { result: 'skipped', reason: 'the sample is absent' };
    const object = document as KubeObject;
    const collection = this.collectionOf(row, object.metadata?.namespace ?? 'default');
    const isUnknown = row.http === 'unknown-kind';
    if (collection === undefined) {
      if (isUnknown) return { result: 'passed' };
      const reason = this.problems.get(row.apiVersion.split('/')[0] ?? '');
      if (reason !== undefined) return { result: 'failed', reason };
      return { result: 'skipped', reason: `no CRD of ${row.apiVersion} ${row.kind}` };
    }
    const path = `${collection}?dryRun=All&fieldValidation=Strict`;
    const { status, body } = this.world.send('POST', path, object);
    const { message = '' } = body as { readonly message?: string };
    const told = status < 300 ? '' : message;
    if (isUnknown) return { result: 'failed', reason: `${status} ${told}, expected 404` };
    if (String(status) === row.http && isAsTold(told, row.message)) return { result: 'passed' };
    return { result: 'failed', reason: `${status} ${told}, expected ${row.http} ${row.message}` };
  }

  /** Whether there is a CRD of the row's kind, or one that was not taken. */
  knows(row: Row): boolean {
    return (
      this.problems.has(row.apiVersion.split('/')[0] ?? '') ||
      this.collectionOf(row, 'default') !== undefined
    );
  }

  /** The path of the kind's collection; undefined when the server does not know the kind. */
  private collectionOf({ apiVersion, kind }: Row, namespace: string): string | undefined {
    const key = `${apiVersion} ${kind} ${namespace}`;
    if (!this.collections.has(key))
      this.collections.set(key, this.find(apiVersion, kind, namespace));
    return this.collections.get(key);
  }

  private find(apiVersion: string, kind: string, namespace: string): string | undefined {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { status, body } = this.world.send('GET', root);
    if (status !== 200) return undefined;
    const { resources = [] } = body as { readonly resources?: readonly Resource[] };
    const resource = resources.find(one => one.kind === kind && !one.name.includes('/'));
    if (resource === undefined) return undefined;
    if (!resource.namespaced) return `${root}/${resource.name}`;
    this.ensure(namespace);
    return `${root}/namespaces/${namespace}/${resource.name}`;
  }

  private ensure(name: string): void {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    if (this.world.send('POST', '/api/v1/namespaces', body).status !== 201) return;
    this.world.loop.runUntil(this.world.loop.now() + 1_000);
  }
}

/** The table holds so many characters of a message. */
const messageMax = 400;

function isAsTold(told: string, message: string): boolean {
  return message.length < messageMax ? told === message : told.startsWith(message);
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}
