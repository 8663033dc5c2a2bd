/** The commands about kept runs, as a user runs them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshFolder, seatrial } from '../cli/seatrial.js';

const scenario = `
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: trial }
spec:
  steps:
    - apply: { files: [map.yaml] }
    - advance: 30s
`;

const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\n';

describe('Kept runs', () => {
  const folder = freshFolder({ 'scenario.yaml': scenario, 'map.yaml': map });
  const run = (seed: string): number | null =>
    seatrial(folder, 'run', 'scenario.yaml', '--seed', seed, '-q', '--reporter', 'minimal').code;

  it('are listed with what came of them, told again, and compared', () => {
    expect([run('1'), run('1'), run('2')]).toEqual([0, 0, 0]);
    const listed = seatrial(folder, 'runs').stdout.split('\n').slice(2, -1);
    expect(listed.map(line => line.split(/ +/).slice(1, 5))).toEqual([
      ['trial', '-', '1', 'passed'],
      ['trial', '-', '1', 'passed'],
      ['trial', '-', '2', 'passed'],
    ]);
    const ids = listed.map(line => line.split(' ')[0] ?? '');
    expect(seatrial(folder, 'get', 'runs').stdout).toBe(seatrial(folder, 'runs').stdout);

    const [one = '', same = '', other = ''] = ids;
    const alike = seatrial(folder, 'diff', one, same);
    expect(alike).toMatchObject({ code: 0, stdout: '' });
    expect(alike.stderr).toContain('came out alike');
    const differing = seatrial(folder, 'diff', one, other, '-o', 'json');
    expect(differing.code).toBe(1);
    expect(JSON.parse(differing.stdout)).toMatchObject({ isAlike: false });

    expect(seatrial(folder, 'report', one, '-o', 'report.html')).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('<h2>trial ');
    expect(seatrial(folder, 'report', '--reporter', 'dot').stdout).toContain('(seed 2)');
  });

  it('are asked for by name: a wrong one is refused with the next step', () => {
    const refused = seatrial(folder, 'report', 'nothing-like-it');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('there is no run nothing-like-it');
    const unknown = seatrial(folder, 'report', '-o', 'report.txt');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('name a --reporter');
  });
});

it('writes the page of a run at once, and keeps nothing when it shall not', () => {
  const folder = freshFolder({ 'scenario.yaml': scenario, 'map.yaml': map });
  const flags = ['--reporter', 'minimal', '--outputFile', 'html=page.html', '--no-keep'];
  const ended = seatrial(folder, 'run', 'scenario.yaml', '--seed', '1', '-q', ...flags);
  expect(ended).toMatchObject({ code: 0, stdout: '1 passed, 0 failed (seed 1)\n' });
  expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('<!doctype html>');
  expect(existsSync(join(folder, '.seatrial'))).toBe(false);
});
