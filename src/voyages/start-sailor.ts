/** Starts a process that sails, as V8 does it fastest. */
import type { ChildProcess } from 'node:child_process';
import { startProcess } from '../thread.js';

/**
 * V8's own settings are for programs that live long and have cores to spare. Of one simulation after the
 * other none lives on, and there is a process for each core.
 *
 * - Room for what a voyage allocates, so that it is mostly over when the young are collected: by default
 *   there is half of it; twice as much took more memory and no less time.
 * - Everything is allocated young, also what V8 has seen to live long: what is old when it dies keeps the
 *   rest of its simulation until all garbage is collected. It halves what is spent on collecting.
 * - The optimiser does not take whole call trees into each function (its own bound is 920 bytes): the
 *   simulation is broad, and in a thousand short runs compiling is a quarter of the CPU time.
 * - Garbage is collected without threads to help: they would take the cores from the other processes.
 */
const flags = [
  '--max-semi-space-size=32',
  '--no-allocation-site-pretenuring',
  '--max-inlined-bytecode-size-cumulative=460',
  '--single-threaded-gc',
];

/** Starts a process of `worker.ts`. */
export function startSailor(): ChildProcess {
  return startProcess({ name: 'voyage-worker', source: 'voyages/worker' }, flags);
}
