import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keptRuns } from './kept-runs.js';
import { RunFolder, type RunFacts } from './run-folder.js';

const facts: RunFacts = {
  scenario: 'trial',
  file: 'scenario.yaml',
  seed: 7,
  backend: 'sim',
  version: '1.0.0',
  startedAt: '2026-11-25T18:46:14.709Z',
  pid: 1,
};

const root = (): string => join(mkdtempSync(join(tmpdir(), 'seatrial-runs-')), 'runs');
const runJson = (folder: RunFolder): unknown =>
  JSON.parse(readFileSync(join(folder.path ?? '', 'run.json'), 'utf8'));

it('keeps what it had when the run is killed, and says that it was running', () => {
  const folder = new RunFolder(facts, root());
  expect(folder.path).toBeUndefined();
  folder.line('one');
  folder.line('two');
  folder.flush();
  folder.series(['time', 'what'], [[1, 'a,b']]);
  folder.series(['time', 'what'], [[2, null]]);
  expect(runJson(folder)).toMatchObject({ status: 'running', pid: 1 });
  const read = (name: string): string => readFileSync(join(folder.path ?? '', name), 'utf8');
  expect(read('log.txt')).toBe('one\ntwo\n');
  expect(read('series.csv')).toBe('time,what\n1,"a,b"\n2,\n');
});

it('says what came of the run, and never takes the name of another', () => {
  const folder = root();
  const [first, second] = [new RunFolder(facts, folder), new RunFolder(facts, folder)];
  first.finish('passed', { wallMs: 5 });
  second.finish('failed', {});
  expect(readdirSync(folder)).toEqual([
    '2026-11-25T18-46-14-trial-7',
    '2026-11-25T18-46-14-trial-7-2',
  ]);
  expect(runJson(first)).toMatchObject({ status: 'passed', wallMs: 5 });
  expect(existsSync(join(first.path ?? '', 'run.json.part'))).toBe(false);
});

it('tells the next step where nothing can be written', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'seatrial-runs-')), 'taken');
  writeFileSync(file, '');
  expect(() => new RunFolder(facts, join(file, 'runs')).finish('passed', {})).toThrow(
    /cannot keep the run in .*runs: /,
  );
});

it('lists kept runs, and tells those that were killed and those that are torn', () => {
  const folder = root();
  new RunFolder(facts, folder).finish('passed', {});
  const killed = new RunFolder({ ...facts, pid: 2 ** 30, seed: 8 }, folder);
  killed.line('it begins');
  killed.flush();
  const torn = new RunFolder({ ...facts, seed: 9 }, folder);
  torn.finish('passed', {});
  writeFileSync(join(torn.path ?? '', 'run.json'), '{"kind"');
  expect(keptRuns(folder).map(({ id, status }) => [id, status])).toEqual([
    ['2026-11-25T18-46-14-trial-7', 'passed'],
    ['2026-11-25T18-46-14-trial-8', 'killed'],
    ['2026-11-25T18-46-14-trial-9', 'torn'],
  ]);
  expect(keptRuns(join(folder, 'nowhere'))).toEqual([]);
});
