/** Both ways end in the same: histories, answers and owners are equal to the byte. */
import { describe, expect, it } from 'vitest';
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
const kubelet = trusted('system:node:n1', 'system:nodes');
const scheduler = trusted('system:kube-scheduler');
const reader: Connection = { certificate: { user: 'admin', groups: ['system:masters'] } };

/** A server, to which requests go the short way where there is one, or always the long one. */
function world(way: 'short' | 'long', level?: string) {
  const clock = new Loop();
  const audited: unknown[] = [];
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    metadata: {},
    rules: [{ level }],
  };
  const { serve, history } = createApiServer({
    clock,
    random: new Random(1),
    auditReader: { onEvent: event => void audited.push(event) },
    ...(level !== undefined && { auditPolicy: policy }),
  });
  const answers: unknown[] = [];
  const send = (request: ApiRequest, as = admin): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    // Requests with headers, even none, go the long way.
    const sent = way === 'long' && request.headers === undefined;
    serve(sent ? { ...request, headers: {} } : request, as, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error(`${request.method} ${request.path} waits`);
    const { status, headers, body } = answer;
    answers.push({ status, headers, body });
    return answer;
  };
  const told = () =>
    [...history()].map(entry => {
      const { apiVersion, metadata } = entry.object;
      const path = pathOf(entry.resource, metadata.namespace ?? '', metadata.name ?? '');
      const owners =
        path === undefined ? undefined : send({ method: 'GET', path, headers: {} }, reader).body;
      return { ...entry, apiVersion, owners };
    });
  return { clock, send, answers, audited, told };
}

type World = ReturnType<typeof world>;

function pathOf(resource: string, namespace: string, name: string): string | undefined {
  if (resource !== 'pods' && resource !== 'events') return undefined;
  return `/api/v1/namespaces/${namespace}/${resource}/${name}`;
}

/** Both ways of one story, as text. */
function bothWays(story: (world: World) => void, level?: string): readonly [string, string] {
  const text = (way: 'short' | 'long') => {
    const told = world(way, level);
    story(told);
    const { answers, audited } = told;
    return JSON.stringify({ history: told.told(), answers, audited }, undefined, 1);
  };
  return [text('short'), text('long')];
}

const eventsPath = '/api/v1/namespaces/default/events';
const eventsV1Path = '/apis/events.k8s.io/v1/namespaces/default/events';

function coreEvent(name: string, host?: string): KubeObject {
  const at = '2026-01-01T00:00:00Z';
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'default' },
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'a', uid: '1', apiVersion: 'v1' },
    reason: 'Started',
    message: 'Started container main',
    source: host === undefined ? { component: 'kubelet' } : { component: 'kubelet', host },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    type: 'Normal',
    reportingComponent: 'kubelet',
    ...(host !== undefined && { reportingInstance: host }),
  };
}

function eventV1(name: string, related = false): KubeObject {
  const regarding = { kind: 'Pod', namespace: 'default', name: 'a', apiVersion: 'v1' };
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace: 'default' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'default-scheduler',
    reportingInstance: 'default-scheduler-sim',
    action: 'Binding',
    reason: 'Scheduled',
    regarding,
    ...(related && { related: { kind: 'Node', name: 'n1' } }),
    note: 'Successfully assigned default/a to n1',
    type: 'Normal',
  };
}

