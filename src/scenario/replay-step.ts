/** The step `replay`: sends recorded writes again, each at its time, as whoever made it. */
import { rfc3339Micro, timeMs } from '../../sim/api/time.js';
import type { OwnerReference } from '../../sim/api/kinds/meta.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import { RestMapper, servedPath } from '../backends/rest-mapper.js';
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

/** The writes of a file, by time, so much later than they were recorded. @throws InputError with the line that is no write. */
export function readWrites(file: string, laterMs = 0): readonly RecordedWrite[] {
  return readInput(file)
    .split('\n')
    .flatMap((text, index) => {
      if (text.trim() === '') return [];
      try {
        const write = JSON.parse(text) as RecordedWrite;
        const atMs = timeMs(write.at);
        if (atMs !== undefined && typeof write.resource === 'string') {
          return [laterMs === 0 ? write : { ...write, at: rfc3339Micro(atMs + laterMs) }];
        }
      } catch {
        // Told below, with the line.
      }
      throw new InputError(
        { file, line: index + 1 },
        'no recorded write with a time',
        'make the file again with: seatrial import',
      );
    });
}

/** Sends one write. */
export async function sendWrite(cluster: Cluster, write: RecordedWrite): Promise<ApiAnswer> {
  const owned = await withOwners(cluster, write);
  const { groups = [], status } = write;
  // It was allowed when it was recorded; the roles that allowed it may not be in the record.
  const own = status === 403 ? groups : [...new Set([...groups, 'system:masters'])];
  return cluster.request(requestOf(owned), { user: write.user, groups: own });
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
  const { verb, contentType, userAgent } = write;
  const body = bodyOf(write);
  const query = queryOf(write);
  return {
    method: methods[verb] ?? 'PATCH',
    path: query === '' ? pathOf(write) : `${pathOf(write)}?${query}`,
    headers: {
      accept: 'application/json',
      'content-type': verb === 'patch' ? (contentType ?? 'application/merge-patch+json') : json,
      ...(userAgent !== undefined && { 'user-agent': userAgent }),
    },
    ...(body !== undefined && { body }),
  };
}

const json = 'application/json';

/** What was refused changed nothing: it only asks whether it still would be. */
function queryOf({ query = '', status }: RecordedWrite): string {
  if (status < 400) return query;
  return query === '' ? 'dryRun=All' : `${query}&dryRun=All`;
}

/** Owners of another cluster are found here by kind and name; a uid of that one would have it collected. */
async function withOwners(cluster: Cluster, write: RecordedWrite): Promise<RecordedWrite> {
  const { verb, body, namespace } = write;
  const { metadata } = (body ?? {}) as Partial<KubeObject>;
  const owners = metadata?.ownerReferences ?? [];
  if (owners.length === 0 || verb === 'delete' || verb === 'deletecollection') return write;
  const mapper = new RestMapper(request => cluster.request(request));
  const found: OwnerReference[] = [];
  for (const owner of owners) {
    const served = await mapper.find(owner.apiVersion, owner.kind);
    if (served === undefined) continue;
    const path = servedPath(served, {
      name: owner.name,
      ...(namespace !== undefined && { namespace }),
    });
    const answer = await cluster.request({ method: 'GET', path });
    const { uid } = ((answer.body ?? {}) as Partial<KubeObject>).metadata ?? {};
    if (answer.status === 200 && uid !== undefined) found.push({ ...owner, uid });
  }
  return {
    ...write,
    body: { ...(body as object), metadata: { ...metadata, ownerReferences: found } },
  };
}

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

interface PatchOperation {
  readonly path?: string;
}

/** A JSON patch may demand the version or the uid that an object had in the recorded cluster. */
function isOfAnyCluster({ path = '' }: PatchOperation): boolean {
  return path !== '/metadata/resourceVersion' && path !== '/metadata/uid';
}

function bodyOf({ verb, body, name, status, message = '' }: RecordedWrite): unknown {
  const isConflict = status === 409 && message.includes('the object has been modified');
  if (Array.isArray(body)) return (body as readonly PatchOperation[]).filter(isOfAnyCluster);
  if (typeof body !== 'object' || body === null) return body;
  if (verb === 'delete' || verb === 'deletecollection') {
    const { preconditions: _preconditions, ...options } = body as Readonly<Record<string, unknown>>;
    return options;
  }
  // An import may keep nothing of an object but what counts; whole objects carry their name.
  const isWhole = verb !== 'patch' && name !== undefined;
  const { metadata = isWhole ? {} : undefined, ...rest } = body as Partial<KubeObject>;
  if (metadata === undefined) return body;
  const { generateName, ...given } = bare(metadata);
  const { ownerReferences } = metadata;
  const kept = {
    ...given,
    // The name that the server made goes before: it made it of this.
    ...(generateName !== undefined && { generateName }),
    ...(isWhole && { name }),
    ...(ownerReferences !== undefined && { ownerReferences }),
    // Somebody had written in between: so an old version does.
    ...(isConflict && { resourceVersion: '1' }),
  };
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
  const isTaken = status >= 200 && status < 300;
  const place = `(${write.source})`;
  if (write.status >= 400) {
    if (status === write.status) return ['replay', `${text}: refused as then, with ${status}`];
    const now = isTaken ? 'would be taken now' : `is refused now with ${status} ${message ?? ''}`;
    return ['parts', `${text}: was refused with ${write.status}, ${now} ${place}`];
  }
  if (isTaken) return ['replay', text];
  if (status === 409 && write.verb === 'create' && message?.endsWith('already exists') === true) {
    return ['replay', `${text}: it is there already`];
  }
  return ['refused', `${text}: ${message ?? status} ${place}`];
}
