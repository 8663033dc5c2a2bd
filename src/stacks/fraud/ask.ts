/** Asks another program, again and again while it does not answer. */
import type { ContainerContext } from '../../../sim/workloads/workload.js';

/** How a question is put. */
export interface Asking {
  readonly host: string;
  readonly port?: number;
  readonly message: unknown;
  /** What it is called in the log: `the feature store`. */
  readonly name: string;
  /** Default 15 s. */
  readonly againMs?: number;
  /** Tries in all. Default: without end. */
  readonly triesMax?: number;
}

const defaultAgainMs = 15_000;

/** `then` gets the answer; `giveUp` the last error, when tries are bounded. Each failure is logged. */
export function ask<T>(
  context: ContainerContext,
  asking: Asking,
  then: (answer: T) => void,
  giveUp?: (error: string) => void,
  tries = 1,
): void {
  const { host, port = 80, message, name, againMs = defaultAgainMs, triesMax = Infinity } = asking;
  context.network.send({ host, port }, message, reply => {
    // What programs of one platform send each other has the shape that their messages state.
    if (reply.isOk) return then(reply.payload as T);
    context.log(`${name} at ${host}:${port} does not answer: ${reply.error}`);
    if (tries >= triesMax) return giveUp?.(reply.error);
    context.clock.after(againMs, `ask ${name} again`, () =>
      ask(context, asking, then, giveUp, tries + 1),
    );
  });
}
