/** What the members of a parameter-server training say to each other. */

/** To the scheduler, from a server or a worker that has started. */
export interface Register {
  readonly kind: 'register';
  readonly role: 'server' | 'worker';
  /** The worker's index, as the operator gave it; servers are numbered as they come. */
  readonly index?: number;
  readonly port: number;
}

/** The scheduler's answer: not yet, or who the others are. */
export type Registered =
  | { readonly isReady: false; readonly missing: number }
  | {
      readonly isReady: true;
      readonly servers: readonly { readonly host: string; readonly port: number }[];
      /** The member had registered before: it has come back. */
      readonly isRecovery: boolean;
    };

/** To the scheduler, from a worker that is done. */
export interface Finalize {
  readonly kind: 'finalize';
  readonly index: number;
}

/** To a server: the first weights; later ones are ignored. */
export interface Initialize {
  readonly kind: 'initialize';
  readonly weights: readonly number[];
  readonly step: number;
}

/** To a server: a worker's gradient of a step. Answered when all workers have sent theirs. */
export interface Push {
  readonly kind: 'push';
  readonly index: number;
  readonly step: number;
  readonly gradient: readonly number[];
}

/** A server's answer to `initialize` and `push`: its part of the weights, and the step it is at. */
export interface Weights {
  readonly weights: readonly number[];
  readonly step: number;
}

/** To a server, from the scheduler: all workers are done. */
export interface Terminate {
  readonly kind: 'terminate';
}

/** Everything that may arrive. */
export type Message = Register | Finalize | Initialize | Push | Terminate;
