/**
 * The short way of reads. Controllers and kubelets read the same objects, and what is served, again and
 * again: as long as nothing has changed that an answer was made from, and nobody's rights have, it is the answer.
 */
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import { storageKey, type Collection, type LastChange } from '../../store/collection.js';
import type { Stored } from '../../store/stored.js';
import { nodeNameOf } from '../authorization/node-identity.js';
import { relatingKinds } from '../authorization/node-relations.js';
import { isConverted } from '../conversions.js';
import type { Core } from '../core.js';
import type { FieldOwners } from '../field-owners.js';
import type { RequestState } from '../request-state.js';
import type { User } from '../user.js';
import { ByConnection } from './by-connection.js';
import { beginAudit, roleKinds, type Permit } from './permits.js';

/** What is served, and who may read it: as long as this is the same, only an object can have changed. */
interface ServedThen {
  /** The last change of what decides who may read, and when that was. */
  readonly rights: Readonly<LastChange>;
  readonly rightsRevision: number;
  readonly generation: number;
  readonly remotes: unknown;
}

/** The object that an answer shows. */
interface ObjectThen {
  readonly collection: Collection<FieldOwners>;
  readonly key: string;
  readonly stored: Stored<FieldOwners>;
}

/** An answer that was given to a connection. */
interface KnownRead extends ServedThen, Pick<Permit, 'user' | 'annotations'> {
  readonly headers: ApiRequest['headers'];
  readonly answer: ApiAnswer;
  /** Undefined: it shows the groups that are served. */
  readonly object: ObjectThen | undefined;
  /** What the groups of programs of our own told. */
  readonly listed: readonly unknown[];
  /** Whether the audit log is told the body. */
  readonly isShown: boolean;
}

const rememberedMax = 4_096;
const none: readonly unknown[] = [];
/** Subresources that show nothing but what is stored. */
const shown: readonly string[] = ['', 'status', 'scale'];

/** The reads of one server. */
export class Reads {
  private readonly known = new ByConnection<KnownRead>(rememberedMax);
  private readonly rights: Readonly<LastChange>;
  /** What a node may read changes with its pods, too. */
  private readonly rightsOfNodes: Readonly<LastChange>;
  private readonly aggregated: readonly { readonly resources: unknown }[];

  constructor(private readonly core: Core) {
    this.rights = core.access.lastChangeOf(roleKinds);
    this.rightsOfNodes = core.access.lastChangeOf([...roleKinds, ...relatingKinds]);
    this.aggregated = Object.values(core.options.aggregated ?? {});
  }

  /** The answer of before, if it would be the same; undefined: it takes the long way. */
  serve(request: ApiRequest, connection: Connection): ApiAnswer | undefined {
    const read = this.known.get(request.path, connection);
    if (read === undefined || read.headers !== request.headers) return undefined;
    if (!this.isServedAs(read)) return undefined;
    const { object, answer } = read;
    const isSame =
      object === undefined
        ? this.aggregated.every(({ resources }, place) => resources === read.listed[place])
        : object.collection.get(object.key) === object.stored;
    if (!isSame) return undefined;
    const audit = beginAudit(this.core, read, { request, connection });
    if (read.isShown) audit?.responseObject(answer.body);
    audit?.responseComplete(answer.status, answer.body);
    return answer;
  }

  /** Takes note of a read that was answered the long way. */
  learn(context: RequestState, answer: ApiAnswer): void {
    const { request, connection, info, user, annotations } = context;
    if (answer.status !== 200 || info.query !== '' || !isPlain(request.headers)) return;
    if (answer.warnings !== undefined) return;
    const object = info.isResourceRequest ? this.objectOf(context) : undefined;
    if (object === undefined && info.path !== '/api' && info.path !== '/apis') return;
    const read = {
      user,
      annotations,
      headers: request.headers,
      answer,
      object,
      listed: object === undefined ? this.aggregated.map(({ resources }) => resources) : none,
      isShown: object !== undefined && info.subresource !== 'scale',
    };
    this.known.set(request.path, connection, Object.assign({}, this.servedTo(user), read));
  }

  /** What is shown, if nothing else is: a webhook may convert the same object in another way each time. */
  private objectOf({ info }: RequestState): ObjectThen | undefined {
    const { verb, group, version, resource, subresource, namespace, name, isWatchPath } = info;
    if (verb !== 'get' || name === '' || isWatchPath || !shown.includes(subresource)) {
      return undefined;
    }
    const served = this.core.registry.find(group, version, resource);
    if (served === undefined || isConverted(served)) return undefined;
    const { collection, kind } = served;
    const key = storageKey(kind.isNamespaced ? namespace : '', name);
    const stored = collection.get(key);
    return stored === undefined ? undefined : { collection, key, stored };
  }

  private servedTo(user: User): ServedThen {
    const { registry, remotes } = this.core;
    const rights = nodeNameOf(user) === undefined ? this.rights : this.rightsOfNodes;
    return {
      rights,
      rightsRevision: rights.revision,
      generation: registry.generation,
      remotes: remotes.list,
    };
  }

  private isServedAs({ rights, rightsRevision, generation, remotes }: ServedThen): boolean {
    const { core } = this;
    return (
      rights.revision === rightsRevision &&
      generation === core.registry.generation &&
      remotes === core.remotes.list
    );
  }
}

/** Whether the headers say at most what form is wanted. */
function isPlain(headers: ApiRequest['headers']): boolean {
  for (const name in headers) if (name !== 'accept') return false;
  return true;
}
