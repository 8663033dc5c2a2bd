/** What users of kubectl, kind and vitest expect of a command line, tried as they would. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder, seatrial, seatrialWith, startSeatrial } from './seatrial.js';

const config = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
`;
const scenario = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: trial }
spec:
  cluster: { config: kind.yaml, operators: [] }
  steps:
    - advance: 1s
    - expect: { kind: Namespace, name: default }
`;

it('serves in the background: up prints the kubeconfig when it is up, down stops it', () => {
  const folder = freshFolder({ 'kind.yaml': config });
  const words = ['up', '--detach', '--config', 'kind.yaml', '--separate', 'own', '--name', 'bg'];
  const up = seatrial(folder, ...words);
  expect(up.stderr).toMatch(/^cluster bg is up at https:\/\/127\.0\.0\.1:\d+ \(process \d+, log /);
  expect(up.stdout).toBe(`${join(folder, 'own')}\n`);
  expect(seatrial(folder, 'get', 'kubeconfig', '--name', 'bg').stdout).toMatch(/seatrial-bg/);
  const again = seatrial(folder, ...words);
  expect(again.stderr).toMatch(/a cluster "bg" runs already\n {2}next: .*down --name bg/);
  expect(again.code).toBe(2);
  expect(seatrial(folder, 'down', '--name', 'bg').code).toBe(0);
  expect(existsSync(join(folder, 'own'))).toBe(false);
  expect(existsSync(join(folder, '.seatrial'))).toBe(false);
});

it('tells in the foreground why nothing came up in the background, and leaves nothing', () => {
  const folder = freshFolder({ 'kind.yaml': config.replace('nodes', 'nodez') });
  const { code, stderr, stdout } = seatrial(folder, 'up', '-d', '--config', 'kind.yaml');
  expect(stderr).toMatch(/kind\.yaml:3: nodez: unknown field/);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  expect(existsSync(join(folder, '.seatrial'))).toBe(false);
});

it('lets only one of two that are started at once have the name', async () => {
  const folder = freshFolder({ 'kind.yaml': config });
  const words = ['up', '--config', 'kind.yaml', '--kubeconfig', 'kubeconfig'];
  const both = [startSeatrial(folder, ...words), startSeatrial(folder, ...words)];
  const first = await Promise.race(both.map(each => each.ended()));
  expect(first.stderr).toMatch(/a cluster "seatrial" (is being started|runs) already/);
  expect(first.code).toBe(2);
  const [other] = both.filter(({ process }) => process.exitCode === null);
  await other?.says('is up at');
  other?.process.kill('SIGINT');
  expect((await other?.ended())?.code).toBe(0);
  expect(existsSync(join(folder, '.seatrial'))).toBe(false);
});

it('takes the name of one that was killed while it was being started', () => {
  const folder = freshFolder({ 'kind.yaml': config.replace('nodes', 'nodez') });
  const { pid = 0 } = spawnSync('true');
  mkdirSync(join(folder, '.seatrial', 'clusters'), { recursive: true });
  writeFileSync(join(folder, '.seatrial', 'clusters', 'seatrial.claim'), String(pid));
  expect(seatrial(folder, 'up', '--config', 'kind.yaml').stderr).toMatch(/unknown field "nodez"/);
});

it('suggests the choice, the reporter and the command that were meant', () => {
  const folder = freshFolder();
  const said = (...words: readonly string[]): string => {
    const { code, stderr } = seatrial(folder, ...words);
    expect([words, code]).toEqual([words, 2]);
    return stderr;
  };
  expect(said('get', 'clustres')).toMatch(/\(Did you mean clusters\?\)\n\(see seatrial get --help/);
  expect(said('up', '--scheduler-ties', 'randon')).toMatch(/\(Did you mean random\?\)/);
  expect(said('run', '--reporter', 'defualt')).toMatch(/ {2}next: did you mean default\?/);
  expect(said('run', '--backend', 'simm')).toMatch(/ {2}next: did you mean sim\?/);
  expect(said('cluster', 'creat')).toMatch(/\(Did you mean create\?\)/);
  expect(said('check', '--runs', '', 'x')).toMatch(/a whole number from 0 on is needed/);
});

it('takes seed, backend and runs from the environment, and flags before it', () => {
  const folder = freshFolder({ 'kind.yaml': config, 'scenario.yaml': scenario });
  const words = ['run', '--no-keep', '-q', '--reporter', 'json', '.'];
  const bySeed = seatrialWith({ SEATRIAL_SEED: '7', SEATRIAL_BACKEND: '' }, folder, ...words);
  expect(JSON.parse(bySeed.stdout)).toMatchObject({ seed: 7, backend: 'sim' });
  const byBackend = seatrialWith({ SEATRIAL_BACKEND: 'simm' }, folder, ...words);
  expect(byBackend.stderr).toMatch(/there is no backend simm/);
  const flagged = { SEATRIAL_BACKEND: 'simm', SEATRIAL_SEED: '7' };
  const flags = ['--backend', 'sim', '--seed', '8'];
  expect(JSON.parse(seatrialWith(flagged, folder, ...words, ...flags).stdout).seed).toBe(8);
  const badRuns = seatrialWith({ SEATRIAL_RUNS: 'x' }, folder, 'check', 'kind.yaml');
  expect(badRuns.stderr).toMatch(/SEATRIAL_RUNS is "x", not a whole number\n {2}next: /);
});

it('reports as a job of GitHub and an agent expect, and in lines and samples for programs', () => {
  const folder = freshFolder({ 'kind.yaml': config, 'scenario.yaml': scenario });
  const words = ['run', '--no-keep', '-q', '--seed', '1', '.'];
  const agent = seatrialWith({ CLAUDECODE: '1' }, folder, ...words);
  expect(agent.stdout).toBe('1 passed, 0 failed (seed 1)\n');
  const summary = join(folder, 'summary.md');
  const github = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
  expect(seatrialWith(github, folder, ...words).code).toBe(0);
  expect(readFileSync(summary, 'utf8')).toMatch(/trial/);
  const files = ['--outputFile.jsonl=a.jsonl', '--outputFile.openmetrics', 'a.txt'];
  expect(seatrial(folder, ...words, '--reporter', 'tree', ...files).stdout).toMatch(/trial/);
  const lines = readFileSync(join(folder, 'a.jsonl'), 'utf8').trimEnd().split('\n');
  const types = lines.map(line => (JSON.parse(line) as { readonly type: string }).type);
  expect(types.filter(type => type !== 'verdict')).toEqual(['step', 'step', 'run', 'report']);
  const samples = readFileSync(join(folder, 'a.txt'), 'utf8');
  expect(samples).toMatch(/^seatrial_run_passed\{scenario="trial",variant="",.*\} 1$/m);
  expect(samples.endsWith('# EOF\n')).toBe(true);
});

it('tells what backends lack, and ends with 3 when the one that is meant cannot run', () => {
  const folder = freshFolder({
    '.kube/config': `contexts: [{ name: seatrial-gone, context: { cluster: x } }]\n`,
    '.kube/config.lock': '',
  });
  const nothing = { PATH: folder, KUBEBUILDER_ASSETS: '' };
  const sim = seatrialWith(nothing, folder, 'doctor');
  expect(sim.code).toBe(0);
  expect(sim.stdout).toMatch(/^missing +kind +kind +kind was not found -> /m);
  expect(sim.stdout).toMatch(/^untidy +kubeconfig .*config\.lock is there/m);
  const kind = seatrialWith(nothing, folder, 'doctor', '--backend', 'kind', '-o', 'json');
  expect(kind.code).toBe(3);
  const found = JSON.parse(kind.stdout) as readonly { readonly name: string }[];
  expect(found.map(({ name }) => name)).toContain('control plane');
  rmSync(join(folder, '.kube', 'config.lock'));
  const left = seatrialWith(nothing, folder, 'doctor').stdout;
  expect(left).toMatch(/^untidy .*context seatrial-gone of a cluster that is gone -> kubectl/m);
});

it('lists kept failures, and takes what follows -- as names', () => {
  const folder = freshFolder();
  expect(seatrial(folder, 'get', 'failures', '-o', 'json').stdout).toBe('[]\n');
  expect(seatrial(folder, 'run', '--', '--outputFile.x').stderr).toMatch(
    /no such file or folder: --outputFile\.x/,
  );
});
