/** Both ways end in the same: histories, answers and what is audited are equal to the byte. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const trusted = (user: string, ...groups: string[]): Connection => ({
  certificate: { user, groups },
  omitsManagedFields: true,
});
const admin = trusted('admin', 'system:masters');
const reader: Connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
const controller = (name: string) => trusted(`system:serviceaccount:kube-system:${name}`);

/** Where requests go the short way if there is one, or always the long one. */
function told(way: 'short' | 'long', level: string, story: (world: World) => void): string {
  const clock = new Loop();
  const audited: unknown[] = [];
  const answers: unknown[] = [];
  const typed = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', metadata: {} };
  const server = createApiServer({
    clock,
    random: new Random(1),
    auditReader: { onEvent: event => void audited.push(event) },
    auditPolicy: { ...typed, rules: [{ level }] },
  });
  const send = (request: ApiRequest, as = admin): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    clock.runUntil(clock.now() + 400);
    // Requests with headers, even none, go the long way.
    server.serve(way === 'long' ? { ...request, headers: {} } : request, as, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error(`${request.method} ${request.path} waits`);
    answers.push(answer.status, answer.body);
    return answer;
  };
  const owned: unknown[] = [];
  story({
    send,
    look: path => {
      const request: ApiRequest = { method: 'GET', path, headers: {} };
      server.serve(request, reader, ({ body }) => void owned.push(body));
    },
  });
  return JSON.stringify({ history: [...server.history()], answers, audited, owned }, undefined, 1);
}

interface World {
  readonly send: (request: ApiRequest, as?: Connection) => ApiAnswer;
  /** Looks at the owners of an object's fields. */
  readonly look: (path: string) => void;
}

const template = {
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'main', image: 'a' }], restartPolicy: 'Always' },
};
const jobTemplate = { spec: { ...template.spec, restartPolicy: 'Never' } };
const spec = { selector: { matchLabels: { app: 'a' } }, template };
const condition = { type: 'Available', status: 'True', lastUpdateTime: null, message: '' };
const startTime = '2026-01-01T00:00:00Z';

const measured = {
  type: 'Resource',
  resource: { name: 'cpu', current: { averageValue: '100m', averageUtilization: 10 } },
};

/** Of each kind: its spec, and statuses of which the last is refused. */
const kinds: readonly (readonly [string, string, object, readonly object[]])[] = [
  [
    'apps/v1/deployments',
    'deployment-controller',
    spec,
    [{ replicas: 1 }, { replicas: 2, conditions: [condition] }, {}, { replicas: -1 }],
  ],
  [
    'apps/v1/replicasets',
    'replicaset-controller',
    spec,
    [{ replicas: 1, readyReplicas: 0 }, { replicas: 2, observedGeneration: 1 }, { replicas: -1 }],
  ],
  [
    'apps/v1/statefulsets',
    'statefulset-controller',
    { ...spec, serviceName: 'a' },
    [{ replicas: 1 }, { replicas: 1, collisionCount: 0, currentRevision: 'a' }, { replicas: -1 }],
  ],
  [
    'apps/v1/daemonsets',
    'daemon-set-controller',
    spec,
    [
      {
        currentNumberScheduled: 1,
        numberMisscheduled: 0,
        desiredNumberScheduled: 1,
        numberReady: 0,
      },
      { currentNumberScheduled: -1 },
    ],
  ],
  [
    'batch/v1/jobs',
    'job-controller',
    { template: jobTemplate },
    [
      { startTime, active: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} },
      { startTime, active: 1, ready: 1 },
      { startTime, active: -1 },
    ],
  ],
  [
    'batch/v1/cronjobs',
    'cronjob-controller',
    { schedule: '* * * * *', jobTemplate: { spec: { template: jobTemplate } } },
    [{ lastScheduleTime: startTime }, { active: [{ kind: 'Job', name: 'a' }] }, {}],
  ],
  [
    'autoscaling/v2/horizontalpodautoscalers',
    'horizontal-pod-autoscaler',
    { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' }, maxReplicas: 3 },
    [
      { desiredReplicas: 1, currentReplicas: 0 },
      { desiredReplicas: 2, currentReplicas: 1, conditions: [], currentMetrics: [measured] },
      { desiredReplicas: 0, currentMetrics: null },
      { desiredReplicas: -1 },
    ],
  ],
];

