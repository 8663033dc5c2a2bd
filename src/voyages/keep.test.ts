import { check, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { clusterFor } from '../arbitraries/plans.js';
import { gang } from '../arbitraries/manifests.js';
import { readyConfig } from '../backends/kind/configuration.js';
import { bootOptions } from './boot-options.js';
import { clusterConfig, kindCluster, writtenOut } from './cluster-config.js';
import { titleOf } from '../scenario/step-title.js';
import { scenarioFiles } from './keep.js';

it('writes files as prettier lays them out here, for they are committed', async () => {
  const text = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'default', name: 'texts', labels: { empty: '', yes: 'true' } },
    data: {
      a: "it's",
      b: 'say "hi"',
      c: 'one\ntwo\n',
      d: 'x'.repeat(30).concat(' ').repeat(8),
      e: '# no comment: here',
      f: 'torn\n\n  lines ',
    },
  };
  const objects = [
    text,
    ...gang({ namespace: 'default', name: 'a' }, 2, { app: 'train', cpu: '1', gpus: 1 }),
  ];
  const taints = [{ key: 'gpu', value: 'true', effect: 'NoSchedule' as const }];
  const plan = {
    cluster: clusterFor([{ name: 'gpu', count: 2, taints }], objects),
    objects,
    events: [],
    seed: 3,
    settleMs: 300_000,
  };
  const files = scenarioFiles(plan, {
    name: 'kept',
    laws: ['gpu-held-once'],
    description: 'A voyage that broke gpu-held-once.',
    refused: new Set(),
  });
  const config = await resolveConfig('scenarios/regressions/x/scenario.yaml');
  for (const [file, written] of Object.entries(files)) {
    expect([file, await check(written, { ...config, filepath: file })]).toEqual([file, true]);
  }
});

it('tells kind the cluster of a plan, which no file holds', () => {
  const taints = [{ key: 'gpu', value: 'true', effect: 'NoSchedule' as const }];
  const config = clusterConfig({
    cluster: clusterFor([{ name: 'gpu', count: 2, taints }], []),
    objects: [],
  });
  const given = writtenOut(kindCluster(config));
  const { text, config: read } = readyConfig(config.file, { given, name: 'voyage' });
  expect(JSON.parse(text)).toMatchObject({ name: 'voyage', nodes: [{}, {}, {}] });
  expect(read.nodes.map(node => node.taints)).toEqual([[], taints, taints]);
});

it('is told by what happened to what', () => {
  const target = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'ml', name: 'gang' };
  expect(titleOf({ event: { kind: 'delete', target } })).toBe('delete Job ml/gang');
  const burst = { kind: 'burst', namespace: 'ml', name: 'wave', requests: {} } as const;
  expect(titleOf({ event: { ...burst, count: 1 } })).toBe('burst of 1 pod in ml');
  expect(titleOf({ event: { ...burst, count: 2 } })).toBe('burst of 2 pods in ml');
});

it('keeps that images are on the nodes which pods never pull', () => {
  const containers = [{ name: 'c', image: 'local', imagePullPolicy: 'Never' }];
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } };
  const cluster = clusterFor([{ name: 'cpu', count: 1 }], [pod]);
  const plan = { cluster, objects: [pod], events: [], seed: 3, settleMs: 0 };
  const options = { name: 'kept', laws: [], description: '', refused: new Set<never>() };
  expect(scenarioFiles(plan, options)['scenario.yaml']).toContain(
    '    loadedImages:\n      - local',
  );
  expect(bootOptions(plan).loadedImages).toEqual(['local']);
});
