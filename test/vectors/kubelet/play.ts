/** Plays a kubelet vector on the simulation and records what it wrote, in the vectors' own form. */
import type { ApiAnswer } from '../../../sim/api/request.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { Action, EventEntry, KubeletCase, TraceEntry } from './case.js';
import { bootLab, type Lab, namespace } from './lab.js';

/** What the simulation did. */
export interface Played {
  readonly trace: readonly TraceEntry[];
  readonly events: readonly EventEntry[];
  /** Of each action. */
  readonly answers: readonly ApiAnswer[];
  readonly names: ReadonlyMap<string, string>;
}

const podsPath = `/api/v1/namespaces/${namespace}/pods`;

/** Plays a case. */
export function play(vector: KubeletCase, seed: number): Played {
  const lab = bootLab(seed);
  const { sim } = lab;
  prepare(lab, vector);
  // Cases begin anywhere within a second.
  lab.run(3_000 + sim.random.fork('case').float() * 1_000);
  const revision = sim.server.revision();
  const startMs = sim.loop.now();
  const name = vector.pod?.metadata.name ?? '';
  const fill = (value: unknown) => filled(value, name);
  const created = lab.request({ method: 'POST', path: podsPath, body: fill(vector.pod) });
  if (created.status !== 201)
    throw new Error(`the pod is refused: ${JSON.stringify(created.body)}`);
  const answers: ApiAnswer[] = [];
  scheduleOutage(lab, vector, startMs);
  for (const action of vector.actions ?? []) {
    sim.loop.runUntil(startMs + action.at * 1_000);
    answers.push(act(lab, name, { ...action, body: fill(action.body) }));
  }
  const lastMs = startMs + (vector.recordedSeconds ?? 30) * 1_000;
  sim.loop.runUntil(lastMs);
  return { ...history(lab, name, { revision, startMs }), answers };
}

/** Seconds at which the kubelet stops and starts, by group. */
const outages: Readonly<Record<string, { readonly stop: number; readonly start: number }>> = {
  'kubelet-restart': { stop: 10, start: 18 },
  'node-down': { stop: 11, start: 400 },
};

function scheduleOutage(
  { sim, processes }: Lab,
  { group, id }: KubeletCase,
  startMs: number,
): void {
  const outage = id === 'restart-created-down' ? { stop: 0, start: 6.5 } : outages[group];
  const process = processes.get('n2');
  if (outage === undefined || process === undefined) return;
  const at = (seconds: number) => startMs + seconds * 1_000 - sim.loop.now();
  if (outage.stop === 0) process.stop();
  else sim.loop.after(at(outage.stop), 'the kubelet stops', () => process.stop());
  sim.loop.after(at(outage.start), 'the kubelet starts', () => process.start());
}

function filled(value: unknown, name: string): unknown {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value)
    .replaceAll('{{ns}}', namespace)
    .replaceAll('{{name}}', name)
    .replaceAll('{{tag}}', 't1')
    .replaceAll('{{rand}}', 'rand1');
  return JSON.parse(text) as unknown;
}

/** The state that the case's title or notes speak of, and its objects. */
function prepare(lab: Lab, vector: KubeletCase): void {
  const { id } = vector;
  const n2 = lab.kubelets.get('n2');
  if (id.startsWith('adm-extended')) setResource(lab, 'example.com/foo', '2');
  if (id === 'adm-pods') setResource(lab, 'pods', '0');
  if (id === 'adm-noexecute-taint' || id === 'adm-noexecute-tolerated') taint(lab);
  for (const object of vector.objects ?? []) {
    const filledObject = filled(object, vector.pod?.metadata.name ?? '') as KubeObject;
    lab.request({ method: 'POST', path: pathOf(filledObject), body: filledObject });
  }
  if (id === 'dev-alloc-fails') n2?.gpus.refuse('nvidia.com/gpu', 'no device for you');
  if (id === 'dev-all-unhealthy') for (const device of gpuIds) n2?.gpus.fail(device, 79);
  if (id === 'dev-plugin-stopped-new-pod') n2?.gpus.stopPlugin('nvidia.com/gpu');
}

