import { spawn, type ChildProcess } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { replicated } from '../arbitraries/manifests.js';
import { laws } from '../laws/index.js';
import { assemble } from './fleet.js';
import type { VoyagePlan } from './plan.js';
import { startSailor } from './start-sailor.js';

const web = replicated('Deployment', { namespace: 'default', name: 'web' }, 2, {
  app: 'web',
  cpu: '100m',
  gpus: 0,
});

/** Every third one names a node that is not there. */
const plan = (seed: number): VoyagePlan => ({
  cluster: { pools: [{ name: 'cpu', count: 1 }] },
  objects: [web],
  events:
    seed % 3 === 2
      ? [{ afterMs: 0, kind: 'fault', fault: { kind: 'node-down', node: 'nobody' } }]
      : [],
  seed,
  settleMs: 10_000 + (seed % 4) * 60_000,
});

/** What came of the plans, failures too. */
async function sailed(workers: number): Promise<readonly string[]> {
  await using fleet = assemble({ workers, laws, planted: [] });
  const plans = Array.from({ length: 12 }, (_, seed) => plan(seed));
  const outcomes = plans.map(one =>
    fleet.sail(one).then(
      ({ digest }) => digest,
      (error: unknown) => (error as Error).message,
    ),
  );
  return await Promise.all(outcomes);
}

it('answers each plan, whatever became of the others, as one thread does', async () => {
  const alone = await sailed(1);
  expect(await sailed(2)).toEqual(alone);
  const failures = alone.filter(text => text.includes('nobody'));
  expect(failures).toHaveLength(4);
  expect(new Set(alone).size).toBe(9);
});

/** A fleet of which each program is a process's, and when those processes of it that end have ended. */
async function after(programs: readonly (string | undefined)[]) {
  const ends: Promise<unknown>[] = [];
  const left = [...programs];
  const start = (): ChildProcess => {
    const program = left.shift();
    if (program === undefined) return startSailor();
    const child = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    ends.push(new Promise(resolve => child.once('exit', resolve)));
    return child;
  };
  const fleet = assemble({ workers: programs.length, laws, planted: [], start });
  await Promise.all(ends);
  return fleet;
}

describe('a process that is lost while it has nothing to do', () => {
  it.each(["throw new Error('sunk')", 'process.exit(3)'])('is given nothing: %s', async program => {
    await using fleet = await after([program, undefined]);
    const briefs = await Promise.all([fleet.sail(plan(0)), fleet.sail(plan(0))]);
    expect(new Set(briefs.map(({ digest }) => digest)).size).toBe(1);
  });

  it.each([
    ["throw new Error('sunk')", 'with code 1'],
    ['process.exit(3)', 'with code 3'],
    ["process.kill(process.pid, 'SIGKILL')", 'by SIGKILL'],
  ])('is told of when it was the last one: %s', async (program, how) => {
    await using fleet = await after([program, program]);
    await expect(fleet.sail(plan(0))).rejects.toThrow(`a process that sails ended ${how}`);
  });
});

it('leaves no process behind, whatever they are doing', async () => {
  const started: ChildProcess[] = [];
  const start = (): ChildProcess => {
    const child = startSailor();
    started.push(child);
    return child;
  };
  const fleet = assemble({ workers: 2, laws, planted: [], start });
  const ends = started.map(child => new Promise(resolve => child.once('exit', resolve)));
  // It is let go, and never answers.
  void fleet.sail({ ...plan(0), settleMs: 86_400_000 });
  await fleet[Symbol.asyncDispose]();
  await Promise.all(ends);
  expect(started.map(({ signalCode }) => signalCode)).toEqual(['SIGKILL', 'SIGKILL']);
});
