import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findKeptRun } from './find-kept-run.js';
import { keptRecord } from './kept-record.js';
import { RunFolder } from './run-folder.js';

const facts = {
  scenario: 'trial',
  file: 'scenario.yaml',
  backend: 'sim',
  version: '1.0.0',
  startedAt: '2026-11-25T18:46:14.709Z',
  pid: 1,
};

const root = (): string => join(mkdtempSync(join(tmpdir(), 'seatrial-record-')), 'runs');

it('reads back what a run folder wrote, commas and quotes and gaps included', () => {
  const folder = new RunFolder({ ...facts, seed: 7 }, root());
  const log = [
    { of: 'start' as const, epochMs: 5 },
    { of: 'told' as const, ms: 1, topic: 'step', text: 'a "quoted"\nline' },
  ];
  folder.timeline(log.slice(0, 1));
  folder.timeline(log.slice(1));
  folder.series(['time', 'a,b'], [['2026-01-01T00:00:00Z', 1.5]]);
  folder.series(['time', 'a,b'], [['say "x"', null]]);
  const path = folder.path ?? '';
  expect(keptRecord(path)).toEqual({
    log,
    series: {
      columns: ['time', 'a,b'],
      rows: [
        ['2026-01-01T00:00:00Z', 1.5],
        ['say "x"', null],
      ],
    },
  });
});

it('leaves out the torn last line of a killed run, and refuses any other damage', () => {
  const folder = new RunFolder({ ...facts, seed: 7 }, root());
  folder.timeline([{ of: 'start', epochMs: 5 }]);
  const file = join(folder.path ?? '', 'timeline.jsonl');
  appendFileSync(file, '{"of":"told","ms":');
  expect(keptRecord(folder.path ?? '')?.log).toEqual([{ of: 'start', epochMs: 5 }]);
  writeFileSync(file, 'nonsense\n{"of":"start","epochMs":5}\n');
  expect(() => keptRecord(folder.path ?? '')).toThrow(/timeline\.jsonl:1: not a line of JSON/);
});

it('has no record for a run that was kept without one', () => {
  const folder = new RunFolder({ ...facts, seed: 7 }, root());
  folder.finish('passed', {});
  expect(keptRecord(folder.path ?? '')).toBeUndefined();
});

it('finds a run by id, by a part that only it has, by folder, and the latest', () => {
  const place = root();
  const one = new RunFolder({ ...facts, seed: 7 }, place);
  const other = new RunFolder({ ...facts, seed: 8, variant: 'bare' }, place);
  one.finish('passed', {});
  other.finish('failed', {});
  const id = '2026-11-25T18-46-14-trial-7';
  expect(findKeptRun(id, place).id).toBe(id);
  expect(findKeptRun('bare', place).status).toBe('failed');
  expect(findKeptRun(one.path ?? '', place).id).toBe(id);
  expect(findKeptRun('latest', place).id).toBe('2026-11-25T18-46-14-trial-bare-8');
  expect(() => findKeptRun('trial', place)).toThrow('2 runs are called trial');
  expect(() => findKeptRun('tryal', place)).toThrow('there is no run tryal');
  expect(() => findKeptRun('latest', root())).toThrow(/no run is kept/);
});