const gpuIds = [0, 1, 2, 3].map(index => `GPU-0000000${index}`);

function pathOf(object: KubeObject): string {
  const plural = `${object.kind?.toLowerCase() ?? ''}${object.kind === 'RuntimeClass' ? 'es' : 's'}`;
  if (object.kind === 'RuntimeClass') return `/apis/node.k8s.io/v1/${plural}`;
  return `/api/v1/namespaces/${namespace}/${plural}`;
}

function setResource(lab: Lab, resource: string, amount: string): void {
  lab.request({
    method: 'PATCH',
    path: '/api/v1/nodes/n2/status',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { status: { capacity: { [resource]: amount }, allocatable: { [resource]: amount } } },
  });
}

function taint(lab: Lab): void {
  const taints = [
    { key: 'lab', value: 'second', effect: 'NoSchedule' },
    { key: 'gone', value: 'x', effect: 'NoExecute' },
  ];
  lab.request({
    method: 'PATCH',
    path: '/api/v1/nodes/n2',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { spec: { taints } },
  });
}

function act(lab: Lab, name: string, action: Action): ApiAnswer {
  const path = `${podsPath}/${name}`;
  switch (action.what) {
    case 'delete': {
      const { gracePeriodSeconds } = action;
      const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...grace };
      return lab.request({ method: 'DELETE', path, body });
    }
    case 'patch':
      return lab.request({
        method: 'PATCH',
        path: action.subresource === undefined ? path : `${path}/${action.subresource}`,
        headers: { 'content-type': action.type ?? 'application/merge-patch+json' },
        body: action.body,
      });
    case 'request':
      return lab.request({
        method: action.method as 'POST',
        path: (filled(action.url, name) as string) ?? '',
        body: action.body,
      });
    case 'logs':
      return lab.request({ method: 'GET', path: `${path}/log?${action.query ?? ''}` });
    case 'exec':
      return execute(lab, name, action);
    default:
      return step(lab, name, action);
  }
}

function execute(lab: Lab, name: string, action: Action): ApiAnswer {
  const kubelet = lab.kubelets.get(nodeOf(lab, name));
  const pod = podOf(lab, name) as {
    readonly spec?: { readonly containers: readonly { name: string }[] };
  };
  const container = action.container ?? pod.spec?.containers[0]?.name ?? '';
  let result: unknown;
  const request = { namespace, pod: name, container, command: action.command ?? [] };
  kubelet?.endpoint.exec(request, came => (result = came));
  return { status: 200, headers: {}, body: result };
}

function podOf(lab: Lab, name: string): KubeObject {
  return lab.request({ method: 'GET', path: `${podsPath}/${name}` }).body as KubeObject;
}

function nodeOf(lab: Lab, name: string): string {
  return ((podOf(lab, name)['spec'] as { readonly nodeName?: string }) ?? {}).nodeName ?? '';
}

/** A step outside of the API: the note says which. */
function step(lab: Lab, name: string, { note = '' }: Action): ApiAnswer {
  const kubelet = lab.kubelets.get(nodeOf(lab, name)) ?? lab.kubelets.get('n2');
  const uid = podOf(lab, name).metadata?.uid ?? '';
  const answer: ApiAnswer = { status: 200, headers: {} };
  if (note.startsWith('the sandbox')) kubelet?.loseSandbox(uid);
  else if (note === 'plug-in answers again') kubelet?.gpus.refuse('nvidia.com/gpu', undefined);
  else if (note === 'plug-in stops') kubelet?.gpus.stopPlugin('nvidia.com/gpu');
  else if (note === 'plug-in starts again') kubelet?.gpus.startPlugin('nvidia.com/gpu');
  else if (note.startsWith('the allocated device')) {
    for (const id of kubelet?.machine.devices.of(uid, 'c')['nvidia.com/gpu'] ?? []) {
      kubelet?.gpus.fail(id, 79);
    }
  } else if (note === 'Healthy again') for (const id of gpuIds) kubelet?.gpus.mend(id);
  else if (note.startsWith('node n2: capacity')) return deviceCounts(lab);
  else return processStep(lab, name, note);
  return answer;
}

