/** The step `replay`: sends recorded writes again, each at its time, as whoever made it. */
import { timeMs } from '../../sim/api/time.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import type { Cluster } from '../cluster.js';
import { InputError } from '../input/errors.js';
import { readInput } from '../input/located.js';
import type { RecordedWrite } from './recorded-write.js';
import { bare } from './relink.js';

/** What came of a write that was sent again. */
export interface ReplayedWrite {
  readonly write: RecordedWrite;
  readonly status: number;
  readonly message?: string;
}

/** The writes of a file, by time. @throws InputError with the line that is no write. */
export function readWrites(file: string): readonly RecordedWrite[] {
  return readInput(file)
    .split('\n')
    .flatMap((text, index) => {
      if (text.trim() === '') return [];
      try {
        const write = JSON.parse(text) as RecordedWrite;
        if (timeMs(write.at) !== undefined && typeof write.resource === 'string') return [write];
      } catch {
        // Told below, with the line.
      }
      throw new InputError({ file, line: index + 1 }, 'no recorded write with a time');
    });
}

/** Sends one write. */
export async function sendWrite(cluster: Cluster, write: RecordedWrite): Promise<ApiAnswer> {
  const request = requestOf(write);
  // It was allowed when it was recorded; the roles that allowed it may not be in the record.
  const groups = [...new Set([...(write.groups ?? []), 'system:masters'])];
  return cluster.request(request, { user: write.user, groups });
}

const methods: Readonly<Record<string, ApiRequest['method']>> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

/** The request of a write, without what was true of the recorded cluster alone: uids and versions. */
export function requestOf(write: RecordedWrite): ApiRequest {
  const { verb, contentType, userAgent, query } = write;
  const body = bodyOf(write);
  return {
    method: methods[verb] ?? 'PATCH',
    path: query === undefined ? pathOf(write) : `${pathOf(write)}?${query}`,
    headers: {
      accept: 'application/json',
      'content-type': verb === 'patch' ? (contentType ?? 'application/merge-patch+json') : json,
      ...(userAgent !== undefined && { 'user-agent': userAgent }),
    },
    ...(body !== undefined && { body }),
  };
}

const json = 'application/json';

function pathOf(write: RecordedWrite): string {
  const { apiGroup = '', apiVersion, resource, subresource, namespace, name, verb } = write;
  const root = apiGroup === '' ? `/api/${apiVersion}` : `/apis/${apiGroup}/${apiVersion}`;
  const isScoped = namespace !== undefined && namespace !== '' && resource !== 'namespaces';
  const scope = isScoped ? `/namespaces/${namespace}` : '';
  const isOnOne = name !== undefined && (verb !== 'create' || subresource !== undefined);
  const one = isOnOne ? `/${encodeURIComponent(name)}` : '';
  const part = subresource === undefined ? '' : `/${subresource}`;
  return `${root}${scope}/${resource}${one}${part}`;
}

function bodyOf({ verb, body, name }: RecordedWrite): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  if (verb === 'delete' || verb === 'deletecollection') {
    const { preconditions: _preconditions, ...options } = body as Readonly<Record<string, unknown>>;
    return options;
  }
  const { metadata, ...rest } = body as Partial<KubeObject>;
  if (metadata === undefined) return body;
  const { generateName: _prefix, ...given } = bare(metadata);
  const kept = verb === 'create' && name !== undefined ? { ...given, name } : bare(metadata);
  // Owners are left out with the rest: a uid of another cluster would have the object collected.
  return { ...rest, metadata: kept };
}

/** Settings of a replay. */
export interface ReplaySettings {
  /** Lets time go by, as the runner of the scenario does it. */
  readonly advance: (ms: number) => Promise<unknown>;
  readonly isInterrupted: () => boolean;
  /** Writes that are not sent, asked when their time has come. Default: none. */
  readonly isLeftOut?: (write: RecordedWrite) => boolean;
  /** Hears of each write. */
  readonly told: (replayed: ReplayedWrite) => void;
}

/** Sends the writes at their times; those before now are left out, and told so with status 0. */
export async function replay(
  cluster: Cluster,
  writes: readonly RecordedWrite[],
  { advance, isInterrupted, isLeftOut, told }: ReplaySettings,
): Promise<void> {
  for (const write of writes) {
    if (isInterrupted()) return;
    const atMs = timeMs(write.at) ?? 0;
    if (atMs < cluster.now()) {
      told({ write, status: 0, message: 'its time was over when the replay began' });
      continue;
    }
    await advance(atMs - cluster.now());
    if (isLeftOut?.(write) === true) continue;
    const { status, body } = await sendWrite(cluster, write);
    const { message } = (body ?? {}) as { readonly message?: string };
    told({ write, status, ...(status >= 300 && message !== undefined && { message }) });
  }
}

/** The sort of line and its text that tells of a write: `replay`, or `refused` where the record has it taken. */
export function toldOf({ write, status, message }: ReplayedWrite): [string, string] {
  const { user, verb, resource, subresource, namespace, name } = write;
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = [namespace, name].filter(part => part !== undefined).join('/');
  const text = `${user}: ${verb} ${what} ${where}`;
  if (status >= 200 && status < 300) return ['replay', text];
  return ['refused', `${text}: ${message ?? status} (${write.source})`];
}
