import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadScenario } from './scenario.js';
import { launch } from './voyage.js';

/** The operators of a scenario that applies an object of this kind. */
function operatorsOf(apiVersion: string, kind: string, cluster = '{}'): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-'));
  writeFileSync(
    join(folder, 'm.yaml'),
    JSON.stringify({ apiVersion, kind, metadata: { name: 'a' } }),
  );
  const file = join(folder, 'scenario.yaml');
  const head = 'apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\nmetadata: {name: x}\nspec:\n';
  writeFileSync(file, `${head}  cluster: ${cluster}\n  steps: [{apply: {files: [m.yaml]}}]\n`);
  const { operators = [] } = launch(loadScenario(file), { seed: 1 });
  return operators.map(({ name }) => name);
}

it('runs operators that are there on demand where it applies their kinds, with those that they need', () => {
  expect(operatorsOf('v1', 'ConfigMap')).not.toContain('jobset');
  expect(operatorsOf('jobset.x-k8s.io/v1alpha2', 'JobSet')).toContain('jobset');
  expect(operatorsOf('trainer.kubeflow.org/v1alpha1', 'TrainJob')).toEqual(
    expect.arrayContaining(['jobset', 'trainer']),
  );
  expect(operatorsOf('serving.knative.dev/v1', 'Service')).toContain('knative-serving');
});

it('runs only those that it names, where it names some', () => {
  const named = operatorsOf('serving.knative.dev/v1', 'Service', '{operators: [kserve]}');
  expect(named).toEqual(['kserve']);
});
