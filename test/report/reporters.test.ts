/** The reporters for terminals, agents and CI, on a run that is well and one that is not. */
import { describe, expect, it } from 'vitest';
import { githubSummary } from '../../src/report/github-summary.js';
import { reporters } from '../../src/report/index.js';
import { colored } from '../../src/report/paint.js';
import { diffTable, runDiff } from '../../src/report/run-diff.js';
import type { RunOfScenario } from '../../src/report/reporter.js';
import { badRun, goodRun, reportOf } from './runs.js';

const told = (name: string, ...runs: readonly RunOfScenario[]): string =>
  reporters[name]?.(reportOf(...runs)) ?? '';

describe('For people', () => {
  it('colours only when asked to, and says all in words', () => {
    const text = reporters['default']?.(reportOf(badRun), colored) ?? '';
    expect(text).toContain('\u001b[31mFAILED  \u001b[39m');
    const bare = text.replaceAll(/\u001b\[\d+m/g, '');
    expect(bare).toBe(told('default', badRun));
    expect(told('human', badRun)).toBe(bare);
    expect(bare).toContain('scenarios: 0 passed, 1 failed (seed 7)');
  });

  it('tells every law when it is verbose', () => {
    expect(told('default', badRun)).not.toContain('none is left');
    expect(told('verbose', badRun)).toMatch(/no-orphans +vacuous +none is left/);
  });

  it('shows a sign for each step and law that judged', () => {
    expect(told('dot', goodRun)).toBe('..\n1 passed, 0 failed (seed 7)\n');
    expect(told('dot', badRun).split('\n')[0]).toBe('Fs.?F');
  });
});

describe('For programs', () => {
  it('says to agents only what is wrong, and how to see it again', () => {
    expect(told('minimal', goodRun)).toBe('1 passed, 0 failed (seed 7)\n');
    expect(told('minimal', goodRun, badRun).split('\n')).toEqual([
      'FAIL trial, variant bare',
      'scenarios/trial.yaml:3: step a: <b> & "c", 100 % # d: no',
      'way ]]>',
      'scenarios/trial.yaml:1: law quota-never-exceeded: Namespace a uses 3 of 2',
      'again, to the byte:  npx seatrial run scenarios/trial.yaml --seed 7',
      '1 passed, 1 failed (seed 7)',
      '',
    ]);
  });

  it('counts test points in TAP, and escapes what would be a directive', () => {
    const lines = told('tap', badRun).split('\n');
    expect(lines.slice(0, 3)).toEqual(['TAP version 14', '# seed 7', '1..6']);
    expect(lines).toContain('not ok 1 - trial, variant bare: a: <b> & "c", 100 % \\# d');
    expect(lines).toContain('  message: "no\\nway ]]>"');
    expect(lines).toContain('ok 2 - trial, variant bare: later # SKIP an earlier step failed');
    expect(lines).toContain(
      'ok 5 - trial, variant bare: law hpa-settles # SKIP the history ends too early',
    );
    const points = lines.filter(line => /^(not )?ok \d+ /.test(line));
    expect(points.map(line => /\d+/.exec(line)?.[0])).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('is JSON that leaves the record in its folder', () => {
    const record = { log: [], series: { columns: [], rows: [] } };
    const document = JSON.parse(told('json', { ...goodRun, record })) as {
      readonly kind: string;
      readonly runs: readonly object[];
    };
    expect(document.kind).toBe('Report');
    expect(document.runs[0]).not.toHaveProperty('record');
  });
});

describe('For GitHub', () => {
  it('annotates files and lines, one command a line', () => {
    const lines = told('github-actions', goodRun, badRun).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe(
      '::error file=scenarios/trial.yaml,line=3,title=a%3A <b> & "c"%2C 100 %25 # d::no%0Away ]]>',
    );
    expect(lines[1]).toContain('title=law quota-never-exceeded::BROKEN quota-never-exceeded');
    expect(told('github', goodRun)).toBe('');
  });

  it('sums up in Markdown that no name can break out of', () => {
    const text = githubSummary(reportOf(badRun));
    expect(text).toContain('## seatrial: 0 passed, 1 failed');
    expect(text).toContain(
      '**step a: \\<b\\> & "c", 100 % # d** (`scenarios/trial.yaml:3`): no way',
    );
    expect(text).toContain('```text\nBROKEN quota-never-exceeded');
    expect(githubSummary(reportOf({ ...badRun, hints: ['a ``` b'] }))).toContain('````text\na ```');
  });
});

describe('Two runs', () => {
  it('are alike when only the real time differs', () => {
    expect(runDiff(goodRun, { ...goodRun, wallMs: 999, folder: 'elsewhere' })).toEqual([]);
  });

  it('differ by history, steps, laws, figures and series', () => {
    const series = (value: number) => ({
      log: [],
      series: { columns: ['time', 'p99_ms'], rows: [['2026-01-01', value]] },
    });
    const one = { ...goodRun, record: series(10) };
    const other = { ...badRun, digest: 'def', durationMs: 90_000, record: series(15) };
    const all = runDiff(one, other);
    expect([...new Set(all.map(({ part }) => part))]).toEqual([
      'history',
      'step',
      'law',
      'figure',
      'series',
    ]);
    expect(all).toContainEqual({
      part: 'law',
      name: 'quota-never-exceeded',
      one: undefined,
      other: 'broken (1)',
    });
    expect(all).toContainEqual({
      part: 'series',
      name: 'p99_ms mean',
      one: '10',
      other: '15',
      change: '+5 (+50.0 %)',
    });
    expect(diffTable('', all).rows[0]).toEqual(['history', 'digest', 'abc', 'def', '']);
  });
});
