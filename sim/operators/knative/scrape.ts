/**
 * Asks pods what they have to do. Upstream's autoscaler is a pod of the cluster and asks them itself; this
 * one is a process beside the cluster, and asks through the API server's proxy.
 * @upstream knative/serving v1.22.1 pkg/autoscaler/metrics/stats_scraper.go, sample_size.go
 */
import type { Pod } from '../../api/kinds/core.js';
import { pods } from '../../api/kinds/core.js';
import { isConditionTrue, isDeleting } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import type { Reconciliation, Request } from '../../client/contract.js';
import { call, pathOf } from '../../client/requests.js';
import type { Random } from '../../engine/random.js';
import type { Load } from './decider.js';
import { ports } from './keys.js';

/** From this many samples on a mean is good enough, whatever the number of pods. */
const samplesOfMany = (1.96 ** 2 * 100) / 25;
/** So few are all asked. */
const fewPods = 3;

/** Of so many pods so many are asked. */
export function sampleSize(population: number): number {
  if (population <= fewPods) return population;
  return Math.ceil((population * samplesOfMany) / (population + samplesOfMany - 1));
}

/** Whether requests can go to the pod. */
export function isPodReady(pod: Pod): boolean {
  return !isDeleting(pod) && isConditionTrue(pod.status?.conditions, 'Ready');
}

/** The load of all pods together, from a sample; undefined: too few have answered, or there are none. */
export function* scrapePods(
  ready: readonly Pod[],
  at: { readonly nowMs: number; readonly windowMs: number; readonly random: Random },
): Reconciliation<Load | undefined> {
  const wanted = sampleSize(ready.length);
  if (wanted === 0) return undefined;
  const loads: Load[] = [];
  for (const pod of inOrder(ready, wanted, at)) {
    if (loads.length === wanted) break;
    const load = yield* scrapePod(pod);
    if (load !== undefined) loads.push(load);
  }
  return loads.length < wanted ? undefined : scaledUp(loads, ready.length);
}

/** Those that are older than the window come first: what the others tell is of no whole window. */
function inOrder(
  ready: readonly Pod[],
  wanted: number,
  { nowMs, windowMs, random }: { nowMs: number; windowMs: number; random: Random },
): readonly Pod[] {
  const isOld = ({ status }: Pod): boolean =>
    (timeMs(status?.startTime) ?? nowMs) < nowMs - windowMs;
  const old = ready.filter(isOld);
  const young = ready.filter(pod => !isOld(pod));
  return old.length < wanted
    ? [...old, ...random.shuffle(young)]
    : [...random.shuffle(old), ...young];
}

function scaledUp(loads: readonly Load[], population: number): Load {
  const total = (field: keyof Load): number =>
    (loads.reduce((sum, load) => sum + load[field], 0) / loads.length) * population;
  return {
    concurrency: total('concurrency'),
    requests: total('requests'),
    proxiedConcurrency: total('proxiedConcurrency'),
    proxiedRequests: total('proxiedRequests'),
  };
}

function* scrapePod(pod: Pod): Reconciliation<Load | undefined> {
  return (yield* readPage(pod, ports.autoscaling, '/metrics')) as Load | undefined;
}

/** The JSON page of a pod's program; undefined: there is none. */
export function* readPage({ metadata }: Pod, port: number, page: string): Reconciliation<unknown> {
  const { namespace = '', name = '' } = metadata;
  const path = `${pathOf(pods, namespace, `${name}:${port}`, 'proxy')}${page}`;
  const request: Request<unknown> = { method: 'GET', path };
  const answer = yield* call(request);
  if (!answer.isOk) return undefined;
  const body = answer.object;
  if (!(body instanceof Uint8Array)) return body;
  return JSON.parse(new TextDecoder().decode(body));
}
