/** Replays one trace of an operator step by step. */
import { deepEqual } from '../../../../sim/api/equality.js';
import type { KubeObject } from '../../../../sim/api/object.js';
import type { ApiAnswer } from '../../../../sim/api/request.js';
import { firstDifference } from '../scheduler/difference.js';
import {
  isOfEveryNamespace,
  normalEvents,
  normalObject,
  normalText,
  normalValue,
} from './normal.js';
import type { RecordedEvent, Step, Trace } from './trace.js';
import type { World } from './world.js';

/** Where the plurals of the traces are listed. */
const roots: Readonly<Record<string, string>> = {
  pods: '/api/v1',
  services: '/api/v1',
  configmaps: '/api/v1',
  secrets: '/api/v1',
  serviceaccounts: '/api/v1',
  jobs: '/apis/batch/v1',
  deployments: '/apis/apps/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  ingresses: '/apis/networking.k8s.io/v1',
  roles: '/apis/rbac.authorization.k8s.io/v1',
  rolebindings: '/apis/rbac.authorization.k8s.io/v1',
  jobsets: '/apis/jobset.x-k8s.io/v1alpha2',
};

/** The recorder waited until nothing changed; a back-off may have gone by. */
const quiet = { quietMs: 2_000, boundMs: 10_000 };
/** How long a state that is not yet the recorded one is waited for. */
const patienceMs = 30_000;
const mergePatch = 'application/merge-patch+json';

/** Replays the trace in the world; returns the first difference. */
export function replayTrace(trace: Trace, world: World): string | undefined {
  return new Replay(trace, world).run();
}

class Replay {
  private readonly namespace: string;
  private readonly collection: string;
  private readonly name: string;
  /** The pods that recorded random names stand for. */
  private readonly bound = new Map<string, string>();