describe('New Events', () => {
  it('are the same both ways', () => {
    const [short, long] = bothWays(({ send, clock }) => {
      const create = (path: string, body: KubeObject, as = kubelet) =>
        send({ method: 'POST', path, body }, as);
      for (const host of [undefined, 'n1']) {
        for (let count = 0; count < 3; count++) {
          clock.runUntil(clock.now() + 700);
          create(eventsPath, coreEvent(`core.${host ?? ''}${count}`, host));
        }
      }
      for (let count = 0; count < 4; count++) {
        create(eventsV1Path, eventV1(`v1.${count}`, count > 1), scheduler);
      }
      // What is not as recorders write it, is wrong, or is there already.
      create(eventsPath, coreEvent('core.1'));
      create(eventsPath, { ...coreEvent('more'), action: 'a' });
      create(eventsPath, { ...coreEvent('empty'), reason: '' });
      create(eventsPath, { ...coreEvent('wrong'), involvedObject: { namespace: 'other' } });
      create(eventsPath, { ...coreEvent('other'), metadata: { name: 'o', namespace: 'other' } });
      create(eventsPath, { ...coreEvent(''), metadata: { generateName: 'g-' } });
      create(eventsV1Path, { ...eventV1('Wrong Name') }, scheduler);
      create(eventsV1Path, { ...eventV1('type'), type: 'Strange' }, scheduler);
      create(eventsV1Path, { ...eventV1('long'), note: 'x'.repeat(1025) }, scheduler);
      create(eventsV1Path, eventV1('v1.1'), scheduler);
      create(eventsPath, coreEvent('stranger'), trusted('stranger'));
    });
    expect(short).toBe(long);
    expect(short).toContain('kubelet');
  });

  it('are refused once their namespace is going', () => {
    const { send } = world('short');
    const path = '/api/v1/namespaces/gone/events';
    const event = (name: string) => {
      const involvedObject = { kind: 'Pod', namespace: 'gone', name: 'a' };
      const metadata = { name, namespace: 'gone' };
      return {
        method: 'POST',
        path,
        body: { ...coreEvent(name), metadata, involvedObject },
      } as const;
    };
    send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'gone' } } });
    for (const name of ['a', 'b']) expect(send(event(name), kubelet).status).toBe(201);
    send({ method: 'DELETE', path: '/api/v1/namespaces/gone' });
    expect(send(event('c'), kubelet).status).toBe(403);
  });
});

/** A pod on node n1, as the kubelets see it. */
function boundPod({ send }: World, name: string, more: object = {}): KubeObject {
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  send({ method: 'POST', path: accounts, body: { metadata: { name: 'default' } } });
  const spec = { nodeName: 'n1', containers: [{ name: 'main', image: 'a' }], ...more };
  const body = { metadata: { name, labels: { a: 'b' } }, spec };
  const made = send({ method: 'POST', path: '/api/v1/namespaces/default/pods', body });
  expect(made.status).toBe(201);
  return made.body as KubeObject;
}

