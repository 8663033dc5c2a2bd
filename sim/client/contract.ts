/**
 * The contract of every part that acts on a cluster. A controller reads the cluster from an
 * informer's cache (`View`) and writes by yielding requests. In the simulator the runtime answers
 * them in virtual time; on a real cluster the same generators are driven over HTTP.
 */
import type { HasMetadata, Kind, KubeObject } from '../api/object.js';
import type { SendHttp } from '../api/http-message.js';
import type { ApiAnswer, ApiRequest, WatchEvent } from '../api/request.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import type { DirectMessenger, Errand, Messenger, TypedErrand } from './errand.js';
import type { EventRecorder } from './event-recorder.js';
import type { MetricBook, QueueNames } from './process-metrics.js';

/** A request whose answer, when it succeeds, is a T. Made by the functions of `requests.ts`. */
export interface Request<T = KubeObject> extends ApiRequest {
  /** Never set: it only ties the request to the type of its answer. */
  readonly answer?: T;
}

/** A wait in the middle of a reconciliation. */
export interface Pause {
  readonly pauseMs: number;
}

/**
 * A question to somebody outside of the cluster, in the middle of a reconciliation: it goes on after
 * `done`, and keeps the answer itself.
 */
export interface Consultation {
  readonly consult: (done: () => void) => void;
}

/** What a reconciler learns of its request. */
export type Answer<T = KubeObject> =
  | { readonly isOk: true; readonly status: number; readonly object: T }
  | {
      readonly isOk: false;
      readonly status: number;
      /** The Status's reason: NotFound, Conflict, AlreadyExists, Invalid, Forbidden, ... or ''. */
      readonly reason: string;
      readonly message: string;
      /** The Status as it came, if one came. */
      readonly body: unknown;
    };

/** Undefined: done. `requeueAfterMs`: look again then. `retry`: an error; again with back-off. */
export type Outcome =
  undefined | void | { readonly requeueAfterMs: number } | { readonly retry: string };

/** One pass over one key. Requests are yielded with `yield* call(request)`, which types the answer. */
export type Reconciliation<R = Outcome> = Generator<
  Request<unknown> | Pause | Consultation,
  R,
  Answer<unknown>
>;

/** The cluster as the informers' caches have it: possibly behind, never ahead of the API server. */
export interface View {
  /** The object, or undefined. Namespace '' for cluster-scoped kinds. */
  get<T extends HasMetadata>(kind: Kind<T>, namespace: string, name: string): T | undefined;
  /** All, or those of a namespace, sorted by (namespace, name). */
  list<T extends HasMetadata>(kind: Kind<T>, namespace?: string): readonly T[];
  /** Those whose index function gave this key, sorted by (namespace, name). `owner` (uid of the controller) is always there. */
  byIndex<T extends HasMetadata>(kind: Kind<T>, index: string, key: string): readonly T[];
  /** The resourceVersion that the cache of the kind has reached: '' until it is filled. Absent where nobody knows. */
  version?<T extends HasMetadata>(kind: Kind<T>): string;
}

/** A change that reached the cache, which has it already. */
export type Change<T> =
  | { readonly type: 'added'; readonly object: T; readonly old?: undefined }
  | { readonly type: 'updated'; readonly object: T; readonly old: T }
  | { readonly type: 'deleted'; readonly object: T; readonly old?: undefined };

/** What a controller watches. Made by `watch(kind, {...})`. */
export interface Watch<T extends HasMetadata = HasMetadata> {
  readonly kind: Kind<T>;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>>;
  /** Runs at each change: adds keys to the queue, lowers expectations. It never writes to the API. */
  readonly on?: (change: Change<T>) => void;
  /**
   * Whether `on` does nothing about an update, nor about any number of such updates in a row: it may then
   * hear of it late, when somebody reads the cache. Absent: it wants to hear of everything at once.
   */
  readonly isNoNews?: (object: T, old: T) => boolean;
}

/** Who hears of a watch. */
export interface WatchSink {
  event(event: WatchEvent): void;
  /** The stream is over, or could not be opened: then with the answer. */
  end(refusal?: ApiAnswer): void;
  /**
   * For an event on which nobody acts, which may wait where it arrives until it is asked for: by how many
   * milliseconds it arrives late, mostly 0. undefined: it must be handed over. Absent: all must be.
   * `arrived` then hands over what has arrived by now, and tells in how many milliseconds the last of
   * what is still underway will have; undefined when nothing is.
   */
  lateIfWaiting?(event: WatchEvent, arrived: () => number | undefined): number | undefined;
}

/** The keys that wait to be reconciled: a set, with delays and back-off. @upstream client-go/util/workqueue */
export interface Queue {
  add(key: string): void;
  addAfter(key: string, delayMs: number): void;
  addRateLimited(key: string): void;
  forget(key: string): void;
  /** How often the key was added by `addRateLimited` since it was forgotten. */
  retries(key: string): number;
}

