/** An API server and a scheduler, and nothing else: nodes are what a test says they are. */
import { nodes, pods, type Pod } from '../../sim/api/kinds/core.js';
import type { HasMetadata, Kind, KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import { pathOf } from '../../sim/client/requests.js';
import { createProcess } from '../../sim/client/runtime.js';
import { Loop } from '../../sim/engine/loop.js';
import { Random } from '../../sim/engine/random.js';
import { inProcessConnect } from '../../sim/in-process.js';
import { kubeScheduler, type KubeSchedulerOptions } from '../../sim/scheduler/kube-scheduler.js';
import { createApiServer } from '../../sim/server/index.js';
import { defaultLatencies } from '../../sim/simulation.js';

/** The cluster; requests are those of an administrator and are answered at once. */
export class Cluster {
  readonly loop = new Loop();
  readonly random = new Random(7);
  readonly server;
  readonly scheduler;

  constructor(options: KubeSchedulerOptions = {}) {
    const { featureGates = {} } = options;
    const settings = { featureGates, runtimeConfig: { 'api/alpha': 'true' } };
    this.server = createApiServer({ clock: this.loop, random: this.random, settings });
    this.scheduler = createProcess(kubeScheduler(options), {
      clock: this.loop,
      random: this.random,
      connect: inProcessConnect(this.server.serve, this.loop, defaultLatencies),
    });
    const namespace = '/api/v1/namespaces/default/serviceaccounts';
    this.send('POST', namespace, { metadata: { name: 'default' } });
    this.scheduler.start();
  }

  create<T extends HasMetadata>(kind: Kind<T>, object: T): T {
    const answer = this.send('POST', pathOf(kind, object.metadata.namespace ?? ''), object);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body as T;
  }

  pod(name: string): Pod {
    return this.get(pods, 'default', name);
  }

  get<T extends HasMetadata>(kind: Kind<T>, namespace: string, name: string): T {
    return this.send('GET', pathOf(kind, namespace, name)).body as T;
  }

  run(ms: number): void {
    this.loop.runUntil(this.loop.now() + ms);
  }

  events(reason: string): readonly KubeObject[] {
    const answer = this.send('GET', '/apis/events.k8s.io/v1/namespaces/default/events');
    const { items } = answer.body as { readonly items: readonly KubeObject[] };
    return items.filter(item => item['reason'] === reason);
  }

  send(method: ApiRequest['method'], path: string, body?: unknown): ApiAnswer {
    const connection = {
      certificate: { user: 'admin', groups: ['system:masters'] },
      omitsManagedFields: true,
    };
    let received: ApiAnswer | undefined;
    this.server.serve({ method, path, body }, connection, answer => {
      received = answer;
    });
    if (received === undefined) throw new Error(`no answer to ${method} ${path}`);
    return received;
  }

  addNode(name: string, gpus = 8): void {
    const made = this.create(nodes, {
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      status: {
        capacity: { cpu: '64', memory: '256Gi', pods: '110', 'nvidia.com/gpu': String(gpus) },
        allocatable: { cpu: '64', memory: '256Gi', pods: '110', 'nvidia.com/gpu': String(gpus) },
      },
    });
    // Admission taints a new node until its kubelet is ready; there is none here.
    const ready = { ...made, spec: { ...made.spec, taints: [] } };
    this.send('PUT', pathOf(nodes, '', name), ready);
  }

  addPod(name: string, gpus: number, more: Partial<Pod['spec']> = {}): Pod {
    const limits = { 'nvidia.com/gpu': String(gpus) };
    return this.create(pods, {
      metadata: { name, namespace: 'default', labels: { app: 'worker' } },
      spec: {
        containers: [{ name: 'c', image: 'train', resources: { limits, requests: limits } }],
        ...more,
      },
    });
  }
}
