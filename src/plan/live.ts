/** Reads a running cluster, with GET alone and as whoever the kubeconfig says. */
import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import {
  apiVersionOf,
  type HasMetadata,
  type Kind,
  type KubeObject,
} from '../../sim/api/object.js';
import { revisionPath } from '../backends/time-door.js';
import { readConfig } from '../backends/user-config.js';
import { exitCodes, UserError } from '../input/errors.js';
import { neededKinds, schedulerKinds } from './scheduler-kinds.js';

/** What was read of a cluster. */
export interface LiveObjects {
  readonly objects: readonly KubeObject[];
  /** The namespace of the kubeconfig's context. */
  readonly namespace: string;
  /** Resources that could not be read, each with the reason: decisions that depend on them may differ. */
  readonly unread: readonly string[];
}

interface List {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly KubeObject[];
  readonly message?: string;
  /** What the door of a simulated cluster says. */
  readonly revision?: number;
  readonly error?: string;
  readonly next?: string;
}

const pageSize = 500;
const pagesMax = 1_000;
const timeoutMs = 30_000;

/** How a cluster is read. */
export interface LiveOptions {
  readonly context?: string | undefined;
  readonly at?: string | undefined;
  /** Default: all that a scheduler would look at. */
  readonly kinds?: readonly Kind<HasMetadata>[];
  /** Those without which nothing can be said. Default: nodes and pods. */
  readonly needed?: readonly Kind<HasMetadata>[];
}

/**
 * Reads the objects of some kinds.
 *
 * @throws UserError when there is no cluster, or when it does not give what is needed.
 */
export async function readLive(
  kubeconfig: string,
  options: LiveOptions = {},
): Promise<LiveObjects> {
  const { kinds = schedulerKinds, needed = neededKinds } = options;
  const config = await readConfig(kubeconfig, options.context);
  const get = await getter(config);
  const revision = options.at === undefined ? undefined : await revisionAt(get, options.at);
  const unread: string[] = [];
  const lists = await Promise.all(
    kinds.map(async kind => {
      const isNeeded = needed.includes(kind);
      const { items, problem, isForgotten } = await listAll(get, kind, { revision, isNeeded });
      if (problem === undefined) return items;
      if (isForgotten === true) throw forgotten(problem);
      if (isNeeded) throw refused(kind, problem);
      unread.push(`${kind.resource} (${problem})`);
      return [];
    }),
  );
  const current = config.getContextObject(config.getCurrentContext());
  return { objects: lists.flat(), namespace: current?.namespace ?? 'default', unread };
}

type Get = (path: string) => Promise<{ readonly status: number; readonly body: List }>;

async function getter(config: KubeConfig): Promise<Get> {
  const server = config.getCurrentCluster()?.server ?? '';
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
  const { request } = server.startsWith('http:') ? http : https;
  const headers = { ...(options.headers as http.OutgoingHttpHeaders), accept: 'application/json' };
  return path =>
    new Promise((resolve, reject) => {
      const fail = (error: Error): void =>
        reject(
          new UserError(`no answer from ${server}: ${error.message}`, {
            exitCode: exitCodes.backend,
            code: 'unreachable',
            next: 'check that the cluster runs, or choose another with --context',
          }),
        );
      const asked = request(
        `${server}${path}`,
        { ...options, method: 'GET', headers },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', fail);
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 500,
              body: bodyOf(Buffer.concat(chunks).toString('utf8')),
            });
          });
        },
      );
      asked.setTimeout(timeoutMs, () => asked.destroy(new Error('it took too long')));
      asked.on('error', fail);
      asked.end();
    });
}

/** The revision that `at` means: a number is one, a time is asked about. */
async function revisionAt(get: Get, at: string): Promise<string> {
  if (/^\d+$/.test(at)) return at;
  const { status, body } = await get(`${revisionPath}?at=${encodeURIComponent(at)}`);
  if (status === 200 && body.revision !== undefined) return String(body.revision);
  const refusal = (message: string, next: string): UserError =>
    new UserError(message, { exitCode: exitCodes.usage, code: 'no-such-instant', next });
  if (body.error !== undefined) {
    throw refusal(`--at ${at}: ${body.error}`, body.next ?? 'write it as 2026-01-31T08:00:00Z');
  }
  throw refusal(
    'only a simulated cluster knows which of its past instants belongs to a time',
    'give --at a resourceVersion; a real cluster keeps them for five minutes',
  );
}

function bodyOf(text: string): List {
  try {
    return JSON.parse(text) as List;
  } catch {
    return { message: text };
  }
}

interface Listed {
  readonly items: readonly KubeObject[];
  readonly problem?: string;
  /** The cluster no longer knows how it was then. */
  readonly isForgotten?: boolean;
}

async function listAll(
  get: Get,
  kind: Kind<HasMetadata>,
  { revision, isNeeded }: { readonly revision: string | undefined; readonly isNeeded: boolean },
): Promise<Listed> {
  const apiVersion = apiVersionOf(kind);
  const root = kind.group === '' ? '/api' : '/apis';
  const items: KubeObject[] = [];
  let next = '';
  for (let page = 0; page < pagesMax; page++) {
    const exact =
      revision === undefined ? '' : `&resourceVersion=${revision}&resourceVersionMatch=Exact`;
    const after = next === '' ? exact : `&continue=${encodeURIComponent(next)}`;
    const path = `${root}/${apiVersion}/${kind.resource}?limit=${pageSize}${after}`;
    const { status, body } = await get(path);
    // A cluster that does not serve a kind has none of it.
    if (status === 404 && !isNeeded) break;
    if (status !== 200) {
      const problem = body.message ?? `status ${status}`;
      return { items: [], problem, isForgotten: status === 410 && revision !== undefined };
    }
    for (const item of body.items ?? []) items.push({ ...item, apiVersion, kind: kind.kind });
    next = body.metadata?.continue ?? '';
    if (next === '') break;
  }
  return { items };
}

function forgotten(problem: string): UserError {
  return new UserError(problem.trim(), {
    exitCode: exitCodes.usage,
    code: 'no-such-instant',
    next: 'give --at a later instant: a cluster remembers the last five to ten minutes',
  });
}

function refused(kind: Kind<HasMetadata>, problem: string): UserError {
  return new UserError(`cannot list ${kind.resource}: ${problem.trim()}`, {
    exitCode: exitCodes.backend,
    code: 'cannot-list',
    next: `ask for the right to list ${kind.resource}, or have a snapshot made: --cluster FILE`,
  });
}
