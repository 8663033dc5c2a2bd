/** Replays the traces of Kueue, which are about queues and several jobs. */
import { deepEqual } from '../../../../sim/api/equality.js';
import { compareText } from '../../../../sim/api/go-text.js';
import type { KubeObject } from '../../../../sim/api/object.js';
import type { ApiAnswer } from '../../../../sim/api/request.js';
import { firstDifference } from '../scheduler/difference.js';
import { clusterObjects, jobObject, localQueue, pytorchJobObject } from './kueue-objects.js';
import {
  normalEvent,
  normalWorkload,
  observedJob,
  observedPods,
  observedQueue,
  type KueueEvent,
} from './kueue-normal.js';
import { normalValue } from './normal.js';
import type { World } from './world.js';

/** A step: an action, or what was observed after it. */
interface KueueStep {
  readonly action: string;
  readonly http?: number;
  readonly suspendAfterWebhook?: unknown;
  readonly workloads?: readonly Readonly<Record<string, unknown>>[];
  readonly jobs?: Readonly<Record<string, unknown>>;
  readonly clusterQueues?: Readonly<Record<string, unknown>>;
  readonly events?: readonly KueueEvent[];
  readonly pytorchjob?: unknown;
  readonly pods?: Readonly<Record<string, unknown>>;
}

/** A recorded trace of Kueue. */
export interface KueueTrace {
  readonly namespace?: string;
  readonly steps: readonly KueueStep[];
}

const quiet = { quietMs: 3_000, boundMs: 10_000 };
const patienceMs = 30_000;
const mergePatch = 'application/merge-patch+json';
const queuesRoot = '/apis/kueue.x-k8s.io/v1beta2';

/** Replays the trace in the world; returns the first difference. */
export function replayKueue(trace: KueueTrace, world: World): string | undefined {
  return new KueueReplay(trace, world).run();
}

/** The shape of a trace that is about no single resource. */
export function isKueueTrace(project: string): boolean {
  return project.startsWith('kueue-');
}

class KueueReplay {
  private readonly namespace: string;

  constructor(
    private readonly trace: KueueTrace,
    private readonly world: World,
  ) {
    this.namespace = trace.namespace ?? 'kqpt';
  }

  run(): string | undefined {
    const { world, namespace, trace } = this;
    const metadata = { name: namespace };
    world.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
    for (const [collection, object] of clusterObjects(classesIn(trace))) {
      const { status, body } = world.send('POST', `${queuesRoot}/${collection}`, object);
      if (status !== 201) return `set-up: ${status} ${JSON.stringify(body)}`;
    }
    world.untilQuiet(quiet);
    for (const [index, step] of trace.steps.entries()) {
      const problem = step.action === 'observe' ? this.observe(step) : this.act(step);
      if (problem !== undefined) return `step ${index} (${step.action}): ${problem}`;
    }
    return undefined;
  }

  private act(step: KueueStep): string | undefined {
    const answer = this.send(step.action);
    if (answer === undefined) return 'the replayer does not know this action';
    const { message = '', spec } = (answer.body ?? {}) as {
      readonly message?: string;
      readonly spec?: {
        readonly suspend?: boolean;
        readonly runPolicy?: { readonly suspend?: boolean };
      };
    };
    if (answer.status !== step.http) return `answered ${answer.status} ${message}`;
    const told = step.suspendAfterWebhook;
    if (told === undefined || told === null) return undefined;
    const wanted = typeof told === 'boolean' ? told : (told as { suspend?: boolean }).suspend;
    const suspend = spec?.suspend ?? spec?.runPolicy?.suspend ?? false;
    return suspend === wanted ? undefined : `suspend is ${suspend} after the webhook`;
  }

  private send(action: string): ApiAnswer | undefined {
    const { world, namespace } = this;
    const batch = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const pytorch = `/apis/kubeflow.org/v1/namespaces/${namespace}/pytorchjobs`;
    const queues = `${queuesRoot}/namespaces/${namespace}/localqueues`;
    const [, queue, target] = /^create LocalQueue (\S+)->(\S+)$/.exec(action) ?? [];
    if (queue !== undefined) {
      return world.send('POST', queues, localQueue(queue, target ?? ''));
    }
    const [, job] = /^create Job (.+)$/.exec(action) ?? [];
    if (job !== undefined) return world.send('POST', batch, jobObject(job));
    const [, torch] = /^create PyTorchJob (.+)$/.exec(action) ?? [];
    if (torch !== undefined) return world.send('POST', pytorch, pytorchJobObject(torch));
    const [, kind, name] = /^delete (Job|PyTorchJob) (\S+)$/.exec(action) ?? [];
    if (kind !== undefined) {
      const path = `${kind === 'Job' ? batch : pytorch}/${name ?? ''}`;
      return world.send('DELETE', path, { propagationPolicy: 'Background' });
    }
    return this.patch(action, queues);
  }

  private patch(action: string, queues: string): ApiAnswer | undefined {
    const { world } = this;
    const [, owner, active] = /^workload (?:(\S+) )?active=(\w+)$/.exec(action) ?? [];
    if (active !== undefined) {
      const found = this.workloads().find(
        ({ metadata }) => owner === undefined || metadata.name?.includes(`-${owner}-`) === true,
      );
      const path = `${this.workloadsPath()}/${found?.metadata.name ?? ''}`;
      const answer = world.send('PATCH', path, { spec: { active: active === 'true' } }, mergePatch);
      return answer;
    }
    const [, queue, stopPolicy] = /^(\S+) stopPolicy=(\w+)$/.exec(action) ?? [];
    if (queue === undefined) return undefined;
    const isClusters = queue.startsWith('cq');
    const path = `${isClusters ? `${queuesRoot}/clusterqueues` : queues}/${queue}`;
    return world.send('PATCH', path, { spec: { stopPolicy } }, mergePatch);
  }

