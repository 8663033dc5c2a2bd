/** A run that is killed keeps what it had, and says so; one that is interrupted reports besides. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder, seatrial, startSeatrial } from '../cli/seatrial.js';

const file = resolve('test/fraud/short/scenario.yaml');
const timeout = 300_000;

/** What is kept of the only run in a folder. */
function keptIn(folder: string) {
  const runs = join(folder, '.seatrial', 'runs');
  const [name = ''] = readdirSync(runs);
  const text = (of: string): string => readFileSync(join(runs, name, of), 'utf8');
  const { status, pid } = JSON.parse(text('run.json')) as { status: string; pid: number };
  return { status, pid, log: text('log.txt'), rows: text('series.csv').trim().split('\n') };
}

it('SIGKILL: rows and log stay, and the run is told as killed', { timeout }, async () => {
  const folder = freshFolder();
  const running = startSeatrial(folder, 'run', file, '--seed', '3');
  // By then a row of the time series is over.
  await running.says('0:21:2');
  running.process.kill('SIGKILL');
  await running.ended();
  const { status, pid, log, rows } = keptIn(folder);
  expect({ status, pid }).toEqual({ status: 'running', pid: running.process.pid });
  expect(log).toMatch(/traffic +requests\/s \d+/);
  expect(rows[0]).toMatch(/^time,offered_per_second,/);
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect(Number(rows[1]?.split(',')[1])).toBeGreaterThan(20);
  expect(seatrial(folder, 'get', 'runs').stdout).toMatch(/fraud-short.*killed|killed.*fraud-short/);
});

it('Ctrl-C: the report is of what went by, and it ends with 130', { timeout }, async () => {
  const folder = freshFolder();
  const running = startSeatrial(folder, 'run', file, '--seed', '3');
  await running.says('0:21:2');
  running.process.kill('SIGINT');
  const { code, stdout } = await running.ended();
  expect(code).toBe(130);
  expect(stdout).toMatch(/By hour/);
  const { status, rows } = keptIn(folder);
  expect(status).toBe('interrupted');
  expect(rows.length).toBeGreaterThanOrEqual(2);
});
