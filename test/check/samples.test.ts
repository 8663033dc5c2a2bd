/** The findings on the published samples of ML projects, by rule: each was looked at by hand, and holds. */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckInput } from '../../src/check/read-input.js';
import { staticPass } from '../../src/check/static-pass.js';

const shared = resolve('../shared');
const samples = resolve(shared, 'samples');
const isHere = existsSync(samples);

/** `SEA006 error` -> how often. */
function counts(project: string): Record<string, number> {
  const definitions = resolve(shared, 'crds', project);
  const paths = [...(existsSync(definitions) ? [definitions] : []), resolve(samples, project)];
  const { findings } = staticPass(readCheckInput(paths));
  const found: Record<string, number> = {};
  for (const { id, severity } of findings) {
    const key = `${id} ${severity}`;
    found[key] = (found[key] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const expected: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'dask-kubernetes': { 'SEA007 info': 1, 'SEA007 warning': 3 },
  jobset: {
    'SEA003 info': 1,
    'SEA004 warning': 3,
    'SEA005 warning': 5,
    'SEA006 error': 4,
    'SEA007 info': 19,
    'SEA604 warning': 2,
  },
  // Its scaffold of a ScaledJob has no template.
  keda: { 'SEA003 info': 2, 'SEA006 error': 1 },
  // Two of its ClusterIssuers are of ACME, which is not simulated.
  'knative-serving': {
    'SEA003 info': 1,
    'SEA004 warning': 3,
    'SEA007 info': 2,
    'SEA216 info': 1,
  },
  kserve: {
    'SEA002 info': 9,
    'SEA003 info': 7,
    'SEA004 info': 5,
    'SEA004 warning': 17,
    'SEA006 error': 8,
    'SEA007 info': 14,
    'SEA206 info': 1,
    'SEA207 info': 1,
    'SEA208 info': 1,
    'SEA209 info': 1,
    'SEA216 info': 4,
  },
  'kubeflow-mpi-operator': {},
  'kubeflow-trainer': { 'SEA007 info': 3, 'SEA219 info': 1 },
  'kubeflow-training-operator': {
    'SEA004 info': 1,
    'SEA004 warning': 1,
    'SEA006 error': 1,
    'SEA007 info': 1,
    'SEA206 info': 2,
    'SEA208 info': 1,
    'SEA218 info': 5,
  },
  kueue: {
    'SEA003 info': 5,
    'SEA004 info': 9,
    'SEA004 warning': 7,
    'SEA006 error': 2,
    'SEA007 info': 14,
    'SEA203 info': 1,
    'SEA219 info': 2,
    'SEA404 error': 1,
    'SEA605 info': 1,
  },
  'prometheus-operator': {
    'SEA004 warning': 2,
    // A name, and a selector of a ServiceMonitor, that its fragments leave out.
    'SEA006 error': 2,
    'SEA007 info': 4,
  },
  'seldon-core-v1': {
    'SEA003 info': 8,
    'SEA004 warning': 38,
    'SEA005 error': 2,
    'SEA007 info': 8,
    // Steps of Workflows in namespace seldon name Secrets of namespace default.
    'SEA204 warning': 5,
    'SEA206 info': 2,
    'SEA216 info': 9,
    'SEA220 info': 2,
    // Services that the operator makes.
    'SEA308 info': 4,
    'SEA601 info': 2,
    'SEA601 warning': 3,
    'SEA604 warning': 3,
    'SEA605 warning': 1,
  },
  'seldon-core-v2': {
    'SEA002 info': 1,
    'SEA003 info': 7,
    'SEA004 warning': 15,
    'SEA006 error': 4,
    'SEA203 info': 2,
    'SEA204 info': 1,
    'SEA207 info': 2,
  },
  'spark-operator': { 'SEA004 warning': 2, 'SEA007 info': 2, 'SEA207 info': 1 },
  volcano: {
    'SEA003 info': 2,
    'SEA004 warning': 6,
    'SEA007 info': 1,
    'SEA104 error': 1,
    'SEA204 info': 11,
    'SEA212 info': 1,
    'SEA216 info': 1,
  },
};

describe.skipIf(!isHere)('samples of ML projects (skipped without ../shared/samples)', () => {
  it('knows them all', () => {
    expect(readdirSync(samples).sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.keys(expected))('%s', project => {
    expect(counts(project)).toEqual(expected[project]);
  });
});
