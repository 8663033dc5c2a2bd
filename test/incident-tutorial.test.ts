/** The tutorial of the incident says what is true: its commands run, in their order, and find the cause. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commandsFor } from '../src/cli/index.js';
import { changeOf } from '../src/incident/what-if/change.js';
import { parsedLine } from '../src/incident/what-if/kubectl-line.js';

const folder = 'scenarios/incidents/two-writers';
const text = readFileSync(`${folder}/README.md`, 'utf8');
const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(match =>
  (match[1] ?? '').trim().split('\n'),
);
const [stand = [], cause = [], fixes = [], keep = []] = blocks;
const own = mkdtempSync(join(tmpdir(), 'seatrial-tutorial-'));
const kubeconfig = join(own, 'kubeconfig');
const kubectl = '.cache/bin/kubectl';

/** Runs a line of the tutorial in this process, as the command line would; gives its code and output. */
async function seatrial(line: string, more: readonly string[] = []) {
  const told: string[] = [];
  const listen = vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    told.push(String(chunk));
    return true;
  });
  let code = -1;
  const program = new Command('seatrial').exitOverride();
  for (const command of await commandsFor(undefined)) {
    command.define(program, async run => {
      code = await run();
    });
  }
  const [, ...words] = wordsOf(line);
  try {
    await program.parseAsync([...words, ...more], { from: 'user' });
  } finally {
    listen.mockRestore();
  }
  return { code, out: told.join('') };
}

/** As a shell splits it. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|"(?:\\.|[^"])*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"((?:\\.|[^"])*)"/g, (_, single?: string, double?: string) =>
      single === undefined ? (double ?? '').replaceAll(/\\(.)/g, '$1') : single,
    ),
  );
}

afterAll(() => rmSync(own, { recursive: true, force: true }));

describe('the tutorial of an incident', () => {
  let served: Promise<unknown>;

  beforeAll(async () => {
    const [run = '', up = ''] = stand;
    const ran = await seatrial(run);
    // Two writers of one field: the autoscaler does not come to rest.
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('BROKEN hpa-settles');
    served = seatrial(up, ['--separate', kubeconfig]);
    await vi.waitFor(() => expect(existsSync(kubeconfig)).toBe(true), { timeout: 60_000 });
  });

  afterAll(async () => {
    process.emit('SIGINT');
    await served;
  });

  it.skipIf(!existsSync(kubectl))('kubectl sees the quota and the autoscaler', async () => {
    const [, ...words] = wordsOf(cause[0] ?? '');
    const run = promisify(execFile);
    const { stdout } = await run(kubectl, [...words, '--kubeconfig', kubeconfig]);
    expect(stdout).toContain('requests.nvidia.com/gpu: 6/6');
    expect(stdout).toMatch(/deployment.apps\/risk-scorer +4\/6/);
  });

  it('stops where somebody sets the replicas back, and where a pod waits', async () => {
    const set = await seatrial(cause[1] ?? '');
    expect(set).toEqual({ code: 0, out: '2026-03-11T09:42:00.000Z (paused)\n' });
    const waits = await seatrial(cause[3] ?? '');
    expect(waits.code).toBe(0);
    expect(waits.out).toMatch(/^2026-03-11T09:5\d/);
  });

  it.skipIf(!existsSync(kubectl))('explains why the pod waits', async () => {
    const list = 'get pods -n cards --field-selector status.phase=Pending -o name'.split(' ');
    const run = promisify(execFile);
    const { stdout } = await run(kubectl, [...list, '--kubeconfig', kubeconfig]);
    const [pod = ''] = stdout.split('\n');
    const { out } = await seatrial(`seatrial explain ${pod} -n cards`, [
      '--kubeconfig',
      kubeconfig,
    ]);
    expect(out).toContain('Insufficient nvidia.com/gpu');
  });

  it('its changes can be read', () => {
    const changes = fixes.flatMap(line =>
      wordsOf(line).flatMap((word, index, all) => (all[index - 1] === '--change' ? [word] : [])),
    );
    expect(changes.map(change => changeOf(change).words)).toHaveLength(5);
    expect(parsedLine(changes[1] ?? '').namespace).toBe('cards');
  });

  const isLong = process.env['SEATRIAL_LONG'] !== undefined;

  it.skipIf(!isLong)('the first fix shows what it says (only with SEATRIAL_LONG=1)', async () => {
    const { code, out } = await seatrial(fixes[0] ?? '', ['--seeds', '1', '-o', 'json']);
    expect(code).toBe(0);
    const { figures } = JSON.parse(out) as {
      figures: { name: string; base: number; changed: number }[];
    };
    const flips = figures.find(({ name }) => name.startsWith('changes of replicas'));
    expect(flips).toMatchObject({ base: 18, changed: 2 });
  });

  it.skipIf(!isLong)('keeps a variant that passes (only with SEATRIAL_LONG=1)', async () => {
    expect((await seatrial(keep[0] ?? '')).code).toBe(0);
  });
});
