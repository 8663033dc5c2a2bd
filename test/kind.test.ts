/** The kind backend whole: kind over a stand-in for docker, whose API server is a simulated one on a socket. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kind } from '../src/backends/kind.js';
import { removeCluster } from '../src/backends/kind/create.js';
import { KindTool } from '../src/backends/kind/tool.js';
import { Pacer } from '../src/backends/pacer.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';
import { parseKindConfig } from '../src/gpu/kind-config.js';
import { kindBinary, KindLab } from './stand-ins/kind-lab.js';

const config = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: voyage
nodes: [{ role: control-plane }, { role: worker, labels: { tier: gold } }]
`;

describe.skipIf(kindBinary === undefined)('kind (skipped where there is no kind)', () => {
  let lab: KindLab;
  let sim: SimulatedCluster;
  let pacer: Pacer;
  let file: string;

  beforeAll(async () => {
    const parsed = parseKindConfig(config, 'voyage.yaml');
    sim = await bootSimulatedCluster(simulationOptions({ seed: 1, config: parsed, operators: [] }));
    pacer = new Pacer(sim.simulation.loop, 1);
    pacer.start();
  });
  afterAll(async () => {
    await pacer.stop();
    await sim[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    lab = new KindLab();
    file = lab.userFile('voyage.yaml', config);
    const { server } = await sim.listen();
    lab.write('admin.conf', await sim.kubeconfig());
    lab.write('endpoint', `127.0.0.1\t${new URL(server).port}\n`);
  });
  afterEach(() => lab.end());

  it('is a cluster like any other, and gone without trace', async () => {
    {
      await using cluster = await kind({ config: file });
      expect(cluster.backend).toBe('kind');
      expect(cluster.nodes).toEqual(['voyage-control-plane', 'voyage-worker']);
      const { body } = await cluster.request({ method: 'GET', path: '/api/v1/nodes' });
      const { items } = body as { items: { metadata: { name: string } }[] };
      expect(items.map(({ metadata }) => metadata.name)).toEqual(cluster.nodes);
      expect(await cluster.kubeconfig()).toContain('kind-voyage');
      expect(lab.containers).toEqual(cluster.nodes);
      expect(existsSync(join(lab.folder, 'users-kubeconfig'))).toBe(false);
      // kubeadm gets the mark by which we know our own nodes.
      const kubeadm = lab.fileIn('voyage-worker', 'files/kind/kubeadm.conf');
      expect(kubeadm).toMatch(/seatrial\.dev\/created-by=seatrial/);
      expect(kubeadm).toMatch(/tier=gold/);
      await cluster.inject({ kind: 'node-down', node: 'voyage-worker' });
      expect(lab.calls.at(-1)).toBe('pause voyage-worker');
    }
    expect(lab.leftovers()).toEqual([]);
  });

  it('stays when it is kept, is taken again, and outlives another that does not get ready', async () => {
    {
      await using kept = await kind({ config: file, keep: true, mergeInto: true });
      expect(kept.name).toBe('voyage');
    }
    expect(lab.containers).toEqual(['voyage-control-plane', 'voyage-worker']);
    const merged = join(lab.folder, 'users-kubeconfig');
    expect(readFileSync(merged, 'utf8')).toContain('current-context: kind-voyage');
    {
      await using again = await kind({ config: file, reuse: true });
      expect(again.nodes).toEqual(['voyage-control-plane', 'voyage-worker']);
      // Beside it another, whose nodes never register: it goes, and only it.
      const other = kind({ config: file, name: 'other', timeout: '3s' });
      await expect(other).rejects.toThrow(
        'the cluster does not get ready: node other-control-plane is not registered; ' +
          'node other-worker is not registered',
      );
    }
    expect(lab.containers).toEqual(['voyage-control-plane', 'voyage-worker']);
    await removeCluster(new KindTool(), 'voyage');
    expect(readFileSync(merged, 'utf8')).not.toContain('voyage');
    expect(lab.leftovers()).toEqual([merged]);
  });
});
