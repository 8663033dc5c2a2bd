/** How fast the API server is in process: creates, status patches, gets, lists, and the fan-out of watches. */
import type { ApiAnswer, ApiRequest } from '../api/request.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { createApiServer } from './index.js';

/** What one measurement gave. */
export interface Measurement {
  readonly name: string;
  readonly perSecond: number;
  readonly microseconds: number;
}

const podsMax = 2000;
const nodesMax = 200;
const podsPath = '/api/v1/namespaces/default/pods';

/** Measures all; `now` gives milliseconds of the real clock. */
export function benchServe(now: () => number): readonly Measurement[] {
  const loop = new Loop();
  const server = createApiServer({ clock: loop, random: new Random(1) });
  const connection = {
    certificate: { user: 'bench', groups: ['system:masters'] },
    omitsManagedFields: true,
  };
  const send = (request: ApiRequest): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    server.serve(request, connection, given => {
      answer = given;
    });
    return answer ?? { status: 0, headers: {} };
  };
  const results: Measurement[] = [];
  const measure = (name: string, count: number, run: (index: number) => void): void => {
    const began = now();
    for (let index = 0; index < count; index++) run(index);
    const elapsedMs = Math.max(now() - began, 1e-6);
    results.push({
      name,
      perSecond: Math.round((count / elapsedMs) * 1000),
      microseconds: Math.round((elapsedMs / count) * 100_000) / 100,
    });
  };
  send({
    method: 'POST',
    path: '/api/v1/namespaces/default/serviceaccounts',
    body: { metadata: { name: 'default' } },
  });
  const events = watchByNodes(send);
  measure('boot', 10, () => void createApiServer({ clock: loop, random: new Random(1) }));
  measure('create pod', podsMax, index => void send(podRequest(index)));
  measure('bind pod', podsMax, index => void send(bindRequest(index)));
  measure('patch pod status', podsMax, index => void send(statusRequest(index)));
  measure('get pod', podsMax * 5, index => {
    send({ method: 'GET', path: `${podsPath}/p-${index % podsMax}` });
  });
  measure('list pods', 50, () => void send({ method: 'GET', path: podsPath }));
  measure('put lease', podsMax, leasePut(send));
  if (events.count === 0) throw new Error('the watches saw nothing');
  return results;
}

function watchByNodes(send: (request: ApiRequest) => ApiAnswer): { count: number } {
  const seen = { count: 0 };
  for (let node = 0; node < nodesMax; node++) {
    const path = `/api/v1/pods?watch=1&fieldSelector=spec.nodeName=n-${node}`;
    send({ method: 'GET', path }).stream?.start({
      item: () => void seen.count++,
      end: () => undefined,
    });
  }
  return seen;
}

function podRequest(index: number): ApiRequest {
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p-${index}`, labels: { app: 'bench', index: String(index) } },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'registry.example/train:1',
          resources: { limits: { 'nvidia.com/gpu': '1', cpu: '4', memory: '16Gi' } },
          env: [{ name: 'RANK', value: String(index) }],
        },
      ],
    },
  };
  return { method: 'POST', path: podsPath, body };
}

function bindRequest(index: number): ApiRequest {
  const name = `p-${index}`;
  const target = { kind: 'Node', name: `n-${index % nodesMax}` };
  return {
    method: 'POST',
    path: `${podsPath}/${name}/binding`,
    body: { metadata: { name }, target },
  };
}

function statusRequest(index: number): ApiRequest {
  const time = '2026-01-01T00:00:00Z';
  return {
    method: 'PATCH',
    path: `${podsPath}/p-${index}/status`,
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: {
      status: {
        phase: 'Running',
        podIP: '10.1.0.1',
        podIPs: [{ ip: '10.1.0.1' }],
        startTime: time,
        conditions: [
          { type: 'Ready', status: 'True', lastTransitionTime: time },
          { type: 'ContainersReady', status: 'True', lastTransitionTime: time },
        ],
      },
    },
  };
}

function leasePut(send: (request: ApiRequest) => ApiAnswer): (index: number) => void {
  const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const made = send({ method: 'POST', path, body: { metadata: { name: 'n' }, spec: {} } });
  let lease = made.body as { readonly metadata: object };
  return index => {
    const renewTime = `2026-01-01T00:00:00.${String(index).padStart(6, '0')}Z`;
    const body = { ...lease, spec: { holderIdentity: 'n', leaseDurationSeconds: 40, renewTime } };
    lease = send({ method: 'PUT', path: `${path}/n`, body }).body as { readonly metadata: object };
  };
}
