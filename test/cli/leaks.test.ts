/** Nothing of a control plane outlives its run: whatever ends it, and in whatever phase. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sleep } from '../../src/host.js';
import { hasRealPrograms, whyNone } from '../real/real-programs.js';
import { freshFolder, startSeatrial, type Ended, type Running } from './seatrial.js';

const scenario = (steps: string): string => `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: short }
spec:
  cluster: { operators: [] }
  steps:
${steps}
`;

let folder = '';
let scratch = '';

beforeEach(() => {
  folder = freshFolder({
    'waits.yaml': scenario('    - advance: 10m'),
    'fails.yaml': scenario('    - expect: { kind: ConfigMap, name: nobody }'),
  });
  scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  vi.stubEnv('TMPDIR', scratch);
});
afterEach(() => vi.unstubAllEnvs());

/** A stand-in for a program of the control plane. */
function program(name: string, body: string): void {
  const file = join(folder, 'bin', name);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(file, `#!${process.execPath}\n${body}`);
  chmodSync(file, 0o755);
}

const lives = 'setInterval(() => undefined, 1000);';

/** Programs whose command lines name the run's folder, and what lies in it. */
function leftovers(): readonly string[] {
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter(line => line.includes(scratch));
  return [...processes, ...readdirSync(scratch), ...readdirSync(folder).filter(isState)];
}

const isState = (name: string): boolean => name === '.seatrial' || name === '.kube';

const run = (file: string, ...words: readonly string[]): Running =>
  startSeatrial(
    folder,
    ...['run', file, '--backend', 'control-plane', '--seed', '1', '--no-keep', ...words],
  );

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 50) {
    if (condition()) return;
    await sleep(50);
  }
  throw new Error(`not within a minute: ${what}`);
}

const hasStarted = (name: string) => (): boolean =>
  readdirSync(scratch, { recursive: true, encoding: 'utf8' }).some(file => file.endsWith(name));

describe('a control plane of stand-ins', () => {
  const binaries = (): string[] => ['--binaries', join(folder, 'bin')];

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s while it starts ends it at once',
    async signal => {
      program('etcd', lives);
      program('kube-apiserver', lives);
      const running = run('waits.yaml', ...binaries());
      await until('kube-apiserver runs', hasStarted('kube-apiserver.log'));
      running.process.kill(signal);
      const { code, stderr } = await running.ended();
      expect([code, stderr]).toEqual([
        130,
        expect.stringContaining('starting the control plane was stopped'),
      ]);
      expect(leftovers()).toEqual([]);
    },
    90_000,
  );

  it('tells of a program that crashes, with the end of its log', async () => {
    program('etcd', lives);
    program('kube-apiserver', `console.error('F1126 no such flag'); process.exit(7);`);
    const { code, stderr } = await run('waits.yaml', ...binaries()).ended();
    expect(code).toBe(3);
    expect(stderr).toContain('kube-apiserver ended by itself (exit code 7)');
    expect(stderr).toContain('F1126 no such flag');
    expect(leftovers()).toEqual([]);
  }, 90_000);
});

describe.skipIf(!hasRealPrograms())(`a real control plane (skipped: ${whyNone})`, () => {
  it.each([
    ['while its nodes get ready', 'etcd', 2_000],
    ['in the middle of a step', 'scheduler.log', 20_000],
  ])(
    'SIGINT %s',
    async (_when, started, afterMs) => {
      const running = run('waits.yaml');
      await until('it runs', hasStarted(started));
      await sleep(afterMs);
      running.process.kill('SIGINT');
      const { code } = await running.ended();
      expect(code).toBe(130);
      expect(leftovers()).toEqual([]);
    },
    180_000,
  );

  it('is gone when a step fails, and when the time is over', async () => {
    const ended: Ended[] = [];
    ended.push(await run('fails.yaml').ended());
    expect(leftovers()).toEqual([]);
    ended.push(await run('waits.yaml', '--max-real', '5s').ended());
    expect(leftovers()).toEqual([]);
    expect(ended.map(({ code }) => code)).toEqual([1, 4]);
  }, 240_000);

  it('reports a program that is killed from outside, and is gone', async () => {
    const running = run('waits.yaml');
    await running.says('step    advance 10m');
    const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
    const own = lines.find(line => line.includes(scratch) && /kube-scheduler /.test(line));
    process.kill(Number(own?.trim().split(' ')[0]), 'SIGKILL');
    const { code, stderr } = await running.ended();
    expect(code).toBe(3);
    expect(stderr).toContain('kube-scheduler ended by itself (signal SIGKILL)');
    expect(leftovers()).toEqual([]);
  }, 180_000);
});
