/** The API server as its boot file gets it: one function, and what the simulation needs besides. */
import type { HttpReply, HttpRequest } from '../api/http-message.js';
import type { NodeEndpoints } from '../api/node-endpoint.js';
import type { KubeObject } from '../api/object.js';
import type { RecordedPast } from '../api/recorded-past.js';
import type { ApiAnswer, ApiRequest, Connection, Serve } from '../api/request.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import type { AuditReader } from './audit/auditor.js';
import type { ServerSettings } from './resources/strategy.js';

/** What an API server is made from. */
export interface ApiServerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings?: Partial<ServerSettings>;
  /** Where logs and exec are asked for. Default: no node answers. */
  readonly nodes?: NodeEndpoints;
  /** API groups that others serve, by `group/version`: metrics.k8s.io/v1beta1 and the like. */
  readonly aggregated?: Readonly<Record<string, AggregatedApi>>;
  /** The audit policy (audit.k8s.io/v1 Policy); default: none, nothing is logged. */
  readonly auditPolicy?: KubeObject;
  /** Default: what is logged is read by nobody. */
  readonly auditReader?: AuditReader;
  /** Whether a program, `kube-scheduler` and the like, answers on its health port. Default: none does. */
  readonly answersHealth?: (program: string) => boolean;
  /** Sends webhook calls; default: every call fails as if nothing listened. */
  readonly callWebhook?: (call: WebhookCall, done: (answer: WebhookAnswer) => void) => void;
  /** Sends a request to a program in the cluster, for the proxies. Default: every connection is refused. */
  readonly http?: (
    to: { readonly host: string; readonly port: number },
    request: HttpRequest,
    done: (reply: HttpReply) => void,
  ) => void;
  /** Holds nothing at first, not even what a fresh server has: `restore` fills it. Default false. */
  readonly isEmpty?: boolean;
  /** Names and uids that objects had in a recorded cluster. Default: they are drawn. */
  readonly past?: RecordedPast;
  /** What OpenAPI tells of the built-in kinds; default: nothing, only custom resources are told of. */
  readonly openapi?: OpenApiDocuments;
  /** Whether requests are counted for `/metrics`, which costs a little at each. Default false. */
  readonly countsRequests?: boolean;
}

/** The OpenAPI documents of the built-in kinds. */
export interface OpenApiDocuments {
  /** Of those of version 3: `api/v1`, `apis/apps/v1`, `version`. */
  names(): readonly string[];
  /** The JSON of one of version 3; with '' that of version 2. */
  text(name: string): string | undefined;
}

/** An API group that is served by another component. */
export interface AggregatedApi {
  /** The APIResourceList's resources. */
  readonly resources: readonly Readonly<Record<string, unknown>>[];
  /** What its APIService names. Default: `<first label of the group>-server` in kube-system. */
  readonly service?: { readonly namespace: string; readonly name: string };
  serve(request: ApiRequest, connection: Connection): ApiAnswer;
  /** Comes before `serve`, for what takes its time; `done` is called once. */
  serveLater?(request: ApiRequest, done: (answer: ApiAnswer) => void): void;
}

/** A call of an admission webhook. */
export interface WebhookCall {
  readonly url: string;
  readonly caBundle?: string;
  readonly timeoutMs: number;
  readonly body: unknown;
  /** Where the server of the URL is really found, when it stands outside of the cluster. Default: at the URL. */
  readonly dial?: { readonly host: string; readonly port: number };
}

/** What came of it. */
export type WebhookAnswer =
  | {
      readonly isOk: true;
      readonly code: number;
      readonly contentType: string;
      readonly body: string;
    }
  | { readonly isOk: false; readonly error: string };

/** A change that was stored: the history that laws look at. */
export interface HistoryEntry {
  readonly revision: number;
  readonly timeMs: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `pods`, `deployments.apps`. */
  readonly resource: string;
  readonly user: string;
  readonly object: KubeObject;
}

/** An API server in this process. */
export interface ApiServer {
  readonly serve: Serve;
  /** The revision of the latest write. */
  revision(): number;
  /**
   * All changes after the revision, in order; those before the last compaction are gone, and so are
   * old changes of leases, of which only those of the last minutes are kept.
   */
  history(afterRevision?: number): Iterable<HistoryEntry>;
  /**
   * Of at most so many writes after the revision: the objects that still stand as they were written, as
   * clients see them. Whoever serves a socket asks ahead, so that the first list need not work it out.
   */
  shownAhead(afterRevision: number, writesMax: number): ShownAhead;
  /**
   * Takes over changes that another server stored, with their revisions, past the chain: what a server
   * of the past is filled with. Watchers hear of them. Who owns which field is not restored.
   */
  restore(entries: Iterable<HistoryEntry>): void;
  /**
   * Goes back to a revision since which it was filled by `restore` alone; false where that is not known any
   * more, or where what is served changed since. Nobody may watch.
   */
  takeBack(revision: number): boolean;
  /**
   * Stores objects as they stand, with uids, times and status, each under the next revision, past the
   * chain: how a cluster begins that was recorded. Who owns which field is not restored.
   */
  takeOver(objects: Iterable<{ readonly resource: string; readonly object: KubeObject }>): void;
  /** Forgets the history before now, as etcd's compaction does. */
  compact(): void;
  /**
   * Forgets the history but for the last minutes from now on, as kube-apiserver lets etcd do: for what is
   * served for days. Without it all of it is kept.
   */
  compactRegularly(): void;
  /** PEM of the key pair that signs service account tokens and of the CA, for whoever opens a socket. */
  readonly tokenIssuer: string;
}

/** Objects as a list would show them now. */
export interface ShownAhead {
  /** The last write that was looked at. */
  readonly revision: number;
  readonly objects: readonly object[];
}

/** Makes the API server with the objects that a fresh one has. */
export type CreateApiServer = (options: ApiServerOptions) => ApiServer;
