/** Reads a live cluster for an import: lists only, after saying which rights that takes. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../../sim/api/request.js';
import { readConfig } from '../../backends/user-config.js';
import { exitCodes, UserError } from '../../input/errors.js';
import { RestMapper, servedPath, type ServedKind } from '../../backends/rest-mapper.js';
import { tellObjects } from '../import/told-objects.js';
import type { Collection } from '../rebuild/collection.js';
import { realNowMs } from '../../host.js';
import { reader } from './reader.js';
import { roleText, wantedKinds } from './role.js';

/** Settings of a reading. */
export interface ReadOptions {
  readonly context: string;
  readonly kubeconfig?: string;
  /** Only these namespaces. Empty: all. */
  readonly namespaces: readonly string[];
  /** Hears what is about to happen. */
  readonly tell: (line: string) => void;
}

/** So many objects at a time. */
const pageSize = 500;

/**
 * Reads the cluster into the collection. What may not be read is told and left out.
 *
 * @throws UserError when the context does not exist or the cluster does not answer.
 */
export async function readCluster(collection: Collection, options: ReadOptions): Promise<void> {
  const { context, namespaces, tell } = options;
  const config = await readConfig(options.kubeconfig, options.context);
  const { ask, close } = await reader(config);
  try {
    tell(`reading the cluster of context ${context}: lists only, nothing is written to it`);
    // What is served everybody may ask: with it the role names custom kinds as well.
    const mapper = new RestMapper(ask);
    const kinds = wantedKinds(await mapper.all().catch(() => [])).toSorted((a, b) =>
      a.resource < b.resource ? -1 : 1,
    );
    if (kinds.length === 0) {
      throw new UserError(`the cluster of context ${context} does not answer`, {
        exitCode: exitCodes.backend,
        code: 'no-answer',
        next: `try: kubectl --context ${context} get nodes`,
      });
    }
    tell('it needs these rights, and uses no others:');
    for (const line of roleText(namespaces, kinds).split('\n')) tell(`  ${line}`);
    const dump = `live cluster ${context}`;
    const fromMs = realNowMs();
    collection.begin('live cluster', context);
    for (const kind of kinds) await readKind(kind, { ask, collection, dump, namespaces });
    collection.dumped(dump, await timeOfCluster(ask, fromMs));
  } finally {
    close();
  }
}

interface Reading {
  readonly ask: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly collection: Collection;
  readonly dump: string;
  readonly namespaces: readonly string[];
}

async function readKind(kind: ServedKind, reading: Reading): Promise<void> {
  const { ask, collection, dump, namespaces } = reading;
  const scopes = kind.isNamespaced && namespaces.length > 0 ? namespaces : [undefined];
  for (const namespace of scopes) {
    const path =
      kind.isNamespaced && namespace === undefined
        ? servedPath({ ...kind, isNamespaced: false }, {})
        : servedPath(kind, { namespace });
    let token = '';
    do {
      const query = `?limit=${pageSize}${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`;
      const answer = await ask({ method: 'GET', path: path + query });
      if (answer.status !== 200) {
        const { message = '' } = (answer.body ?? {}) as { readonly message?: string };
        if (answer.status === 405) break;
        collection.problem({ file: path }, `not read: ${answer.status} ${message}`);
        break;
      }
      const { items, metadata } = answer.body as {
        readonly items?: readonly KubeObject[] | null;
        readonly metadata?: { readonly continue?: string };
      };
      const { apiVersion, kind: name } = kind;
      const value = { apiVersion, kind: `${name}List`, items: items ?? [] };
      tellObjects([{ value, line: 1 }], { file: path, dump, sink: collection });
      token = metadata?.continue ?? '';
    } while (token !== '');
  }
}

/** A simulated cluster lives in another time than ours: its heartbeats tell which. */
async function timeOfCluster(
  ask: Reading['ask'],
  fromMs: number,
): Promise<{ readonly fromMs: number; readonly toMs: number }> {
  const answer = await ask({ method: 'GET', path: '/apis/coordination.k8s.io/v1/leases?limit=50' });
  const { items = [] } = (answer.status === 200 ? answer.body : {}) as {
    readonly items?: readonly { readonly spec?: { readonly renewTime?: string } }[];
  };
  const beats = items.flatMap(({ spec }) => {
    const ms = Date.parse(spec?.renewTime ?? '');
    return Number.isNaN(ms) ? [] : [ms];
  });
  const toMs = beats.length > 0 ? Math.max(...beats) : realNowMs();
  return { fromMs: Math.min(beats.length > 0 ? toMs : fromMs, toMs), toMs };
}
