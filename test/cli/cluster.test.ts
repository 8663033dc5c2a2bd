/** `seatrial cluster` as a user types it, over the real kind and a stand-in for docker. */
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownedClusters } from '../../src/backends/kind/owned.js';
import { Pacer } from '../../src/backends/pacer.js';
import { simulationOptions } from '../../src/backends/sim-options.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { parseKindConfig } from '../../src/gpu/kind-config.js';
import { sleep } from '../../src/host.js';
import { kindBinary, KindLab } from '../stand-ins/kind-lab.js';
import { seatrial, startSeatrial } from './seatrial.js';

const oneNode = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: one
nodes: [{ role: control-plane }]
`;

describe.skipIf(kindBinary === undefined)('kind (skipped where there is no kind)', () => {
  let lab: KindLab;
  beforeEach(() => {
    lab = new KindLab();
  });
  afterEach(() => lab.end());

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s in the middle of a create takes everything back',
    async signal => {
      const isUnderWay = lab.delay('exec *kubeadm init*', 30);
      const creating = startSeatrial(lab.folder, 'cluster', 'create', 'trial');
      while (!isUnderWay()) await sleep(20);
      expect(lab.containers).toHaveLength(4);
      creating.process.kill(signal);
      const { code, stdout, stderr } = await creating.ended();
      expect([code, stdout]).toEqual([130, '']);
      expect(stderr).toContain('Preparing nodes');
      expect(stderr).toContain('error: creating the kind cluster "trial" was stopped');
      expect(lab.leftovers()).toEqual([]);
    },
  );

  it('SIGINT ends a script that uses the library, and its cluster with it', async () => {
    const parsed = parseKindConfig(oneNode, 'one.yaml');
    await using sim = await bootSimulatedCluster(
      simulationOptions({ seed: 1, config: parsed, operators: [] }),
    );
    const pacer = new Pacer(sim.simulation.loop, 1);
    pacer.start();
    lab.write('admin.conf', await sim.kubeconfig());
    const { server } = await sim.listen();
    lab.write('endpoint', `127.0.0.1\t${new URL(server).port}\n`);
    const config = lab.userFile('one.yaml', oneNode);
    const library = new URL('../../dist/src/index.js', import.meta.url).href;
    const script = `
      const { kind } = await import(${JSON.stringify(library)});
      const cluster = await kind({ config: ${JSON.stringify(config)} });
      console.log(cluster.name);
      await cluster.advance('1h');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    let told = '';
    child.stderr.on('data', part => (told += String(part)));
    const up = new Promise(resolve => child.stdout.once('data', resolve));
    const end = new Promise(resolve => child.on('exit', code => resolve(code)));
    expect(await Promise.race([up.then(String), end.then(() => told)])).toBe('one\n');
    expect(lab.containers).toEqual(['one-control-plane']);
    child.kill('SIGINT');
    expect(await end).toBe(130);
    expect(lab.leftovers()).toEqual([]);
    await pacer.stop();
  });

  it('lists what there is, and deletes what is not ours only when told so', () => {
    lab.run('voyage');
    const listed = seatrial(lab.folder, 'cluster', 'list');
    expect([listed.code, listed.stdout]).toEqual([0, 'voyage  (not ours)\n']);
    const refused = seatrial(lab.folder, 'cluster', 'delete', 'voyage');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/has not created .*"voyage"\n {2}next: .*--i-own-this-cluster/);
    expect(lab.containers).toHaveLength(1);
    seatrial(lab.folder, 'cluster', 'delete', 'voyage', '--i-own-this-cluster');
    expect(lab.containers).toEqual([]);
    expect(ownedClusters()).toEqual([]);
    const none = seatrial(lab.folder, 'cluster', 'delete', 'voyage');
    expect([none.code, none.stderr]).toEqual([
      2,
      'error: there is no kind cluster "voyage"\n  next: there is none at all\n',
    ]);
  });

  it('prints a kubeconfig, and says when there is none', () => {
    const { code, stderr } = seatrial(lab.folder, 'cluster', 'kubeconfig', 'voyage');
    expect(code).toBe(2);
    expect(stderr).toContain('there is no kind cluster "voyage"');
    lab.run('voyage');
    const told = seatrial(lab.folder, 'cluster', 'kubeconfig', 'voyage');
    expect(told.stdout).toContain('current-context: kind-voyage');
  });
});