/** What a process can do besides asking the API. */
export interface Beside {
  /** Sends a request to a program of the cluster. Absent: nobody can be reached. */
  readonly http?: SendHttp;
  /**
   * Answers the requests of a version of a group, which the API server hands on to its process.
   * Absent: nobody hands them on.
   */
  readonly serveApi?: ServeApi;
}

/** What a controller is given when its process starts. A crash loses it all; a restart makes a new one. */
export interface ControllerContext extends Beside {
  readonly clock: Clock;
  readonly random: Random;
  readonly view: View;
  readonly queue: Queue;
  readonly events: EventRecorder;
  /**
   * Begins another watch while the controller runs, for kinds that it learns of by discovery: its
   * cache is part of `view` from then on, and `on` hears of all that is there. Returns what ends it.
   */
  watch(watch: Watch): () => void;
  /**
   * Who runs an errand in the name of the controller's identity, beside the queue and past the throttle:
   * for heartbeats, which have a client of their own upstream. Nothing leaves, and nothing is answered,
   * once the process stops.
   */
  messenger<T>(errand: TypedErrand<T>): Messenger;
  /** What the process counts. Absent: nobody will ask. */
  readonly metrics?: MetricBook;
}

/** Answers a request of an aggregated API, now or later; `done` is called once. */
export type ApiHandler = (request: ApiRequest, done: (answer: ApiAnswer) => void) => void;

/** Takes over an API: `external.metrics.k8s.io/v1beta1`. */
export type ServeApi = (groupVersion: string, handler: ApiHandler) => void;

/** Exponential back-off for each key, and a bucket for all of them. */
export interface RetryPolicy {
  readonly baseMs: number;
  readonly maxMs: number;
  /** The overall bucket; absent: none. client-go's default is 10 a second, burst 100. */
  readonly bucket?: { readonly perSecond: number; readonly burst: number };
}

/** client-go's DefaultTypedControllerRateLimiter. */
export const defaultRetryPolicy: RetryPolicy = {
  baseMs: 5,
  maxMs: 1_000_000,
  bucket: { perSecond: 10, burst: 100 },
};

/** A level-based controller: what it watches and how it brings one key to its wanted state. */
export interface Controller {
  readonly watches: readonly Watch[];
  /** How many keys are reconciled side by side. Default 1. */
  readonly workers?: number;
  readonly retry?: RetryPolicy;
  /** Runs once when all caches are filled: starts periodic work with the clock. */
  start?(): void;
  /** Runs when its process stops or crashes: cancels its timers. */
  stop?(): void;
  reconcile(key: string, view: View): Reconciliation;
}

/** A kind of controller, and who it is at the API. */
export interface ControllerDefinition {
  /** `deployment-controller`: names the queue, the random stream and the events' source. */
  readonly name: string;
  /** What metrics call its queue, or its queues by what their keys begin with. Default: none is counted. */
  readonly queueName?: QueueNames;
  /** Who it is at the API; default: its process's identity. */
  readonly identity?: Identity;
  /** Its own throttle, for controllers that kube-controller-manager gives more than the rest; default: the process's. */
  readonly rate?: ClientRate;
  /** The event source's component, where it differs from the name. */
  readonly eventSource?: string;
  /** The event source's host: the node's name for kubelets. */
  readonly eventHost?: string;
  /** Which API its events are written to. Default core; the scheduler uses events.k8s.io. */
  readonly eventApi?: 'core' | 'events.k8s.io';
  create(context: ControllerContext): Controller;
}

/** A user of the API. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

/** The identity of a service account. */
export function serviceAccount(namespace: string, name: string): Identity {
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ],
  };
}

/** The identity of whom a user's name says to be a service account; undefined: it is another user. */
export function accountNamed(user: string): Identity | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (namespace === undefined || name === undefined) return undefined;
  return serviceAccount(namespace, name);
}

/** client-go's client-side throttle. */
export interface ClientRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Programs that start, stop and crash together and share their informers, like kube-controller-manager. */
export interface ProcessDefinition {
  /** `kube-controller-manager`, `kubelet/n1`: names the random stream and the timers' labels. */
  readonly name: string;
  readonly identity: Identity;
  /** Default: 20 a second, burst 30 (kube-controller-manager's); each identity has a bucket of its own. */
  readonly rate?: ClientRate;
  readonly controllers: readonly ControllerDefinition[];
}

/** The way to an API server, with one identity. The simulator calls `Serve`; a real backend speaks HTTP. */
export interface Transport {
  send(request: ApiRequest, done: (answer: ApiAnswer) => void): void;
  /** Who runs an errand; absent: it takes a timer and `send`. */
  messenger?(errand: Errand): DirectMessenger;
  /** Opens a watch. Returns a function that closes it. */
  watch(request: ApiRequest, sink: WatchSink): () => void;
}

/** Gives the way to the API server to whoever has this identity. */
export type Connect = (identity: Identity) => Transport;
