/** The clusters of this process that are to go with it, should it be ended by a signal. */
import { exitNow, onLoneInterrupt } from '../../host.js';
import { exitCodes } from '../../input/errors.js';

const alive = new Set<AsyncDisposable>();
let forgetInterrupt: (() => void) | undefined;

/**
 * Lets go of the cluster when a signal ends the process and nobody else takes it, as in a script that uses
 * the library; returns what takes this back. Commands listen to signals themselves.
 */
export function goesWithProcess(cluster: AsyncDisposable): () => void {
  alive.add(cluster);
  forgetInterrupt ??= onLoneInterrupt(() => void endAll());
  return () => {
    alive.delete(cluster);
    if (alive.size > 0) return;
    forgetInterrupt?.();
    forgetInterrupt = undefined;
  };
}

async function endAll(): Promise<void> {
  await Promise.allSettled([...alive].map(cluster => cluster[Symbol.asyncDispose]()));
  exitNow(exitCodes.interrupted);
}
