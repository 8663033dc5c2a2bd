/** The laboratory of the kubelet vectors: a control plane and the nodes n1 and n2, with their images and registries. */
import { boot } from '../../../sim/index.js';
import type { ApiAnswer, ApiRequest } from '../../../sim/api/request.js';
import { createProcess, type Process } from '../../../sim/client/runtime.js';
import { imageId, type ImageRegistry, type PullAnswer } from '../../../sim/nodes/image-registry.js';
import type { PresentImages } from '../../../sim/nodes/image-store.js';
import { kubelet, type Kubelet } from '../../../sim/nodes/kubelet.js';
import type { NodeShape } from '../../../sim/nodes/node-shape.js';
import type { Simulation } from '../../../sim/simulation.js';
import { chooser } from '../../../sim/workloads/index.js';
import { plainWorkloads } from '../../../sim/workloads/plain.js';

/** The namespace of all cases. */
export const namespace = 'lab';

const box = { sizeBytes: 1_112_000 };
const present: PresentImages = {
  'registry.test/box:1': { ...box, id: imageId('box') },
  'registry.test/nonroot:1': { ...box, id: imageId('nonroot'), user: 'nobody' },
  'registry.test/numuser:1': { ...box, id: imageId('numuser'), user: '65534:65534' },
  'registry.test/stopusr1:1': { ...box, id: imageId('stopusr1'), stopSignal: 'SIGUSR1' },
};

const shapes: readonly NodeShape[] = [
  {
    name: 'n1',
    ip: '10.99.0.1',
    podCIDR: '10.88.1.0/24',
    capacity: { cpu: '2', memory: '24684084Ki', 'ephemeral-storage': '264212084Ki' },
  },
  {
    name: 'n2',
    ip: '10.99.0.2',
    podCIDR: '10.88.2.0/24',
    capacity: { cpu: '2', memory: '24684084Ki', 'ephemeral-storage': '264212084Ki' },
    reserved: { cpu: '300m', memory: '768Mi', 'ephemeral-storage': '1Gi' },
    taints: [{ key: 'lab', value: 'second', effect: 'NoSchedule' }],
    devices: [
      {
        resourceName: 'nvidia.com/gpu',
        devices: [0, 1, 2, 3].map(index => ({ id: `GPU-0000000${index}` })),
      },
    ],
  },
];

/** A cluster that is ready for a case. */
export interface Lab {
  readonly sim: Simulation;
  readonly kubelets: ReadonlyMap<string, Kubelet>;
  readonly processes: ReadonlyMap<string, Process>;
  /** A request of the cluster's administrator, answered at once. */
  request(request: ApiRequest): ApiAnswer;
  /** Lets time go by. */
  run(ms: number): void;
}

/** How long the nodes have run before a case begins: longer than any probe's period. */
const warmUpMs = 40_000;

/** Boots a cluster from a seed. */
export function bootLab(seed: number): Lab {
  const kubelets = new Map<string, Kubelet>();
  const sim = boot({
    seed,
    nodes: [],
    settings: { allowPrivileged: true },
    endpoints: name => kubelets.get(name)?.endpoint,
  });
  const { loop, random, connect } = sim;
  const command = plainWorkloads['command']?.({});
  const rules = command === undefined ? [] : [{ workload: command }];
  const processes = new Map<string, Process>();
  const registry = labRegistry();
  for (const node of shapes) {
    const made = kubelet({
      clock: loop,
      random,
      node,
      choose: chooser(rules),
      registry,
      presentImages: present,
    });
    const process = createProcess(made.process, { clock: loop, random, connect });
    process.start();
    kubelets.set(node.name, made);
    processes.set(node.name, process);
  }
  const request = (wanted: ApiRequest): ApiAnswer => {
    let answer: ApiAnswer = { status: 0, headers: {} };
    const certificate = { user: 'admin', groups: ['system:masters', 'system:authenticated'] };
    sim.serve(wanted, { certificate, omitsManagedFields: true }, got => {
      answer = got;
    });
    return answer;
  };
  const meta = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  request({ method: 'POST', path: '/api/v1/namespaces', body: meta });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  request({ method: 'POST', path: accounts, body: account });
  loop.runUntil(loop.now() + warmUpMs);
  return { sim, kubelets, processes, request, run: ms => loop.runUntil(loop.now() + ms) };
}

const size = 1_112_048;

/** The lab's registries: what each name answers stands in the vectors' README. */
function labRegistry(): ImageRegistry {
  const firstMs = new Map<string, number>();
  return {
    pull({ image, nowMs }): PullAnswer {
      firstMs.set(image, firstMs.get(image) ?? nowMs);
      const failed = (what: string): PullAnswer => ({
        isOk: false,
        message: `failed to pull and unpack image "${image}": failed to resolve image: ${what}`,
      });
      const [, host = '', repository = '', tag = ''] = /^([^/]+)\/(.*):([^:]+)$/.exec(image) ?? [];
      const url = (scheme: string) => `${scheme}://${host}/v2/${repository}/manifests/${tag}`;
      const status = (code: string) =>
        failed(`unexpected status from HEAD request to ${url('http')}: ${code}`);
      const found = (afterMs: number): PullAnswer => ({
        isOk: true,
        image: { id: imageId(repository), sizeBytes: size },
        afterMs,
      });
      if (host === '127.0.0.1:16999') {
        const dial = 'dial tcp 127.0.0.1:16999: connect: connection refused';
        return failed(`failed to do request: Head "${url('https')}": ${dial}`);
      }
      const name = repository.split('/').at(-1) ?? '';
      if (name === 'denied') return status('403 Forbidden');
      if (name === 'private') {
        const denied = 'pull access denied, repository does not exist or may require authorization';
        return failed(`${denied}: authorization failed: no basic auth credentials`);
      }
      if (name === 'broken') return status('500 Internal Server Error');
      if (name === 'slow') return found(20_000);
      if (name === 'late' && nowMs - (firstMs.get(image) ?? 0) >= 15_000) return found(100);
      if (name === 'pull' && /^[1t]/.test(tag)) return found(100);
      const { message } = failed(`${image}: not found`) as { message: string };
      return { isOk: false, message: `rpc error: code = NotFound desc = ${message}` };
    },
  };
}
