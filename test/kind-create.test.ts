/** kind as it is driven: the real kind 0.33 over a stand-in for docker that fails as the real one does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readyConfig } from '../src/backends/kind/configuration.js';
import { createCluster, deleteWhole, type CreateOptions } from '../src/backends/kind/create.js';
import { kindFailure } from '../src/backends/kind/failures.js';
import { runCommand } from '../src/backends/kind/run-command.js';
import { KindTool } from '../src/backends/kind/tool.js';
import { sleep } from '../src/host.js';
import { UserError } from '../src/input/errors.js';
import { kindBinary, KindLab } from './stand-ins/kind-lab.js';

const small =
  'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{ role: control-plane }]\n';

/** The error of ours that the action ends with. */
async function failureOf(action: Promise<unknown>): Promise<UserError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof UserError) return error;
  throw new Error(`no UserError: ${String(error)}`);
}

describe.skipIf(kindBinary === undefined)('kind (skipped where there is no kind)', () => {
  let lab: KindLab;
  const tool = new KindTool();
  const create = (more: Partial<CreateOptions> = {}): Promise<string> =>
    createCluster({ tool, name: 'gpu', config: small, timeoutMs: 60_000, ...more });

  beforeEach(() => {
    lab = new KindLab();
  });
  afterEach(() => lab.end());

  it('creates a cluster whose kubeconfig is told and not merged, and deletes it whole', async () => {
    const { text } = readyConfig('kind-config.yaml', { name: 'gpu' });
    const kubeconfig = await create({ config: text });
    expect(kubeconfig).toContain('current-context: kind-gpu');
    expect(kubeconfig).toContain('server: https://127.0.0.1:1');
    expect(existsSync(join(lab.folder, 'users-kubeconfig'))).toBe(false);
    expect(await tool.clusters()).toEqual(['gpu']);
    const nodes = ['gpu-control-plane', 'gpu-worker', 'gpu-worker2', 'gpu-worker3'];
    expect(await tool.nodes('gpu')).toEqual(nodes);
    await deleteWhole(tool, 'gpu', { kubeconfig: join(lab.folder, 'scratch/none') });
    expect(lab.containers).toEqual([]);
  });

  it.each<{ name: string; pattern: string; output: string; code?: number; told: RegExp }>([
    {
      name: 'a port that is in use',
      pattern: 'run *',
      output:
        'docker: Error response from daemon: driver failed programming external connectivity: ' +
        'failed to bind host port for 127.0.0.1:6443: address already in use.\nbind: address already in use',
      code: 125,
      told: /^port-in-use: a port of the configuration is in use \(127\.0\.0\.1:6443\) → free it/,
    },
    {
      name: 'a daemon that does not answer',
      pattern: '*',
      output:
        'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      told: /^docker-down: the docker daemon does not answer at unix:\/\/\/var\/run\/docker\.sock → start it/,
    },
    {
      name: 'kubeadm that fails',
      pattern: 'exec *kubeadm init*',
      output: `I1125 init.go:1] log\n${'a line\n'.repeat(240)}error: timed out waiting for the condition`,
      told: /^kubeadm-failed: kubeadm could not start the control plane → .*kubelet\.log/,
    },
    {
      name: 'a disk that is full',
      pattern: 'network create *',
      output: 'Error response from daemon: write /var/lib/docker: no space left on device',
      told: /^host-exhausted: the machine is exhausted: no space left on device/,
    },
  ])('tells $name, and leaves nothing', async ({ pattern, output, code, told }) => {
    lab.fail(pattern, output, code);
    const { message, details } = await failureOf(create());
    expect(`${details.code}: ${message} → ${details.next ?? ''}`).toMatch(told);
    expect(details.exitCode).toBe(3);
    expect(lab.leftovers()).toEqual([]);
  });

  it("finds the cause of kubeadm's failure in the kubelet's journal, and keeps the logs", async () => {
    lab.fail('exec *kubeadm init*', 'error: timed out');
    const cause = 'kubelet is configured to not run on a host using cgroup v1';
    lab.write('journal', `E1125 run.go:72] "command failed" err="failed to validate: ${cause}."\n`);
    const logsFolder = join(lab.folder, 'logs');
    const { message } = await failureOf(create({ logsFolder }));
    expect(message).toContain(`the kubelet of gpu-control-plane says: ${cause}`);
    expect(existsSync(join(logsFolder, 'gpu-control-plane/kubelet.log'))).toBe(true);
    expect(lab.leftovers()).toEqual([]);
  });

  it('touches no cluster of the same name that is not its own', async () => {
    await create();
    const before = lab.containers;
    expect((await failureOf(create())).details.code).toBe('cluster-exists');
    // The same when somebody else is faster than the first look.
    lab.fail('ps -a --filter label=io.x-k8s.kind.cluster --format*', '', 0);
    const { message, details } = await failureOf(create());
    expect(details.next).toContain('seatrial cluster delete gpu');
    expect(message).toContain('a kind cluster "gpu" already');
    expect(lab.containers).toEqual(before);
  });

  it('is stopped in the middle, and takes everything back', async () => {
    const isUnderWay = lab.delay('exec *kubeadm init*', 30);
    const stop = new AbortController();
    const creating = failureOf(create({ signal: stop.signal }));
    while (!isUnderWay()) await sleep(10);
    expect(lab.containers).toEqual(['gpu-control-plane']);
    stop.abort();
    const { details } = await creating;
    expect([details.code, details.exitCode]).toEqual(['aborted', 130]);
    expect(lab.leftovers()).toEqual([]);
  });

  it('ends when its time is over, which kind has no limit for', async () => {
    lab.delay('exec *kubeadm init*', 30);
    const { message, details } = await failureOf(create({ timeoutMs: 1000 }));
    expect([details.code, details.exitCode]).toEqual(['timed-out', 3]);
    expect(message).toBe('creating the kind cluster "gpu" took too long');
    expect(lab.leftovers()).toEqual([]);
  });

  it('refuses a name that is none, and creates nothing', async () => {
    expect((await failureOf(create({ name: 'Bad_Name' }))).details.code).toBe('bad-name');
    expect(lab.leftovers()).toEqual([]);
  });

  it('says when docker is not installed', async () => {
    lab.withoutCommand('docker');
    expect((await failureOf(create())).details.code).toBe('no-container-engine');
  });

  it('says when kind is not installed', async () => {
    lab.withoutCommand('kind');
    const { message, details } = await failureOf(create());
    expect(message).toBe('kind is not installed, or not in PATH');
    expect(details.next).toContain('https://kind.sigs.k8s.io');
    expect(lab.leftovers()).toEqual([]);
  });

  it.each<[string, readonly string[], string, string?]>([
    ['bad-name', ['create', 'cluster', '--name', 'Bad_Name'], ''],
    ['bad-config', ['create', 'cluster', '--config', '-'], small.replace('nodes', 'nodez')],
    ['bad-config', ['create', 'cluster', '--config', '-'], small.replace('v1alpha4', 'v1alpha3')],
    [
      'bad-config',
      ['create', 'cluster', '--config', '-'],
      small.replace('control-plane', 'worker'),
    ],
    ['bad-config', ['create', 'cluster', '--config', '-'], 'kind: {'],
    ['no-such-file', ['create', 'cluster', '--config', 'nope.yaml'], ''],
    ['no-such-cluster', ['get', 'kubeconfig', '--name', 'x'], ''],
    ['no-such-image', ['load', 'docker-image', 'nosuch:1', '--name', 'x'], ''],
    ['kind-too-old', ['bogus'], ''],
    ['kind-too-old', ['get', 'clusters', '--bogus'], ''],
  ])('%s: kind %j', async (code, words, input) => {
    const result = await runCommand('kind', words, { input });
    expect(result.code).toBe(1);
    const { details, message } = kindFailure('do this', result);
    expect({ code: details.code, message, next: details.next }).toEqual({
      code,
      message: expect.not.stringContaining('ERROR') as string,
      next: expect.stringMatching(/\w/) as string,
    });
  });

  it.each([
    [
      'no-node-image',
      'ERROR: failed to create cluster: failed to pull image "kindest/node:v9": command "docker pull" failed',
    ],
    ['no-such-cluster', 'ERROR: no nodes found for cluster "x"'],
    ['no-such-node', 'ERROR: unknown node: "x-worker9"'],
    [
      'docker-denied',
      'ERROR: failed to list clusters\n\nCommand Output: permission denied while trying to connect to the Docker daemon socket',
    ],
    ['kind-failed', 'ERROR: something that nobody has seen yet'],
  ])('%s: %s', (code, stderr) => {
    const { details, message } = kindFailure('do this', { code: 1, stderr, isMissing: false });
    expect(details.code).toBe(code);
    expect(message).not.toBe('');
  });

  it('tells of a node that cannot join, with the cause in its own journal', async () => {
    const cause =
      "--node-labels in the 'kubernetes.io' namespace must begin with an allowed prefix";
    lab.fail('exec *kubeadm join*', 'error execution phase kubelet-start');
    lab.write('journal', `E1125 run.go:72] "command failed" err="failed to validate: ${cause}"\n`);
    const config = small.replace('}]', '}, { role: worker }]');
    const { message, details } = await failureOf(create({ config }));
    expect(details.code).toBe('kubeadm-failed');
    expect(message).toContain('kubeadm could not join a node');
    expect(message).toContain('must begin with an allowed prefix');
    expect(lab.leftovers()).toEqual([]);
  });

  it('is not content with a success of kind that was none', async () => {
    expect(await tool.clusters()).toEqual([]);
    const kubeconfig = join(lab.folder, 'scratch/none');
    await deleteWhole(tool, 'never-there', { kubeconfig });
    await create();
    lab.fail('rm -f *', '', 0);
    const { message, details } = await failureOf(deleteWhole(tool, 'gpu', { kubeconfig }));
    expect(message).toContain('these nodes stay: gpu-control-plane');
    expect(details.exitCode).toBe(3);
  });

  it('tells kubelets on a host with cgroup v1 that it may be one', async () => {
    expect(await tool.cgroupVersion()).toBe(2);
    lab.write('info.json', JSON.stringify({ CgroupDriver: 'systemd', CgroupVersion: '1' }));
    expect(await tool.cgroupVersion()).toBe(1);
    await create({ config: readyConfig('kind-config.yaml', { isCgroupV1: true }).text });
    const kubeadm = lab.fileIn('gpu-control-plane', 'files/kind/kubeadm.conf');
    expect(kubeadm).toContain('failCgroupV1: false');
  });

  it('creates several at once', async () => {
    const names = ['first', 'second'];
    await Promise.all(names.map(name => create({ name })));
    expect(await tool.clusters()).toEqual(names);
    expect(lab.containers).toEqual(['first-control-plane', 'second-control-plane']);
  });

  it('loads images, and tells which is not there', async () => {
    await create();
    lab.write('images/mine:1', 'sha256:1\n');
    await tool.load('gpu', ['mine:1']);
    expect(lab.fileIn('gpu-control-plane', 'images')).toBe('archive');
    expect((await failureOf(tool.load('gpu', ['yours:1']))).message).toContain('yours:1');
  });
});
