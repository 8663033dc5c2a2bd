import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

const nodes =
  '{\n    "kind": "NodeList",\n    "apiVersion": "v1",\n    "items": [\n        {"metadata": {"name": "n1"}}\n    ]\n}\n';
const pods = nodes.replace('NodeList', 'PodList').replace('n1', 'p1');

it('reads a file of the folder', async () => {
  const { format, told } = await toldBy('dump/shop/pods.json', pods);
  expect(format).toBe('cluster-info dump');
  expect(told.known.all()[0]?.newest.dump).toBe('cluster-info dump dump');
});

it('reads all of it from standard output, logs between', async () => {
  const logs =
    '==== START logs for container c of pod shop/p1 ====\n{"not": "an object"}\n==== END logs for container c of pod shop/p1 ====\n';
  const { format, told } = await toldBy('standard input', nodes + pods + logs);
  expect(format).toBe('cluster-info dump');
  expect(told.known.all().map(({ newest }) => newest.object.kind)).toEqual(['Node', 'Pod']);
  expect([...told.unusedFiles.keys()]).toEqual(['logs of containers']);
  expect(told.problems).toEqual([]);
});
