import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { InputError } from '../input/errors.js';
import { findScenarios, loadScenario } from './scenario.js';
import { sail } from './voyage.js';

function refusal(spec: string): readonly [string, string | undefined] {
  const file = join(mkdtempSync(join(tmpdir(), 'seatrial-')), 'scenario.yaml');
  const head = 'apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\nmetadata: {name: x}\nspec:\n';
  writeFileSync(file, head + spec);
  try {
    loadScenario(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [error.message.slice(file.length), error.details.next?.replace(/^\/.*\//, '')];
  }
  throw new Error('it was taken');
}

it.each([
  [
    '  cluster: {config: kind.yaml}\n  steps: [{advance: 1s}]',
    ':5: spec.cluster.config: no such file: kind.yaml',
  ],
  [
    '  steps:\n  - apply: {files: [web.yaml]}',
    ':6: spec.steps[0].apply.files[0]: no such file: web.yaml',
  ],
  ['  steps:\n  - replay: {file: a.jsonl}', ':6: spec.steps[0].replay.file: no such file: a.jsonl'],
])('tells a missing file before anything runs: %s', (spec, message) => {
  const [told, next] = refusal(spec);
  expect(told).toBe(message);
  expect(next).toMatch(/ was looked for: files are named from the scenario's folder$/);
});

it.each([
  [
    '{apiVersion: apps/v1, kind: Deploiment, name: a}',
    'no kind Deploiment in apps/v1',
    'did you mean Deployment?',
  ],
  ['{kind: Deployment, name: a}', 'no kind Deployment in v1', 'write apiVersion: apps/v1'],
  ['{kind: Pods, absent: true}', 'no kind Pods in v1', 'did you mean Pod?'],
])('refuses a kind that Kubernetes does not have: %s', (reference, what, next) => {
  expect(refusal(`  steps:\n  - expect: ${reference}`)).toEqual([
    `:6: spec.steps[0].expect.kind: Kubernetes has ${what}`,
    next,
  ]);
});

it('refuses a selector that is none', () => {
  expect(refusal('  steps:\n  - expect: {kind: Pod, selector: app==web=, count: 3}')).toEqual([
    ":6: spec.steps[0].expect.selector: found '=', expected: ',' or 'end of string'",
    'write it as kubectl -l takes it: app=web, or app in (web, api)',
  ]);
});

it('finds the scenarios of a folder, but not those of its packages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-'));
  for (const below of ['node_modules/a', '.git', 'b']) {
    mkdirSync(join(folder, below), { recursive: true });
    writeFileSync(join(folder, below, 'scenario.yaml'), '');
  }
  expect(findScenarios(folder)).toEqual([join(folder, 'b/scenario.yaml')]);
});

it('refuses a scenario that does nothing', () => {
  expect(refusal('  steps: []')).toEqual([
    ':5: spec.steps: must have at least one entry, has none',
    'write one entry a line under it, each after "- "',
  ]);
});

it('tells a manifest that is no text before anything runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-'));
  writeFileSync(join(folder, 'web.yaml.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 0xff]));
  const file = join(folder, 'scenario.yaml');
  const steps = 'spec:\n  steps:\n  - apply: {files: [web.yaml.gz]}\n';
  const head = 'apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\nmetadata: {name: x}\n';
  writeFileSync(file, head + steps);
  expect(() => loadScenario(file)).toThrow(
    /scenario\.yaml:6: spec\.steps\[0\]\.apply\.files\[0\]: web\.yaml\.gz is no text/,
  );
});

it.each([
  [
    'name: settings',
    'there is no ConfigMap settings in namespace default, but in ml: write namespace: ml',
  ],
  ['name: setings', 'there is no ConfigMap setings; did you mean settings?'],
])('says what there is where it failed to find %s', async (what, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-'));
  const file = join(folder, 'scenario.yaml');
  const map = '{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: ml}}';
  const space = '{apiVersion: v1, kind: Namespace, metadata: {name: ml}}';
  writeFileSync(join(folder, 'a.yaml'), `${space}\n---\n${map}\n`);
  writeFileSync(
    file,
    `apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\nmetadata: {name: x}\nspec:
  steps:\n  - apply: {files: [a.yaml]}\n  - wait: {kind: ConfigMap, ${what}, within: 1s}\n`,
  );
  const { steps } = await sail(loadScenario(file), { seed: 1, tell: () => undefined });
  expect(steps[1]?.message).toBe(`not within 1s: ${message}`);
});

it('takes a burst whose pods are partly there for no refusal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-'));
  const file = join(folder, 'scenario.yaml');
  const burst = (namespace: string, count: number): string =>
    `  - event: {kind: burst, namespace: ${namespace}, name: wave, count: ${count}, requests: {cpu: 1m}}\n`;
  const head = 'apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\nmetadata: {name: x}\nspec:\n';
  const steps = burst('default', 2) + burst('default', 3) + burst('none', 1);
  writeFileSync(
    file,
    `${head}  steps:\n${steps}  - expect: {kind: Pod, selector: app=wave, count: 3}\n`,
  );
  const told: string[] = [];
  const run = await sail(loadScenario(file), { seed: 1, tell: line => told.push(line) });
  expect(run.steps.map(({ result }) => result)).toEqual(['passed', 'passed', 'passed', 'passed']);
  const refused = told.filter(line => line.includes('refused'));
  expect(refused).toEqual([expect.stringContaining('namespaces "none" not found')]);
});
