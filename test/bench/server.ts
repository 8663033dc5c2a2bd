/** Benchmarks of the API server in process: writes, reads, and the fan-out of watches. */
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import { Loop } from '../../sim/engine/loop.js';
import { Random } from '../../sim/engine/random.js';
import { createAuthority } from '../../sim/http/certificates.js';
import { openDoor } from '../../sim/http/door.js';
import type { ApiServer } from '../../sim/server/contract.js';
import { createApiServer } from '../../sim/server/index.js';
import type { Benchmark } from './benchmark.js';

type Send = (request: ApiRequest) => ApiAnswer;

const namespacePath = '/api/v1/namespaces/default';
const podsPath = `${namespacePath}/pods`;
/** A server is busy for longer than a thousand writes: the best of so many runs is one of warm code. */
const warmRuns = 30;
const nodesMax = 100;
const podsMax = 1000;

function server(): Send {
  return sender(createApiServer({ clock: new Loop(), random: new Random(1) }));
}

function sender({ serve }: ApiServer): Send {
  const connection = {
    certificate: { user: 'bench', groups: ['system:masters'] },
    omitsManagedFields: true,
  };
  const send: Send = request => {
    let answer: ApiAnswer | undefined;
    serve(request, connection, given => {
      answer = given;
    });
    if (answer === undefined || answer.status >= 300) {
      throw new Error(`${request.method} ${request.path}: ${JSON.stringify(answer?.body)}`);
    }
    return answer;
  };
  const account = { metadata: { name: 'default' } };
  send({ method: 'POST', path: `${namespacePath}/serviceaccounts`, body: account });
  return send;
}

function ownPodSpec(): object {
  const limits = { 'nvidia.com/gpu': '1', cpu: '4', memory: '16Gi' };
  const env = [{ name: 'RANK', value: '0' }];
  const image = 'registry.example/train:1';
  return { containers: [{ name: 'main', image, resources: { limits }, env }] };
}

const podSpec = ownPodSpec();

/** Pods of one template, as a ReplicaSet makes them, unless each is to have a spec of its own. */
function createPods(
  send: Send,
  { sharesSpec, count = podsMax }: { readonly sharesSpec: boolean; readonly count?: number },
): number {
  for (let index = 0; index < count; index++) {
    const metadata = { name: `p-${index}`, labels: { app: 'bench', index: String(index) } };
    const spec = sharesSpec ? podSpec : ownPodSpec();
    send({ method: 'POST', path: podsPath, body: { metadata, spec } });
  }
  return count;
}

const quotaHard = {
  pods: '100000',
  'requests.cpu': '1000000',
  'requests.memory': '64Ti',
  'limits.cpu': '1000000',
  'limits.memory': '64Ti',
  'requests.nvidia.com/gpu': '100000',
};

/** A quota whose status is filled, as its controller leaves it: the admission counts from then on. */
function createQuota(send: Send): void {
  const path = `${namespacePath}/resourcequotas`;
  const body = { metadata: { name: 'quota' }, spec: { hard: quotaHard } };
  const quota = send({ method: 'POST', path, body }).body as object;
  const used = Object.fromEntries(Object.keys(quotaHard).map(name => [name, '0']));
  const status = { hard: quotaHard, used };
  send({ method: 'PUT', path: `${path}/quota/status`, body: { ...quota, status } });
}

function bindPods(send: Send): number {
  for (let index = 0; index < podsMax; index++) {
    const name = `p-${index}`;
    const target = { kind: 'Node', name: `n-${index % nodesMax}` };
    const body = { metadata: { name }, target };
    send({ method: 'POST', path: `${podsPath}/${name}/binding`, body });
  }
  return podsMax;
}

const time = '2026-01-01T00:00:00Z';

/** As a kubelet writes them: the whole pod, of which only the status is new. */
function writeStatuses(send: Send): number {
  for (let index = 0; index < podsMax; index++) {
    const path = `${podsPath}/p-${index}`;
    const pod = send({ method: 'GET', path }).body as object;
    const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(type => ({
      type,
      status: 'True',
      lastTransitionTime: time,
    }));
    const status = {
      phase: 'Running',
      podIP: '10.1.0.1',
      podIPs: [{ ip: '10.1.0.1' }],
      startTime: time,
      conditions,
    };
    send({ method: 'PUT', path: `${path}/status`, body: { ...pod, status } });
  }
  return podsMax;
}

function createEvents(send: Send): number {
  for (let index = 0; index < podsMax; index++) {
    const body = {
      metadata: { name: `p-${index}.1`, namespace: 'default' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: `p-${index}`, apiVersion: 'v1' },
      reason: 'Pulled',
      message: `image ${index} was pulled`,
      source: { component: 'kubelet', host: 'n-1' },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type: 'Normal',
    };
    send({ method: 'POST', path: `${namespacePath}/events`, body });
  }
  return podsMax;
}

const smallMax = 10_000;

function createConfigMaps(send: Send, count: number): number {
  for (let index = 0; index < count; index++) {
    const metadata = { name: `c-${index}`, namespace: 'default' };
    const body = { metadata, data: { key: String(index) } };
    send({ method: 'POST', path: `${namespacePath}/configmaps`, body });
  }
  return count;
}

