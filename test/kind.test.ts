/** The kind backend whole: kind over a stand-in for docker, whose API server is a simulated one on a socket. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kind } from '../src/backends/kind.js';
import { createdByLabel } from '../src/backends/kind/configuration.js';
import { removeCluster } from '../src/backends/kind/create.js';
import { KindTool } from '../src/backends/kind/tool.js';
import { Pacer } from '../src/backends/pacer.js';
import { parseSchedulerConfig } from '../src/backends/scheduler-config.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';
import { parseKindConfig } from '../src/gpu/kind-config.js';
import { sleep } from '../src/host.js';
import { kindBinary, KindLab } from './stand-ins/kind-lab.js';
import { PlayedKubelet } from './stand-ins/played-kubelet.js';

const config = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: voyage
nodes: [{ role: control-plane }, { role: worker, labels: { tier: gold } }]
`;

const gpuLabels = `nvidia.com/gpu.product: Tesla-T4, nvidia.com/gpu.count: '2'`;

describe.skipIf(kindBinary === undefined)('kind (skipped where there is no kind)', () => {
  let lab: KindLab;
  let sim: SimulatedCluster;
  let pacer: Pacer;
  let file: string;

  beforeAll(async () => {
    // Its nodes bear the mark that kind gives real ones.
    const marked = config.replace('tier: gold', `${createdByLabel}: seatrial`);
    const parsed = parseKindConfig(marked, 'voyage.yaml');
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
    await serve(sim);
  });
  afterEach(() => lab.end());

  /** Lets the cluster's API server be the one in the control plane's container. */
  const serve = async (cluster: SimulatedCluster): Promise<void> => {
    const { server } = await cluster.listen();
    lab.write('admin.conf', await cluster.kubeconfig());
    lab.write('endpoint', `127.0.0.1\t${new URL(server).port}\n`);
  };

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

  it("gives kube-scheduler the scenario's configuration, by a file that goes with the cluster", async () => {
    const parsed = parseKindConfig(config, 'voyage.yaml');
    const schedulerConfig = parseSchedulerConfig(
      'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nparallelism: 4\n',
      'scheduler.yaml',
    );
    const { config: _config, ...needs } = simulationOptions({
      seed: 1,
      config: parsed,
      operators: [],
      schedulerConfig,
    });
    {
      await using _cluster = await kind({ config: file, needs, onLine: () => undefined });
      const [run = ''] = lab.calls.filter(call => call.includes('run --name voyage-control-plane'));
      const [, source = ''] = /--volume=(\S+):\/etc\/seatrial\/scheduler\.yaml:ro/.exec(run) ?? [];
      const text = readFileSync(source, 'utf8');
      expect(JSON.parse(text)).toEqual({
        ...schedulerConfig,
        clientConnection: { kubeconfig: '/etc/kubernetes/scheduler.conf' },
      });
      const kubeadm = lab.fileIn('voyage-control-plane', 'files/kind/kubeadm.conf');
      expect(kubeadm).toMatch(/name: config\s+value: \/etc\/seatrial\/scheduler\.yaml/);
      expect(kubeadm).toMatch(/hostPath: \/etc\/seatrial\n/);
      expect(lab.calls.some(call => /voyage-worker.*etc\/seatrial/.test(call))).toBe(false);
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

  it('has GPUs with ids and health by a device plug-in on the sockets that kind mounts', async () => {
    const statuses: string[] = [];
    const count = async (resource: string, devices: readonly { health: string }[]) => {
      const well = devices.filter(({ health }) => health === 'Healthy').length;
      statuses.push(`${well} of ${devices.length}`);
      const status = {
        capacity: { [resource]: String(devices.length) },
        allocatable: { [resource]: String(well) },
      };
      await sim.request({
        method: 'PATCH',
        path: '/api/v1/nodes/voyage-worker/status',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { status },
      });
    };
    const pooled = lab.userFile('pooled.yaml', config.replace('tier: gold', gpuLabels));
    const making = kind({ config: pooled, gpus: 'device-plugin' });
    // The kubelet of the node, in the folder that docker was told to mount.
    const mounted = (): string | undefined =>
      lab.containers.includes('voyage-worker')
        ? /^(.*):\/var\/lib\/kubelet\/device-plugins$/m.exec(
            lab.fileIn('voyage-worker', 'volumes'),
          )?.[1]
        : undefined;
    while (mounted() === undefined) await sleep(20);
    const kubelet = new PlayedKubelet(
      mounted() ?? '',
      (name, devices) => void count(name, devices),
    );
    await kubelet.start();
    const cluster = await making;
    expect(statuses).toEqual(['2 of 2']);
    await cluster.inject({ kind: 'gpu', node: 'voyage-worker', gpu: 1, xid: 79 });
    while (statuses.length < 2) await sleep(20);
    expect(statuses).toEqual(['2 of 2', '1 of 2']);
    await cluster[Symbol.asyncDispose]();
    await kubelet.end();
    expect(lab.leftovers()).toEqual([]);
    const emptied = lab.calls.filter(call => call.includes('voyage-worker sh -c rm -rf'));
    expect(emptied).toHaveLength(1);
  });

  it('has workers that our kubelets play, beside a control plane that is real', async () => {
    const alone = parseKindConfig(config.replace(/, \{ role: worker.*\}\]/, ']'), 'alone.yaml');
    await using real = await bootSimulatedCluster(
      simulationOptions({ seed: 1, config: alone, operators: [] }),
    );
    const realPacer = new Pacer(real.simulation.loop, 1);
    realPacer.start();
    await serve(real);
    const pooled = lab.userFile('pooled.yaml', config.replace('tier: gold', gpuLabels));
    {
      await using cluster = await kind({ config: pooled, gpus: 'kubelets' });
      expect(cluster.nodes).toEqual(['voyage-control-plane']);
      expect(lab.containers).toEqual(['voyage-control-plane']);
      const kubeadm = lab.fileIn('voyage-control-plane', 'files/kind/kubeadm.conf');
      expect(kubeadm).toContain('ExternalIP,InternalIP,Hostname');
      const path = '/api/v1/nodes/voyage-worker';
      const { body } = await cluster.request({ method: 'GET', path });
      expect(body).toMatchObject({ status: { allocatable: { 'nvidia.com/gpu': '2' } } });
    }
    await realPacer.stop();
    expect(lab.leftovers()).toEqual([]);
  });
});