/** What a kubelet tells step by step. */
const statuses: readonly Readonly<Record<string, unknown>>[] = [
  { phase: 'Pending', hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.1' }] },
  { phase: 'Running', podIP: '10.1.0.1', qosClass: 'BestEffort', reason: '' },
  {
    phase: 'Running',
    podIP: '10.1.0.1',
    podIPs: [{ ip: '10.1.0.1' }],
    conditions: [
      { type: 'Ready', status: 'True', observedGeneration: 1, lastTransitionTime: null },
      { type: 'PodScheduled', status: 'True' },
    ],
    containerStatuses: [
      { name: 'main', ready: true, restartCount: 0, image: 'a', imageID: '', state: {} },
    ],
  },
  { phase: 'Running', podIP: '10.1.0.1', conditions: [{ type: 'Ready', status: 'False' }] },
  { phase: 'Running', podIP: '10.1.0.1', conditions: [{ type: 'Ready', status: 'False' }] },
  {
    phase: 'Failed',
    containerStatuses: [
      { name: 'main', ready: false, state: { terminated: { exitCode: 1, reason: 'Error' } } },
    ],
  },
];

describe('Statuses of pods', () => {
  const path = '/api/v1/namespaces/default/pods/a/status';

  it.each([undefined, 'None', 'Metadata', 'RequestResponse'])(
    'are the same both ways, audited: %s',
    level => {
      const [short, long] = bothWays(told => {
        let pod = boundPod(told, 'a');
        const report = (change: object, as = kubelet, to = path) => {
          told.clock.runUntil(told.clock.now() + 300);
          const answer = told.send({ method: 'PUT', path: to, body: { ...pod, ...change } }, as);
          if (answer.status === 200) pod = answer.body as KubeObject;
        };
        for (const status of statuses) report({ status });
        const [, , status = {}] = statuses;
        // Another's pod, another path, a change of more, what is wrong, and what is old.
        report({ status }, trusted('system:node:n2', 'system:nodes'));
        report({ status }, kubelet, path.replace('/a/', '/b/'));
        report({ status, spec: { ...(pod['spec'] as object), hostname: 'h' } });
        report({ status: { ...status, podIPs: [{ ip: '10.1.0.x' }], podIP: '10.1.0.x' } });
        report({ status: { ...status, resourceClaimStatuses: [{ name: 'x' }] } });
        report({ status: { ...status, conditions: [{ type: 'a b', status: 'True' }] } });
        report({ status: { ...status, qosClass: 'Guaranteed' } });
        report({ metadata: { ...pod.metadata, labels: { a: 'c' } }, status });
        const old = pod;
        report({ status: { ...status, message: 'new' } });
        report({ ...old, status: { ...status, message: 'late' } });
        const deletion = { method: 'DELETE', path: '/api/v1/namespaces/default/pods/a' } as const;
        told.send({ ...deletion, body: { gracePeriodSeconds: 30 } });
        report({ status: { ...status, message: 'gone' } });
      }, level);
      expect(short).toBe(long);
      expect(short).toContain('"user": "system:node:n1"');
    },
  );
});

describe('Bindings', () => {
  it.each([undefined, 'Metadata', 'RequestResponse'])(
    'are the same both ways, audited: %s',
    level => {
      const [short, long] = bothWays(bindingsOf, level);
      expect(short).toBe(long);
      expect(short).toContain('"user": "system:kube-scheduler"');
    },
  );
});

function bindingsOf(told: World): void {
  const { send, clock } = told;
  const node = (name: string, labels: Readonly<Record<string, string>>) =>
    send({ method: 'POST', path: '/api/v1/nodes', body: { metadata: { name, labels } } });
  node('n1', {});
  node('n2', { 'topology.kubernetes.io/zone': 'z' });
  const waiting = (name: string, spec: object = {}) =>
    boundPod(told, name, { nodeName: '', ...spec });
  const bind = ({ metadata }: KubeObject, target = 'n1', change: object = {}) => {
    clock.runUntil(clock.now() + 300);
    const { name = '', namespace = '', uid = '' } = metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/binding`;
    const type = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid } };
    const body = { ...type, target: { kind: 'Node', name: target }, ...change };
    send({ method: 'POST', path, body }, scheduler);
  };
  for (const name of ['a', 'b', 'c']) bind(waiting(name));
  // In a zone, to a node that is not there, twice, another's uid, with less, gated, gone.
  bind(waiting('d'), 'n2');
  const twice = waiting('e');
  for (const target of ['nowhere', 'n1']) bind(twice, target);
  const free = waiting('f');
  bind({ ...free, metadata: { ...free.metadata, uid: 'other' } });
  bind(free, '');
  bind(free, 'n1', { target: { name: 'n1' } });
  bind(waiting('g', { schedulingGates: [{ name: 'gate/a' }] }));
  const gone = waiting('h');
  send({ method: 'DELETE', path: '/api/v1/namespaces/default/pods/h' });
  bind(gone);
}

const controller = trusted('system:serviceaccount:kube-system:replicaset-controller');

const audited = { 'pod-security.kubernetes.io/audit': 'restricted' };
const container = { name: 'main', image: 'a', resources: { limits: { cpu: '1' } } };

/** A template as it stands in a stored ReplicaSet: its parts are shared by all pods. */
function template(spec: object = {}, more: object = {}) {
  return { labels: { app: 'web' }, spec: { containers: [container], ...spec }, more };
}

function sent(of: ReturnType<typeof template>, owner = 'web-1', namespace = 'default'): KubeObject {
  const reference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: `uid-${owner}` };
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      generateName: `${owner}-`,
      namespace,
      labels: of.labels,
      ownerReferences: [{ ...reference, controller: true, blockOwnerDeletion: true }],
      ...of.more,
    },
    spec: of.spec,
  };
}

/** One that a stateful set has numbered; its name may be told otherwise elsewhere. */
function numbered(ordinal: string, { spec = {}, name = `db-${ordinal}`, labels = {} } = {}) {
  const own = {
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': ordinal,
  };
  const whole = { containers, hostname: name, subdomain: 'db', ...spec };
  return sent({ labels: { app: 'db', ...own, ...labels }, spec: whole, more: { name } }, 'db');
}
const containers = [container];

function siblings({ send, clock }: World): void {
  const make = (path: string, body: KubeObject | { metadata: object }, as = admin) =>
    send({ method: 'POST', path, body }, as);
  const core = '/api/v1/namespaces';
  make(core, { metadata: { name: 'strict', labels: audited } });
  for (const namespace of ['default', 'strict']) {
    make(`${core}/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
  }
  const pods = (of: ReturnType<typeof template>, count = 3, namespace = 'default') => {
    for (let made = 0; made < count; made++) {
      clock.runUntil(clock.now() + 400);
      make(`${core}/${namespace}/pods`, sent(of, 'web-1', namespace), controller);
    }
  };
  const plain = template();
  pods(plain);
  const mounts = [{ name: 'data', mountPath: '/data' }];
  const init = { initContainers: [{ ...container, name: 'first', volumeMounts: mounts }] };
  const volumes = { volumes: [{ name: 'data', emptyDir: {} }] };
  for (const spec of [{ ...init, ...volumes }, { automountServiceAccountToken: false }]) {
    pods(template(spec));
  }
  const token = [{ name: 'kube-api-access-own', emptyDir: {} }];
  for (const spec of [{ volumes: token }, { nodeName: 'n1' }, { containers: [] }]) {
    pods(template(spec), 2);
  }
  pods(template({ schedulingGates: [{ name: 'gate/a' }] }), 2);
  pods(template({}, { annotations: { a: 'b' }, finalizers: ['batch.kubernetes.io/job-tracking'] }));
  pods(template({}, { name: 'named' }), 2);
  const told = [{ name: 'dc-4' }, { labels: { app: 'dc' } }, { spec: { hostname: 'x' } }, {}];
  const long = { name: `db-${'x'.repeat(60)}-1` };
  const all = ['0', '1', '12', '12', '01', '3'].map(ordinal => numbered(ordinal));
  all.push(...told.map(other => numbered('4', other)), numbered('1', long), numbered('5'));
  for (const pod of all) make(`${core}/default/pods`, pod, controller);
  // Of another owner, with other labels, by nobody who may.
  make(`${core}/default/pods`, sent(plain, 'web-2'), controller);
  make(`${core}/default/pods`, sent({ ...plain, labels: { app: 'other' } }), controller);
  make(`${core}/default/pods`, sent(plain), trusted('stranger'));
  make(`${core}/strict/pods`, sent(plain), controller);
  // Where the audit log is told of what is against the standards.
  const privileged = template({ hostNetwork: true });
  for (const of of [privileged, plain, privileged, plain]) pods(of, 2, 'strict');
  // What admission looks at changes.
  const limits = [{ type: 'Container', default: { memory: '1Gi' } }];
  const range = { metadata: { name: 'r' }, spec: { limits } };
  make(`${core}/default/limitranges`, range);
  pods(plain);
  pods(template(), 2);
  make('/apis/scheduling.k8s.io/v1/priorityclasses', {
    ...{ metadata: { name: 'high' }, value: 7, globalDefault: true },
  });
  pods(plain);
  const quota = { metadata: { name: 'q' }, spec: { hard: { pods: '100' } } };
  make(`${core}/default/resourcequotas`, quota);
  pods(plain);
}

describe('Sibling pods', () => {
  it.each([undefined, 'Metadata', 'RequestResponse'])(
    'are the same both ways, audited: %s',
    level => {
      const [short, long] = bothWays(siblings, level);
      expect(short).toBe(long);
      expect(short).toContain('kube-api-access-');
    },
  );

  it('share what the first was given', () => {
    const { send } = world('short');
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    send({ method: 'POST', path: accounts, body: { metadata: { name: 'default' } } });
    const plain = template();
    const path = '/api/v1/namespaces/default/pods';
    const made = [1, 2, 3].map(() => send({ method: 'POST', path, body: sent(plain) }, controller));
    const [first, ...others] = made.map(({ body }) => (body as KubeObject)['status']);
    expect(others).toEqual([first, first]);
    for (const status of others) expect(status).toBe(first);
  });
});
