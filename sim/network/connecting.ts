/** A connection of a program, on its way to one backend. */
import type { NetworkProtocol, NetworkReply } from '../workloads/workload.js';
import type { Backend } from './backends.js';
import type { MeshWay } from './mesh-gate.js';

/** Where a connection goes, to one backend. */
export interface Way extends MeshWay {
  readonly target: Backend & { readonly protocol: NetworkProtocol };
}

/** What is sent to it. */
export interface Attempt {
  readonly way: Way;
  readonly payload: unknown;
  /** Default: the client's own. */
  readonly connectTimeoutMs?: number;
}

/** What becomes of an answer. */
export interface Answering {
  done(reply: NetworkReply): void;
  later(delayMs: number, reply: NetworkReply): void;
}
