/** Adds a cluster to the user's kubeconfig and takes it out again, touching nothing else in it. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isMap, isSeq, parseDocument, type Document, type YAMLSeq } from 'yaml';
import { environment, homeFolder, processId } from '../host.js';
import { exitCodes, InputError, UserError } from '../input/errors.js';

/** How to reach a cluster, as its kubeconfig tells it. */
export interface Access {
  /** The name of the context, of the cluster and of the user: `seatrial-<name>`. */
  readonly contextName: string;
  readonly server: string;
  /** PEM. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** The file that kubectl would write to: --kubeconfig, else the first of $KUBECONFIG, else ~/.kube/config. */
export function kubeconfigPath(flag?: string): string {
  if (flag !== undefined) return flag;
  const all = kubeconfigFiles();
  return all.find(path => existsSync(path)) ?? all[0];
}

/** The files that kubectl would read: those of $KUBECONFIG, else ~/.kube/config. */
export function kubeconfigFiles(): readonly [string, ...string[]] {
  const list = (environment('KUBECONFIG') ?? '').split(':').filter(path => path !== '');
  const [first, ...others] = list;
  return first === undefined ? [join(homeFolder(), '.kube', 'config')] : [first, ...others];
}

/** A kubeconfig that holds this cluster alone, as YAML. */
export function kubeconfigText(access: Access): string {
  const document = parseDocument('{}');
  document.contents = document.createNode({}) as typeof document.contents;
  insert(document, access);
  return document.toString({ lineWidth: 0 });
}

/** Adds the cluster and makes it the current one; returns the context that was current before. */
export function mergeKubeconfig(file: string, access: Access): string | undefined {
  return underLock(file, () => {
    const document = read(file);
    const before = document.get('current-context') as string | undefined;
    remove(document, access.contextName);
    insert(document, access);
    write(file, document);
    return before === access.contextName || before === '' ? undefined : before;
  });
}

/** Takes the cluster out; the context that was current before is current again, if it is still there. */
export function unmergeKubeconfig(file: string, contextName: string, before?: string): void {
  if (!existsSync(file)) return;
  underLock(file, () => {
    const document = read(file);
    remove(document, contextName);
    if (document.get('current-context') === contextName) {
      if (before !== undefined && names(document, 'contexts').includes(before)) {
        document.set('current-context', before);
      } else document.delete('current-context');
    }
    const isOurs = ['clusters', 'contexts', 'users'].every(
      list => names(document, list).length === 0,
    );
    if (isOurs) rmSync(file);
    else write(file, document);
  });
  const folder = dirname(file);
  const isDefault = basename(folder) === '.kube' && readdirSync(folder).length === 0;
  if (isDefault) rmdirSync(folder);
}

function insert(document: Document, access: Access): void {
  const { contextName: name, server, authority, certificate, key } = access;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  if (!document.has('apiVersion')) document.set('apiVersion', 'v1');
  if (!document.has('kind')) document.set('kind', 'Config');
  const add = (list: string, item: unknown): void => {
    const sequence = document.get(list);
    if (isSeq(sequence)) sequence.add(document.createNode(item));
    else document.set(list, document.createNode([item]));
  };
  add('clusters', { name, cluster: { server, 'certificate-authority-data': base64(authority) } });
  add('contexts', { name, context: { cluster: name, user: name } });
  add('users', {
    name,
    user: {
      'client-certificate-data': base64(certificate),
      'client-key-data': base64(key),
    },
  });
  document.set('current-context', name);
}

function remove(document: Document, name: string): void {
  for (const list of ['clusters', 'contexts', 'users']) {
    const sequence = document.get(list);
    if (!isSeq(sequence)) continue;
    const index = names(document, list).indexOf(name);
    if (index >= 0) (sequence as YAMLSeq).delete(index);
  }
}

function names(document: Document, list: string): string[] {
  const sequence = document.get(list);
  if (!isSeq(sequence)) return [];
  return sequence.items.map(item => (isMap(item) ? String(item.get('name')) : ''));
}

function read(file: string): Document {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const document = parseDocument(text.trim() === '' ? '{}' : text) as unknown as Document;
  const [problem] = document.errors;
  if (problem !== undefined) {
    const line = problem.linePos?.[0].line ?? 1;
    throw new InputError(
      { file, line },
      'not YAML, so it is left alone',
      'mend it, or use --kubeconfig FILE',
    );
  }
  if (document.contents !== null && !isMap(document.contents)) {
    const next = 'use --kubeconfig FILE with a kubeconfig, or one that is not there yet';
    throw new InputError({ file, line: 1 }, 'not a kubeconfig, so it is left alone', next);
  }
  if (text.trim() === '') document.contents = document.createNode({}) as typeof document.contents;
  return document;
}

/** Writes beside the file and renames, so that it is never half written. */
function write(file: string, document: Document): void {
  const temporary = `${file}.seatrial-${processId()}`;
  writeFileSync(temporary, document.toString({ lineWidth: 0 }), { mode: 0o600 });
  renameSync(temporary, file);
}

/** client-go's convention: whoever makes FILE.lock may write. */
function underLock<T>(file: string, action: () => T): T {
  mkdirSync(dirname(file), { recursive: true });
  const lock = `${file}.lock`;
  try {
    closeSync(openSync(lock, 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UserError(`${lock} exists: somebody else writes the kubeconfig`, {
      exitCode: exitCodes.backend,
      code: 'kubeconfig-locked',
      next: 'try again; if no kubectl, kind or seatrial runs, remove the file',
    });
  }
  try {
    return action();
  } finally {
    rmSync(lock);
  }
}