  constructor(
    private readonly trace: Trace,
    private readonly world: World,
  ) {
    const { namespace = '', name = '' } = trace.input?.metadata ?? {};
    this.namespace = namespace;
    this.name = name;
    const [group = '', version = '', plural = ''] = (trace.resource ?? '').split('/');
    this.collection = `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;
  }

  run(): string | undefined {
    const { world, namespace } = this;
    const metadata = { name: namespace };
    world.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
    world.untilQuiet(quiet);
    for (const [index, step] of this.trace.steps.entries()) {
      const problem = step.action === 'observe' ? this.observe(step) : this.act(step);
      if (problem !== undefined) return `step ${index} (${step.action}): ${problem}`;
    }
    return undefined;
  }

  private act(step: Step): string | undefined {
    const answer = this.send(step);
    if (answer === undefined) {
      return step.http === undefined ? undefined : 'the replayer does not know this action';
    }
    const { message = '' } = (answer.body ?? {}) as { readonly message?: string };
    const isAsTold = step.message === undefined || sorted(message) === sorted(step.message);
    if (answer.status === step.http && isAsTold) return undefined;
    return `answered ${answer.status} ${message}, expected ${step.http ?? ''} ${step.message ?? ''}`;
  }

  /** Does what a step says; undefined: nothing is to be done but to wait. */
  private send({ action, podStatus, patch }: Step): ApiAnswer | undefined {
    const { world, collection, name } = this;
    const pod = /^(?:delete )?pod (\S+)/.exec(action)?.[1];
    if (pod !== undefined) {
      return podStatus === undefined ? this.deletePod(pod) : this.patchPod(pod, podStatus);
    }
    if (patch !== undefined) return world.send('PATCH', `${collection}/${name}`, patch, mergePatch);
    if (action.startsWith('delete')) return world.send('DELETE', `${collection}/${name}`);
    if (!action.startsWith('create')) return undefined;
    return world.send('POST', `${collection}?fieldValidation=Strict`, this.trace.input);
  }

  private deletePod(recorded: string): ApiAnswer {
    const path = `/api/v1/namespaces/${this.namespace}/pods/${this.podFor(recorded)}`;
    return this.world.send('DELETE', path);
  }

  private patchPod(recorded: string, status: unknown): ApiAnswer {
    const path = `/api/v1/namespaces/${this.namespace}/pods/${this.podFor(recorded)}/status`;
    const answer = this.world.send('PATCH', path, { status }, mergePatch);
    this.world.loop.runUntil(this.world.loop.now() + 100);
    return answer;
  }

  /** The pod that a recorded name stands for: one of that prefix that stood for no other. */
  private podFor(recorded: string): string {
    const known = this.bound.get(recorded);
    if (known !== undefined) return known;
    const taken = new Set(this.bound.values());
    const found = this.pods().find(
      name => !taken.has(name) && normalText(name) === normalText(recorded),
    );
    const name = found ?? recorded;
    this.bound.set(recorded, name);
    return name;
  }

  private pods(): readonly string[] {
    const path = `/api/v1/namespaces/${this.namespace}/pods`;
    return this.world.list(path).map(({ metadata }) => metadata.name ?? '');
  }

  private observe(step: Step): string | undefined {
    const { world } = this;
    world.untilQuiet(quiet);
    const problem = this.compare(step);
    if (problem === undefined) return undefined;
    const endMs = world.loop.now() + patienceMs;
    while (world.loop.now() < endMs) {
      world.loop.runUntil(world.loop.now() + 1000);
      if (this.compare(step) === undefined) return undefined;
    }
    return problem;
  }

  private compare(step: Step): string | undefined {
    const { world, namespace } = this;
    for (const [plural, root] of Object.entries(roots)) {
      const wanted = step.objects?.[plural] ?? [];
      const found = world.list(`${root}/namespaces/${namespace}/${plural}`).filter(isTold);
      const problem = Array.isArray(wanted)
        ? difference(found.map(normalObject), wanted.filter(isTold).map(normalObject), plural)
        : difference(found.map(phaseOf), phasesIn(wanted as Record<string, string | null>), plural);
      if (problem !== undefined) return problem;
    }
    return this.compareJob(step) ?? this.compareEvents(step);
  }

  private compareJob({ job }: Step): string | undefined {
    const { status, body } = this.world.send('GET', `${this.collection}/${this.name}`);
    const found = status === 200 ? ((body as KubeObject)['status'] ?? null) : `HTTP ${status}`;
    const told = withoutFirstState(found, job);
    return firstDifference(normalValue(told), normalValue(job ?? null), 'job');
  }

  private compareEvents({ events = [] }: Step): string | undefined {
    const found = this.world.list(`/api/v1/namespaces/${this.namespace}/events`).map(event => {
      const { type, reason, message, involvedObject } = event as unknown as {
        readonly type: string;
        readonly reason: string;
        readonly message: string;
        readonly involvedObject: { readonly kind: string };
      };
      return { type, reason, message, on: involvedObject.kind, count: 1 };
    });
    const [got, wanted] = [normalEvents(found), normalEvents(events)];
    if (deepEqual(got, wanted)) return undefined;
    const surplus = without(got, wanted).filter(text => !isCut(text, events));
    const missing = without(wanted, got);
    if (surplus.length === 0 && missing.length === 0) return undefined;
    return `events: surplus ${JSON.stringify(surplus)}, missing ${JSON.stringify(missing)}`;
  }
}

/**
 * Whether KServe's first write says that the model is pending depends on a race: the pods may be
 * there already, or the write may lose a conflict.
 */
function withoutFirstState(found: unknown, job: unknown): unknown {
  const { modelStatus: recorded } = (job ?? {}) as { readonly modelStatus?: ModelStatus };
  const { modelStatus } = (found ?? {}) as { readonly modelStatus?: ModelStatus };
  const isLost =
    recorded?.transitionStatus === '' && modelStatus?.transitionStatus === 'InProgress';
  if (!isLost) return found;
  const { states: _, ...rest } = modelStatus;
  return { ...(found as object), modelStatus: { ...rest, transitionStatus: '' } };
}

interface ModelStatus {
  readonly transitionStatus: string;
  readonly states?: unknown;
}

type Named = Readonly<Record<string, unknown>> & { readonly metadata: { readonly name?: string } };

/** Compares objects as multisets by name. */
function difference(
  found: readonly Record<string, unknown>[],
  wanted: readonly Record<string, unknown>[],
  plural: string,
): string | undefined {
  const byName = (objects: readonly Record<string, unknown>[]) =>
    [...objects].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const names = (objects: readonly Record<string, unknown>[]) =>
    objects.map(object => nameOf(object)).sort();
  if (!deepEqual(names(found), names(wanted))) {
    return `${plural}: got ${names(found).join(' ')}, expected ${names(wanted).join(' ')}`;
  }
  return firstDifference(byName(found), byName(wanted), plural);
}

function isTold({ metadata }: KubeObject): boolean {
  return !isOfEveryNamespace(metadata.name ?? '');
}

function nameOf(object: Record<string, unknown>): string {
  return (object as Named).metadata.name ?? '';
}

function keyOf(object: Record<string, unknown>): string {
  return `${nameOf(object)} ${JSON.stringify(object['status'] ?? object['phase'])}`;
}

function phaseOf({ metadata, status }: KubeObject): Record<string, unknown> {
  const phase = (status as { readonly phase?: string } | undefined)?.phase ?? null;
  return { metadata: { name: normalText(metadata.name ?? '') }, phase };
}

function phasesIn(wanted: Readonly<Record<string, string | null>>): Record<string, unknown>[] {
  return Object.entries(wanted)
    .filter(([name]) => !isOfEveryNamespace(name))
    .map(([name, phase]) => ({ metadata: { name: normalText(name) }, phase }));
}

/** client-go tells no more than so many events about one object. */
const eventsMax = 25;

/** Whether the recorder's operator may have been kept from telling this event. */
function isCut(text: string, events: readonly RecordedEvent[]): boolean {
  const about = events.filter(({ on }) => text.includes(` ${on}: `));
  return about.reduce((sum, { count }) => sum + count, 0) >= eventsMax;
}

function without(all: readonly string[], some: readonly string[]): readonly string[] {
  const left = [...some];
  return all.filter(one => {
    const index = left.indexOf(one);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

/** The real server walks maps in any order: the parts of a message are compared as a set. */
function sorted(message: string): string {
  return message
    .split(/, |\[|\]/)
    .sort()
    .join('\n');
}
