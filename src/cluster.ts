/** The line between a scenario and a backend: what every cluster can do, simulated or real. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubeObject } from '../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../sim/api/request.js';
import type { Identity } from '../sim/client/contract.js';
import type { HistoryEntry } from '../sim/server/contract.js';
import type { Cause } from './input/refusal.js';

export type { Cause };

/** A cluster that a scenario runs on. `await using` ends it. */
export interface Cluster extends AsyncDisposable {
  /** `sim`, `kind`, ...: told in reports; no law looks at it. */
  readonly backend: string;
  /** The cluster's time, in milliseconds since the epoch: virtual in the simulator. */
  now(): number;
  /** One request to the API server, as the cluster's admin or as somebody else. */
  request(request: ApiRequest, as?: Identity, reader?: Reader): Promise<ApiAnswer>;
  /** Applies objects in order, as `kubectl apply --server-side` does, and tells what became of each. */
  apply(objects: readonly KubeObject[]): Promise<readonly Applied[]>;
  /** Lets so much time go by: milliseconds, or a Go duration such as `1h30m`. */
  advance(duration: number | string): Promise<void>;
  /** Lets time go by until the condition holds; returns whether it did within the time. */
  until(
    condition: () => boolean | Promise<boolean>,
    options?: { readonly within?: number | string },
  ): Promise<boolean>;
  /** The changes that the API server stored, from the beginning or after a revision. */
  history(afterRevision?: number): History;
  /** Lets something go wrong, as of now. */
  inject(fault: Fault): Promise<void>;
  /** A kubeconfig for the cluster's admin, as YAML. Opens the socket if there is none yet. */
  kubeconfig(): Promise<string>;
  /** The same as a client-node KubeConfig, from which its API clients are made. */
  client(): Promise<KubeConfig>;
}

/** What whoever asks does not look at in an answer: a simulation need not work it out. */
export interface Reader {
  /** Who owns the fields of objects takes longer to tell than all else of them. Default false. */
  readonly omitsManagedFields?: boolean;
}

/** Changes, in the order of their revisions. */
export interface History extends AsyncIterable<HistoryEntry> {
  /** The same without waiting, where it is at hand. */
  readonly atOnce?: Iterable<HistoryEntry>;
}

/** What became of an object that was applied. */
export interface Applied {
  readonly object: KubeObject;
  /** The HTTP status: 200 configured or unchanged, 201 created, 4xx refused. */
  readonly status: number;
  /** The server's message when it refused. */
  readonly message?: string;
  /** What the server says of each field when it refused. */
  readonly causes?: readonly Cause[];
  readonly warnings: readonly string[];
}

/** What can be made to go wrong. */
export type Fault =
  /** A GPU reports an Xid error and turns unhealthy: 79 is "fallen off the bus". */
  | {
      readonly kind: 'gpu';
      readonly node: string;
      /** By its index on the node, or by its id. */
      readonly gpu: number | string;
      readonly xid: number;
    }
  /** A GPU is well again. */
  | { readonly kind: 'gpu-repaired'; readonly node: string; readonly gpu: number | string }
  /** The node's kubelet stops; with it heartbeats end. */
  | { readonly kind: 'node-down'; readonly node: string }
  | { readonly kind: 'node-up'; readonly node: string }
  /**
   * A component crashes and comes back after a while with an empty memory: at once, or when it has sent
   * so many requests from now on, before it hears the answer to the last.
   */
  | {
      readonly kind: 'crash';
      /** `kube-scheduler`, `kubelet/<node>`, ... */
      readonly process: string;
      readonly forMs: number;
      readonly atRequest?: number;
    }
  /** The node's kubelet does not reach the API server for a while; its pods run on. */
  | { readonly kind: 'partition'; readonly node: string; readonly forMs: number }
  /** Requests of a component are slow or are answered with an error for a while. */
  | {
      readonly kind: 'requests';
      readonly process: string;
      readonly forMs: number;
      readonly delayMs?: number;
      /** 409, 429, 500, 503, 504. Absent: they are served. */
      readonly code?: number;
      /** The part of the requests that it happens to, from 0 to 1. Default 1. */
      readonly share?: number;
      /** The request is served all the same: only its answer is lost. Default false. */
      readonly isServed?: boolean;
      readonly onlyWrites?: boolean;
    }
  /**
   * A component's watches for a while: `stale` events come late, all at once; `lost` ones never, and
   * the watch expires after; `replayed` brings the last events once more.
   */
  | {
      readonly kind: 'watch';
      readonly process: string;
      readonly forMs: number;
      readonly mode: 'stale' | 'lost' | 'replayed';
      /** `pods`. Default all that the component watches. */
      readonly resource?: string;
    }
  /** A component's certificate or token has expired: 401 until it is renewed. */
  | { readonly kind: 'credentials'; readonly process: string; readonly forMs: number }
  /** A component's wall clock jumps, forward or back. */
  | { readonly kind: 'clock-step'; readonly process: string; readonly stepMs: number }
  /** Image pulls of a node take so many times as long for a while. */
  | {
      readonly kind: 'slow-images';
      readonly node: string;
      readonly factor: number;
      readonly forMs: number;
    }
  /** A node's disk is full for a while. */
  | { readonly kind: 'disk-pressure'; readonly node: string; readonly forMs: number };
