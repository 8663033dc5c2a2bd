/** Starts a process that sails, as V8 does it fastest. */
import type { ChildProcess } from 'node:child_process';
import { shortRunFlags } from '../host.js';
import { startProcess } from '../thread.js';

/**
 * V8's own settings are for programs that live long and have cores to spare; here is a process for each
 * core. Besides what can be set later, too:
 *
 * - Room for what a voyage allocates, so that it is mostly over when the young are collected: by default
 *   there is half of it; twice as much took more memory and no less time.
 * - Garbage is collected without threads to help: they would take the cores from the other processes.
 */
const flags = [...shortRunFlags, '--max-semi-space-size=32', '--single-threaded-gc'];

/** Starts a process of `worker.ts`. */
export function startSailor(): ChildProcess {
  return startProcess({ name: 'voyage-worker', source: 'voyages/worker' }, flags);
}
