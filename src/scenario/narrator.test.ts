import { expect, it } from 'vitest';
import { bootSimulatedCluster } from '../backends/sim.js';
import { simulationOptions } from '../backends/sim-options.js';
import { Narrator } from './narrator.js';

const map = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: namespace },
});
const event = (name: string, namespace: string, count: number) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace },
  ...{ type: 'Normal', reason: 'Told', message: name, count },
  involvedObject: { kind: 'Pod', name: 'a', namespace },
});

it('tells of the namespaces in which something is applied, and of repeated events less and less', async () => {
  await using cluster = await bootSimulatedCluster(simulationOptions({ seed: 1, operators: [] }));
  const stories = [undefined, ['other']].map(namespaces => {
    const lines: string[] = [];
    const tell = (line: string) => void lines.push(line.replace(/^\S+ +\S+ +/, ''));
    return {
      lines,
      narrator: new Narrator(cluster, { namespaces, logs: true, events: true, tell }),
    };
  });
  for (const { narrator } of stories) await narrator.begin();
  for (const name of ['ml', 'other']) await cluster.apply([map(name)]);
  for (const { narrator } of stories) narrator.applies([event('one', 'ml', 1)]);
  for (const count of [1, 2, 3, 4, 5]) {
    await cluster.apply([event('one', 'ml', count), event('two', 'other', count)]);
    for (const { narrator } of stories) await narrator.catchUp();
  }
  const told = (name: string) => ['', ' (x2)', ' (x4)'].map(count => `Pod/a Told: ${name}${count}`);
  expect(stories.map(({ lines }) => lines)).toEqual([told('one'), told('two')]);
});