  private observe(step: KueueStep): string | undefined {
    const { world } = this;
    world.untilQuiet(quiet);
    const endMs = world.loop.now() + patienceMs;
    const problem = this.compare(step);
    if (problem === undefined) return undefined;
    while (world.loop.now() < endMs) {
      world.loop.runUntil(world.loop.now() + 1000);
      if (this.compare(step) === undefined) return undefined;
    }
    return problem;
  }

  private compare(step: KueueStep): string | undefined {
    const { namespace } = this;
    const found = this.workloads().map(normalWorkload);
    const wanted = (step.workloads ?? []).map(one => normalWorkload(one as never));
    const workloads = aligned(found, wanted);
    const jobs = this.listed(`/apis/batch/v1/namespaces/${namespace}/jobs`, observedJob);
    const queues = this.listed(`${queuesRoot}/clusterqueues`, observedQueue);
    return (
      firstDifference(workloads, wanted, 'workloads') ??
      firstDifference(jobs, normalValue(step.jobs ?? {}), 'jobs') ??
      firstDifference(queues, step.clusterQueues, 'clusterQueues') ??
      this.compareTorch(step) ??
      eventDifference(this.events(), step.events ?? [])
    );
  }

  private compareTorch({ pytorchjob, pods }: KueueStep): string | undefined {
    if (pytorchjob === undefined) return undefined;
    const { world, namespace } = this;
    const path = `/apis/kubeflow.org/v1/namespaces/${namespace}/pytorchjobs/pt`;
    const { body } = world.send('GET', path);
    const { spec, status } = body as KubeObject & {
      readonly spec: { readonly runPolicy?: { readonly suspend?: boolean } };
    };
    const found = normalValue({ suspend: spec.runPolicy?.suspend ?? null, status });
    const all = world.list(`/api/v1/namespaces/${namespace}/pods`);
    return (
      firstDifference(found, pytorchjob, 'pytorchjob') ??
      firstDifference(observedPods(all), pods, 'pods')
    );
  }

  private events(): readonly KueueEvent[] {
    return this.world.list(`/api/v1/namespaces/${this.namespace}/events`).map(event => {
      const { type, reason, message, involvedObject } = event as unknown as {
        readonly type: string;
        readonly reason: string;
        readonly message: string;
        readonly involvedObject: { readonly kind: string; readonly name: string };
      };
      return [type, reason, involvedObject.kind, involvedObject.name, message];
    });
  }

  private workloads(): readonly KubeObject[] {
    return this.world.list(this.workloadsPath());
  }

  private workloadsPath(): string {
    return `${queuesRoot}/namespaces/${this.namespace}/workloads`;
  }

  private listed(path: string, of: (object: KubeObject) => unknown): Record<string, unknown> {
    const all = this.world.list(path).map(object => [object.metadata.name ?? '', of(object)]);
    return Object.fromEntries(all) as Record<string, unknown>;
  }
}

/** The recorder left templates out after the first workload that it told of. */
function aligned(
  found: readonly NormalSets[],
  wanted: readonly NormalSets[],
): readonly NormalSets[] {
  return found.map((one, index) => {
    const hasTemplates = wanted[index]?.spec.podSets.some(set => 'template' in set) === true;
    if (hasTemplates) return one;
    const podSets = one.spec.podSets.map(({ template: _, ...set }) => set);
    return { ...one, spec: { ...one.spec, podSets } };
  });
}

type NormalSets = ReturnType<typeof normalWorkload>;

/** The values of the classes, as the workloads of the trace have them. */
function classesIn({ steps }: KueueTrace): ReadonlyMap<string, number> {
  const classes = new Map<string, number>();
  for (const { workloads = [] } of steps) {
    for (const workload of workloads) {
      const { spec } = workload as {
        readonly spec: {
          readonly priority?: number;
          readonly priorityClassRef?: { readonly name: string };
        };
      };
      if (spec.priorityClassRef === undefined) continue;
      classes.set(spec.priorityClassRef.name, spec.priority ?? 0);
    }
  }
  return classes;
}

/**
 * Events as a multiset; of those that tell of an attempt in vain only which there are: how often it is
 * tried depends on the speed of the machine.
 */
function eventDifference(
  found: readonly KueueEvent[],
  wanted: readonly KueueEvent[],
): string | undefined {
  const [got, asked] = [found, wanted].map(all => {
    const texts = all.map(normalEvent).sort(compareText);
    return texts.filter(
      (text, at) => !text.startsWith('Warning Pending ') || texts[at - 1] !== text,
    );
  });
  if (deepEqual(got, asked)) return undefined;
  const without = (
    all: readonly string[] = [],
    some: readonly string[] = [],
  ): readonly string[] => {
    const left = [...some];
    return all.filter(one => {
      const at = left.indexOf(one);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  const surplus = JSON.stringify(without(got, asked));
  return `events: surplus ${surplus}, missing ${JSON.stringify(without(asked, got))}`;
}
