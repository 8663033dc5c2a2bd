/** Starts a process that sails, as V8 does it fastest. */
import type { ChildProcess } from 'node:child_process';
import { shortRunFlags } from '../host.js';
import { startProcess } from '../thread.js';

/**
 * V8's own settings are for programs that live long and have cores to spare; here is a process for each
 * core. Besides what can be set later, too:
 *
 * - Room for all that most voyages allocate (small ones 26 MB), and it is collected between two voyages, when it is
 *   over: collected on the way, four megabytes of each were copied to where V8 keeps what lives long.
 * - Garbage is collected without threads to help: they would take the cores from the other processes.
 */
const flags = [
  ...shortRunFlags,
  '--max-semi-space-size=96',
  '--min-semi-space-size=96',
  '--expose-gc',
  '--single-threaded-gc',
];

/** Starts a process of `worker.ts`. */
export function startSailor(): ChildProcess {
  return startProcess({ name: 'voyage-worker', source: 'voyages/worker' }, flags);
}