function reports({ send, look }: World): void {
  for (const [resource, by, wanted, statuses] of kinds) {
    const split = resource.lastIndexOf('/');
    const path = `/apis/${resource.slice(0, split)}/namespaces/default/${resource.slice(split + 1)}`;
    const body = { metadata: { name: 'a', labels: { app: 'a' } }, spec: wanted };
    const made = send({ method: 'POST', path, body });
    expect(made.status).toBe(201);
    let object = made.body as KubeObject;
    const put = (change: object, as = controller(by), name = 'a') => {
      const request = { path: `${path}/${name}/status`, body: { ...object, ...change } };
      const answer = send({ method: 'PUT', ...request }, as);
      if (answer.status === 200) object = answer.body as KubeObject;
      return answer.status;
    };
    expect(put({ status: statuses[0] })).toBe(200);
    for (const status of [...statuses, ...statuses]) put({ status });
    const [status] = statuses;
    // Of what is not there, by nobody who may, more than the status, no status, and what is old.
    put({ status }, undefined, 'b');
    put({ status }, trusted('stranger'));
    put({ status, spec: { ...wanted, paused: true } });
    put({ status, metadata: { ...object.metadata, labels: { app: 'b' } } });
    put({ status: undefined });
    const old = object;
    put({ status: statuses[1] });
    put({ ...old, status });
    look(`${path}/a`);
    const finalizers = ['test/stays'];
    const kept = { ...object, metadata: { ...object.metadata, finalizers } };
    object = send({ method: 'PUT', path: `${path}/a`, body: kept }).body as KubeObject;
    object = send({ method: 'DELETE', path: `${path}/a` }).body as KubeObject;
    put({ status: statuses[1] });
  }
}

it.each(['None', 'Metadata', 'RequestResponse'])('are the same both ways, audited: %s', level => {
  const [short, long] = [told('short', level, reports), told('long', level, reports)];
  expect(short).toBe(long);
  expect(short).toContain('"user": "system:serviceaccount:kube-system:job-controller"');
});

const kubelet = trusted('system:node:a', 'system:nodes');
const quantities = { cpu: '8', memory: '32Gi', 'nvidia.com/gpu': '4' };

/** Reports of a node; the last are refused, by another or of something else. */
function nodeReports({ send, look }: World): void {
  const path = '/api/v1/nodes';
  let node = send({ method: 'POST', path, body: { metadata: { name: 'a' }, spec: {} } }, kubelet)
    .body as KubeObject;
  send({ method: 'POST', path, body: { metadata: { name: 'b' } } });
  const put = (change: object, as = kubelet, name = 'a') => {
    const request = { path: `${path}/${name}/status`, body: { ...node, ...change } };
    const answer = send({ method: 'PUT', ...request }, as);
    if (answer.status === 200) node = answer.body as KubeObject;
  };
  const ready = (lastHeartbeatTime: string) => ({
    capacity: quantities,
    allocatable: { cpu: '7900m', memory: '32Gi', 'nvidia.com/gpu': 4 },
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime, reason: '' }],
    nodeInfo: { kubeletVersion: 'v1.36.2' },
  });
  put({ status: {} });
  put({ status: { capacity: quantities } });
  for (const minute of [1, 2, 2, 3]) put({ status: ready(`2026-01-01T00:0${minute}:00Z`) });
  const status = ready('2026-01-01T00:04:00Z');
  put({ status }, trusted('system:node:b', 'system:nodes'));
  put({ status }, kubelet, 'b');
  put({ status }, trusted('system:serviceaccount:kube-system:node-controller'));
  put({ status, spec: { ...(node['spec'] as object), unschedulable: true } });
  put({ status, metadata: { ...node.metadata, labels: { a: 'b' } } });
  put({ status: { ...status, capacity: { cpu: '-1' } } });
  put({ status: { ...status, addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] } });
  put({ status: undefined });
  // Who wants a say in pods has none in nodes; who wants one in their statuses has it.
  for (const resource of ['pods', 'nodes/status']) {
    const rules = [
      { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: [resource] },
    ];
    const hook = {
      name: 'a.test.dev',
      rules,
      clientConfig: { url: 'https://hook.test.dev/' },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    };
    const name = resource.replace('/', '-');
    const body = { metadata: { name }, webhooks: [hook] };
    const hooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    expect(send({ method: 'POST', path: hooks, body }).status).toBe(201);
    for (const minute of [5, 6, 7]) put({ status: ready(`2026-01-01T00:0${minute}:00Z`) });
  }
  look(`${path}/a`);
}

it.each(['None', 'Metadata', 'RequestResponse'])('are so of nodes, audited: %s', level => {
  const [short, long] = [told('short', level, nodeReports), told('long', level, nodeReports)];
  expect(short).toBe(long);
  expect(short).toContain('"lastHeartbeatTime": "2026-01-01T00:07:00Z"');
  expect(short).toContain('failed calling webhook');
});
