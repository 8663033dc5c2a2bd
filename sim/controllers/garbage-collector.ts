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
  identity: serviceAccount('kube-system', 'generic-garbage-collector'),
  rate: { perSecond: 40, burst: 60 },
  create: createController,
};

const discoveryPeriodMs = 30_000;
/** New watches are given so long to fill before what they show is acted on. */
const settleMs = 1000;
const discoverKey = 'discover';
const neededVerbs = ['delete', 'list', 'watch'];

function createController(context: ControllerContext): Controller {
  const { clock, queue, events } = context;
  const ends = new Map<string, () => void>();
  let learnt: Discovered | undefined;
  let settledMs = 0;
  const add = (key: string) => {
    const waitMs = settledMs - clock.now();
    if (waitMs > 0) queue.addAfter(key, waitMs);
    else queue.add(key);
  };
  const sink = {
    attemptToDelete: (uid: string, isAfterFailure = false) => {
      if (isAfterFailure) queue.addRateLimited(`delete/${uid}`);
      else add(`delete/${uid}`);
    },
    attemptToOrphan: (uid: string) => add(`orphan/${uid}`),
  };
  const graph = new Graph(sink, events);
  const isNoNews = graph.isNoNews.bind(graph);
  const operations = new Operations(new RestMapper(clock));
  const attempts = new Attempts(graph, operations, uid => sink.attemptToDelete(uid));

  function* learn(): Reconciliation {
    const discovered = yield* discover();
    const { resources, failures } = discovered;
    if (discovered === learnt) return { requeueAfterMs: discoveryPeriodMs };
    learnt = discovered;
    const wanted = new Map(
      resources.filter(isCollected).map(resource => [resourceKey(resource), resource]),
    );
    for (const [key, resource] of wanted) {
      if (ends.has(key)) continue;
      if (settledMs === 0) settledMs = clock.now() + settleMs;
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

  return {
    watches: [],
    workers: 20,
    start() {
      queue.add(discoverKey);
    },
    *reconcile(key) {
      if (key === discoverKey) return yield* learn();
      const { namespace: what, name: uid } = splitKey(key);
      const node = graph.get(uid);
      if (node === undefined) return undefined;
      const pass = what === 'orphan' ? attempts.orphan(node) : attempts.delete(node);
      return outcomeOf(yield* pass);
    },
  };
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
