import { expect, it } from 'vitest';
import type { ConfigMap } from '../../../sim/api/kinds/core.js';
import { Random } from '../../../sim/engine/random.js';
import { bootSimulatedCluster } from '../../backends/sim.js';
import { gradientBoostedTrees } from '../gradient-boosted-trees/gradient-boosted-trees.js';
import { modelKinds } from '../kinds.js';
import type { Dataset, ModelKind } from '../model.js';
import { entryKeys, modelEntry, readEntry, type EntryInput } from './entry.js';
import { rebuildModel } from './rebuild.js';

const fromMs = Date.UTC(2018, 6, 25);
const untilMs = Date.UTC(2018, 7, 1);
const featureNames = ['amount', 'count', 'risk'];

function rowsOf(seed: number): Dataset {
  const random = new Random(seed).fork('rows');
  const values = new Float64Array(300 * 3).map(() => random.float());
  const labels = new Uint8Array(300).map((_, row) =>
    random.float() < (values[row * 3] ?? 0) ? 1 : 0,
  );
  return { rows: 300, columns: 3, values, labels };
}

function inputOf(kind: ModelKind, seed: number, change: Partial<EntryInput> = {}): EntryInput {
  const data = rowsOf(seed);
  return {
    name: 'fraud',
    namespace: 'serving',
    version: 3,
    model: kind.train(data, change.settings),
    featureNames,
    data,
    fromMs,
    untilMs,
    source: { generator: 'uniform', seed },
    metrics: { averagePrecision: 0.6, auc: NaN },
    ...change,
  };
}

const hashOf = (input: EntryInput): string => readEntry(modelEntry(input)).metadata.hash;

it.each(modelKinds)(
  'an entry of $name is an object of the API that gives the model back',
  async kind => {
    const input = inputOf(kind, 1);
    await using cluster = await bootSimulatedCluster({ seed: 1, nodes: [] });
    const path = '/api/v1/namespaces/serving/configmaps';
    await cluster.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'serving' } },
      { ...modelEntry(input) },
    ]);
    const { body } = await cluster.request({ method: 'GET', path: `${path}/fraud-v3` });
    const { metadata, model } = readEntry(body as ConfigMap);
    expect(JSON.stringify(model)).toBe(JSON.stringify(input.model));
    expect(metadata).toMatchObject({
      name: 'fraud',
      version: 3,
      training: { rows: 300, fromMs, untilMs, source: { generator: 'uniform', seed: 1 } },
      metrics: { averagePrecision: 0.6, auc: null },
    });
    const { body: list } = await cluster.request({
      method: 'GET',
      path: `${path}?labelSelector=seatrial.dev/model=fraud,seatrial.dev/model-version=3`,
    });
    expect((list as { readonly items: readonly unknown[] }).items).toHaveLength(1);
  },
);

it.each(modelKinds)('a version of $name is rebuilt from its entry alone, to the bit', kind => {
  const input = inputOf(kind, 1);
  const { metadata, model } = readEntry(JSON.parse(JSON.stringify(modelEntry(input))) as ConfigMap);
  const again = rebuildModel(metadata, ({ training }) => rowsOf(Number(training.source?.['seed'])));
  expect(JSON.stringify(again)).toBe(JSON.stringify(model));
  expect(hashOf({ ...input, model: again })).toBe(metadata.hash);
});

it('the hash follows data, features, settings and kind, and nothing else', () => {
  const settings = { trees: 7 };
  const input = inputOf(gradientBoostedTrees, 1, { settings });
  const hash = hashOf(input);
  expect(hashOf(inputOf(gradientBoostedTrees, 1, { settings }))).toBe(hash);
  expect(hashOf({ ...input, settings: { depth: 3, trees: 7 } })).toBe(hash);
  expect(hashOf({ ...input, name: 'other', version: 9, metrics: {}, untilMs: 0 })).toBe(hash);
  const others = [
    inputOf(gradientBoostedTrees, 2, { settings }),
    inputOf(gradientBoostedTrees, 1, { settings: { trees: 8 } }),
    { ...input, featureNames: featureNames.toReversed() },
    ...modelKinds.filter(kind => kind !== gradientBoostedTrees).map(kind => inputOf(kind, 1)),
  ].map(hashOf);
  expect(new Set([hash, ...others]).size).toBe(others.length + 1);
});

it('says what differs when a version cannot be rebuilt', () => {
  const { metadata } = readEntry(modelEntry(inputOf(gradientBoostedTrees, 1)));
  const rebuild = (change: object): unknown =>
    rebuildModel({ ...metadata, ...change }, () => rowsOf(1));
  expect(() => rebuildModel(metadata, () => rowsOf(2))).toThrow(/trained on other rows/);
  expect(() => rebuild({ recipe: { ...metadata.recipe, codeRevision: 0 } })).toThrow(
    /was trained by revision 0 of gradient-boosted-trees/,
  );
  expect(() => rebuild({ hash: 'other' })).toThrow(/not that of its recipe/);
  expect(() => rebuild({ modelDigest: 'other' })).toThrow(/comes out otherwise/);
});

it('refuses entries that were changed or are none', () => {
  const entry = modelEntry(inputOf(gradientBoostedTrees, 1));
  const changed = (key: string, from: string, to: string): ConfigMap => ({
    ...entry,
    data: { ...entry.data, [key]: (entry.data?.[key] ?? '').replace(from, to) },
  });
  const { metadata, model } = entryKeys;
  expect(() => readEntry({ ...entry, data: {} })).toThrow('there is no metadata.json');
  expect(() => readEntry(changed(metadata, '{', ''))).toThrow('metadata.json is not JSON');
  expect(() => readEntry(changed(metadata, 'amount', 'total'))).toThrow('not that of its recipe');
  expect(() => readEntry(changed(metadata, '"rows": 300', '"rows": "x"'))).toThrow(
    'ConfigMap serving/fraud-v3: rows must be a number',
  );
  expect(() => readEntry(changed(model, '"base"', '"bases"'))).toThrow('has changed since');
});

it('refuses what cannot be an entry', () => {
  const input = inputOf(gradientBoostedTrees, 1);
  expect(() => modelEntry({ ...input, name: 'Fraud' })).toThrow('"Fraud" cannot name a model');
  expect(() => modelEntry({ ...input, version: 0 })).toThrow('the version is 0');
  expect(() => modelEntry({ ...input, featureNames: ['amount'] })).toThrow('1 feature names');
  const settings = { trees: 400, depth: 8, minChildWeight: 0 };
  expect(() => modelEntry(inputOf(gradientBoostedTrees, 1, { settings }))).toThrow(
    /would be \d+ bytes, more than the 1048576 that fit/,
  );
});