/** The kubelet's own process, or the container's, stops or starts. */
function processStep(lab: Lab, name: string, note: string): ApiAnswer {
  const process = lab.processes.get(nodeOf(lab, name)) ?? lab.processes.get('n2');
  if (/kubelet.*(stop|kill)/i.test(note)) process?.stop();
  else if (/kubelet.*start/i.test(note)) process?.start();
  else throw new Error(`no such step: ${note}`);
  return { status: 200, headers: {} };
}

function deviceCounts(lab: Lab): ApiAnswer {
  const node = lab.request({ method: 'GET', path: '/api/v1/nodes/n2' }).body as {
    readonly status: Readonly<Record<'capacity' | 'allocatable', Readonly<Record<string, string>>>>;
  };
  const { capacity, allocatable } = node.status;
  const resource = 'nvidia.com/gpu';
  const body = { capacity: capacity[resource], allocatable: allocatable[resource] };
  return { status: 200, headers: {}, body };
}

/** What was written about the pod, in order. */
function history(
  { sim }: Lab,
  name: string,
  from: { readonly revision: number; readonly startMs: number },
): Omit<Played, 'answers'> {
  const trace: TraceEntry[] = [];
  const events: EventEntry[] = [];
  const names = new Map<string, string>();
  let last = '';
  for (const { type, resource, object, timeMs: atMs } of sim.server.history(from.revision)) {
    const t = (atMs - from.startMs) / 1_000;
    if (resource === 'events') {
      const event = eventEntry(object, name, t);
      if (event !== undefined) events.push(event);
      continue;
    }
    if (resource !== 'pods' || object.metadata.name !== name) continue;
    names.set(object.metadata.uid ?? '', '{{uid}}');
    const entry = podEntry(object, t, type === 'DELETED');
    const text = JSON.stringify({ ...entry, t: 0 });
    if (text === last) continue;
    last = text;
    trace.push(entry);
  }
  return { trace, events, names };
}

function podEntry(pod: KubeObject, t: number, isGone: boolean): TraceEntry {
  const { metadata } = pod;
  const { nodeName } = (pod['spec'] ?? {}) as { readonly nodeName?: string };
  const graceSeconds = metadata.deletionGracePeriodSeconds;
  return {
    t,
    ...(nodeName !== undefined && { nodeName }),
    ...((metadata.generation ?? 1) > 1 && { generation: metadata.generation ?? 1 }),
    ...(metadata.deletionTimestamp !== undefined && {
      deletion: { graceSeconds: graceSeconds ?? 0 },
    }),
    ...(metadata.finalizers !== undefined && { finalizers: metadata.finalizers }),
    ...(isGone && { gone: true as const }),
    status: (pod['status'] ?? {}) as Readonly<Record<string, unknown>>,
  };
}

function eventEntry(object: KubeObject, name: string, t: number): EventEntry | undefined {
  const event = object as unknown as {
    readonly involvedObject?: {
      readonly kind: string;
      readonly name: string;
      readonly fieldPath?: string;
    };
    readonly regarding?: {
      readonly kind: string;
      readonly name: string;
      readonly fieldPath?: string;
    };
    readonly type: string;
    readonly reason: string;
    readonly message?: string;
    readonly note?: string;
    readonly count?: number;
    readonly reportingComponent?: string;
    readonly source?: { readonly component?: string };
  };
  const about = event.involvedObject ?? event.regarding;
  if (about?.kind !== 'Pod' || about.name !== name) return undefined;
  if (event.reason === 'TaintManagerEviction') return undefined;
  const reporting = event.reportingComponent || event.source?.component || '';
  return {
    t,
    type: event.type,
    reason: event.reason,
    message: event.message ?? event.note ?? '',
    count: event.count || 1,
    reporting,
    ...(about.fieldPath !== undefined && { fieldPath: about.fieldPath }),
  };
}