/** Everybody who watches hears of every write at once. */
function tellWatchers(send: Send, watchers: number, writes: number): number {
  let count = 0;
  const sink = { item: () => void count++, end: () => undefined };
  for (let watcher = 0; watcher < watchers; watcher++) {
    send({ method: 'GET', path: `${namespacePath}/configmaps?watch=1` }).stream?.start(sink);
  }
  createConfigMaps(send, writes);
  return count;
}

function renewLease(send: Send): number {
  const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  let lease = send({ method: 'POST', path, body: { metadata: { name: 'n' }, spec: {} } }).body;
  for (let index = 0; index < podsMax; index++) {
    const renewTime = `2026-01-01T00:00:00.${String(index).padStart(6, '0')}Z`;
    const spec = { holderIdentity: 'n', leaseDurationSeconds: 40, renewTime };
    const body = { ...(lease as object), spec };
    lease = send({ method: 'PUT', path: `${path}/n`, body }).body;
  }
  return podsMax;
}

/** Each node watches its own pods, and some watch all. */
function watchPods(send: Send, watchersOfAll: number): { count: number } {
  const seen = { count: 0 };
  const sink = { item: () => void seen.count++, end: () => undefined };
  for (let node = 0; node < nodesMax; node++) {
    const path = `/api/v1/pods?watch=1&fieldSelector=spec.nodeName=n-${node}`;
    send({ method: 'GET', path }).stream?.start(sink);
  }
  for (let watcher = 0; watcher < watchersOfAll; watcher++) {
    send({ method: 'GET', path: '/api/v1/pods?watch=1' }).stream?.start(sink);
  }
  return seen;
}

function repeated(send: Send, path: (index: number) => string, times: number): number {
  for (let index = 0; index < times; index++) send({ method: 'GET', path: path(index) });
  return times;
}

const listed = { pods: 5000, times: 20 };

/** Lists all pods over TLS, with managedFields, as clients do; the door is opened anew for each run. */
async function listOverSocket(api: ApiServer): Promise<number> {
  const authority = await createAuthority();
  const { certificate: cert, key } = await authority.client('admin', ['system:masters']);
  const keys = await authority.server(['127.0.0.1']);
  const ca = authority.certificate;
  const options = { serve: api.serve, host: '127.0.0.1', port: 0, keys, clientAuthority: ca };
  const door = await openDoor(options);
  const agent = new Agent({ keepAlive: true });
  for (let time = 0; time < listed.times; time++) {
    const url = `https://127.0.0.1:${door.port}/api/v1/pods`;
    await new Promise<void>((resolve, reject) => {
      const answered = (answer: IncomingMessage) => void answer.resume().on('end', resolve);
      request(url, { agent, ca, cert, key }, answered).on('error', reject).end();
    });
  }
  agent.destroy();
  await door.close();
  return listed.times;
}

let socketServer: ApiServer | undefined;

function serverOfMany(): ApiServer {
  if (socketServer === undefined) {
    socketServer = createApiServer({ clock: new Loop(), random: new Random(1) });
    createPods(sender(socketServer), { sharesSpec: true, count: listed.pods });
  }
  return socketServer;
}

/** A benchmark whose preparation is part of each run, so it names what it adds. */
function ofServer(name: string, unit: string, run: (send: Send) => number): Benchmark {
  return { name: `server: ${name}`, unit, runs: warmRuns, run: () => run(server()) };
}

const shared = { sharesSpec: true };

/** The API server alone. */
export const serverBenchmarks: readonly Benchmark[] = [
  ofServer('boot', 'boots', () => 1),
  ofServer('create pods of one template', 'pods', send => createPods(send, shared)),
  ofServer('create pods of their own', 'pods', send => createPods(send, { sharesSpec: false })),
  ofServer('create pods of their own under a quota', 'pods', send => {
    createQuota(send);
    return createPods(send, { sharesSpec: false });
  }),
  ofServer('create small objects', 'objects', send => createConfigMaps(send, smallMax)),
  ofServer('100 watchers of 1,000 writes', 'events', send => tellWatchers(send, 100, 1000)),
  ofServer('create events', 'events', createEvents),
  ofServer('renew a lease', 'writes', renewLease),
  ofServer('create, bind, write status', 'pods', send => {
    createPods(send, shared);
    bindPods(send);
    return writeStatuses(send);
  }),
  ofServer('the same, told to 100 nodes and 10 others', 'events', send => {
    const seen = watchPods(send, 10);
    createPods(send, shared);
    bindPods(send);
    writeStatuses(send);
    return seen.count;
  }),
  ofServer('create 1,000 pods, get 20,000', 'gets', send => {
    createPods(send, shared);
    return repeated(send, index => `${podsPath}/p-${index % podsMax}`, 20_000);
  }),
  ofServer('create 1,000 pods, list them 100 times', 'lists', send => {
    createPods(send, shared);
    return repeated(send, () => podsPath, 100);
  }),
  {
    name: 'server: list 5,000 pods over the socket',
    unit: 'lists',
    run: () => listOverSocket(serverOfMany()),
  },
];
