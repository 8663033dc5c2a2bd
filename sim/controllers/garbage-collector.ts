/**
 * Deletes what has lost its owners, and serves deletions in the foreground and with orphans. It learns
 * of all kinds, custom ones included, by discovery.
 * @upstream pkg/controller/garbagecollector/garbagecollector.go
 */
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Reconciliation,
} from '../client/contract.js';
import { splitKey, watch } from '../client/requests.js';
import { discover, type Discovered, type ServedResource } from './control/discovery.js';
import { Attempts } from './garbage-collector/attempts.js';
import { Graph } from './garbage-collector/graph.js';
import { Operations, type Attempt } from './garbage-collector/operations.js';
import { RestMapper } from './control/rest-mapper.js';

/** The garbage collector. */
export const garbageCollectorController: ControllerDefinition = {
  name: 'garbage-collector-controller',
  queueName: {
    'delete/': 'garbage_collector_attempt_to_delete',
    'orphan/': 'garbage_collector_attempt_to_orphan',
  },
  identity: serviceAccount('kube-system', 'generic-garbage-collector'),
  rate: { perSecond: 40, burst: 60 },
  create: context => new GarbageCollector(context),
};

const discoveryPeriodMs = 30_000;
/** New watches are given so long to fill before what they show is acted on. */
const settleMs = 1000;
const discoverKey = 'discover';
const neededVerbs = ['delete', 'list', 'watch'];

class GarbageCollector implements Controller {
  readonly watches = [];
  readonly workers = 20;
  private readonly graph: Graph;
  private readonly attempts: Attempts;
  /** What ends the watch of a kind, by `resourceKey`. */
  private readonly ends = new Map<string, () => void>();
  private learnt: Discovered | undefined;
  private settledMs = 0;

  constructor(private readonly context: ControllerContext) {
    const { clock, queue, events } = context;
    const sink = {
      attemptToDelete: (uid: string, isAfterFailure = false) => {
        if (isAfterFailure) queue.addRateLimited(`delete/${uid}`);
        else this.add(`delete/${uid}`);
      },
      attemptToOrphan: (uid: string) => this.add(`orphan/${uid}`),
    };
    this.graph = new Graph(sink, events);
    const operations = new Operations(new RestMapper(clock));
    this.attempts = new Attempts(this.graph, operations, uid => sink.attemptToDelete(uid));
  }

  start(): void {
    this.context.queue.add(discoverKey);
  }

  *reconcile(key: string): Reconciliation {
    if (key === discoverKey) return yield* this.learn();
    const { graph, attempts } = this;
    const { namespace: what, name: uid } = splitKey(key);
    const node = graph.get(uid);
    if (node === undefined) return undefined;
    const pass = what === 'orphan' ? attempts.orphan(node) : attempts.delete(node);
    return outcomeOf(yield* pass);
  }

  private add(key: string): void {
    const { clock, queue } = this.context;
    const waitMs = this.settledMs - clock.now();
    if (waitMs > 0) queue.addAfter(key, waitMs);
    else queue.add(key);
  }

  /** Watches what is served, and nothing else any more. */
  private *learn(): Reconciliation {
    const { graph, ends, context } = this;
    const discovered = yield* discover();
    const { resources, failures } = discovered;
    if (discovered === this.learnt) return { requeueAfterMs: discoveryPeriodMs };
    this.learnt = discovered;
    const wanted = new Map(
      resources.filter(isCollected).map(resource => [resourceKey(resource), resource]),
    );
    const isNoNews = graph.isNoNews.bind(graph);
    for (const [key, resource] of wanted) {
      if (ends.has(key)) continue;
      if (this.settledMs === 0) this.settledMs = context.clock.now() + settleMs;
      const on = graph.take.bind(graph, resource);
      ends.set(key, context.watch(watch(resource, { on, isNoNews })));
    }
    for (const [key, end] of failures.length === 0 ? ends : []) {
      if (wanted.has(key)) continue;
      end();
      ends.delete(key);
    }
    return { requeueAfterMs: discoveryPeriodMs };
  }
}

function outcomeOf(attempt: Attempt): Outcome {
  return typeof attempt === 'object' ? attempt : undefined;
}

function isCollected({ resource, isPreferred, verbs }: ServedResource): boolean {
  return isPreferred && resource !== 'events' && neededVerbs.every(verb => verbs.includes(verb));
}

function resourceKey({ group, version, resource }: ServedResource): string {
  return `${group}/${version}/${resource}`;
}
