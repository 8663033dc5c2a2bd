import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadScenario, type Scenario } from './scenario.js';
import { inVariant } from './variants.js';
import { sail } from './voyage.js';

function scenario(rest: string): Scenario {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-variants-'));
  for (const name of ['a', 'b', 'c', 'monitor']) writeFileSync(join(folder, `${name}.yaml`), '');
  const file = join(folder, 'scenario.yaml');
  const head = 'apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\nmetadata: { name: trial }\n';
  writeFileSync(file, head + rest);
  return loadScenario(file);
}

const steps = `
  steps:
    - apply: { files: [a.yaml, b.yaml] }
    - apply: { files: [monitor.yaml] }
    - advance: 1m
      except: [bare]
    - advance: 2m
`;

it('leaves out and replaces files, and drops steps that have nothing left', () => {
  const whole = scenario(`spec:
  variants: [{ name: bare, without: [monitor.yaml], replace: { b.yaml: c.yaml } }]${steps}`);
  const bare = inVariant(whole, 'bare');
  expect(bare.variant).toBe('bare');
  expect(bare.steps).toEqual([{ apply: { files: ['a.yaml', 'c.yaml'] } }, { advance: '2m' }]);
  expect([bare.lineOfStep(0), bare.lineOfStep(1)]).toEqual([
    whole.lineOfStep(0),
    whole.lineOfStep(3),
  ]);
});

it('takes a step in no other variants than it names, and not in the scenario itself', async () => {
  const whole = scenario(`spec:
  variants: [{ name: bare }, { name: full }]
  steps: [{ advance: 1m, only: [bare] }, { advance: 2m }]
`);
  const advanced = async (of: Scenario): Promise<readonly string[]> =>
    (await sail(of, { seed: 1, tell: () => undefined })).steps.map(({ title }) => title);
  expect(inVariant(whole, 'bare').steps).toHaveLength(2);
  expect(inVariant(whole, 'full').steps).toHaveLength(1);
  expect(await advanced(whole)).toEqual(['advance 2m']);
  expect(await advanced(inVariant(whole, 'bare'))).toHaveLength(2);
});

it('refuses a variant that says nothing of the steps, with the line', () => {
  const variants = `spec:
  variants:
    - name: bare
      without: [moniter.yaml]${steps}`;
  expect(() => scenario(variants)).toThrow(
    /scenario\.yaml:7: spec\.variants\[0\]\.without\[0\]: no step applies moniter\.yaml/,
  );
  expect(() => scenario(`spec:\n  variants: []${steps}`)).toThrow(/there is no variant bare/);
  expect(() => scenario(`spec:\n  variants: [{ name: all }]${steps}`)).toThrow(
    /there is a variant all already/,
  );
});

it('says which variants there are', () => {
  const whole = scenario(`spec:\n  variants: [{ name: bare }]${steps}`);
  expect(() => inVariant(whole, 'bar')).toThrow(/has no variant bar/);
});

it('refuses traffic when there is no stack', () => {
  expect(() => scenario('spec:\n  steps:\n    - traffic: { for: 1h }\n')).toThrow(
    /spec\.steps\[0\]\.traffic: there is nobody to send traffic/,
  );
});
