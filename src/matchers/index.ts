/**
 * Matchers for vitest's `expect`, of clusters and of what the API server says. `seatrial/vitest` adds them;
 * with another runner that knows `expect.extend`, as Jest, they are added with that.
 */
import { pods, type Pod } from '../../sim/api/kinds/core.js';
import type { ApiAnswer } from '../../sim/api/request.js';
import type { Cluster } from '../cluster.js';
import { knownOfCluster } from '../explain/known.js';
import { readReference } from '../explain/reference.js';
import { trafficText } from '../explain/traffic-text.js';
import { trafficAnswer, trafficKinds } from '../explain/traffic.js';
import { durationMs } from '../input/duration.js';
import { objectsIn } from './objects-in.js';

/** What a matcher says: whether it holds, and the text of the failure. */
export interface Matched {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Whether a moment's state is as it should be. */
export type Condition = () => boolean | Promise<boolean>;

/** The ends of a connection, as `seatrial explain traffic` takes them. */
export interface Ends {
  /** `web/deployment/shop`. */
  readonly from: string;
  /** `serving/service/scorer:8080`. */
  readonly to: string;
}

/** How quiet it has to be. */
export interface Quiet {
  /** No object but leases and events is written for so long. Default 1m. */
  readonly for?: number | string;
}

/** Lets the cluster's time go by until the condition holds: at most so long, in milliseconds or as `5m`. */
async function toSatisfyWithin(
  cluster: Cluster,
  within: number | string,
  condition: Condition,
): Promise<Matched> {
  const startMs = cluster.now();
  const pass = await cluster.until(condition, { within });
  const tookMs = cluster.now() - startMs;
  return {
    pass,
    message: () =>
      pass
        ? `the condition holds after ${tookMs / 1000} s of cluster time`
        : `the condition does not hold within ${within} of cluster time`,
  };
}

const heartbeats = new Set(['leases.coordination.k8s.io', 'events', 'events.events.k8s.io']);

/** Lets the cluster's time go by until nobody writes any more: at most so long. */
async function toSettleWithin(
  cluster: Cluster,
  within: number | string,
  { for: quiet = '1m' }: Quiet = {},
): Promise<Matched> {
  const untilMs = cluster.now() + msOf(within);
  const quietMs = msOf(quiet);
  let last: { readonly timeMs: number; readonly text: string } | undefined;
  let seen = 0;
  let quietSinceMs = cluster.now();
  while (cluster.now() - quietSinceMs < quietMs && cluster.now() < untilMs) {
    await cluster.advance(Math.min(1_000, untilMs - cluster.now()));
    for await (const { revision, timeMs, type, resource, user, object } of cluster.history(seen)) {
      seen = Math.max(seen, revision);
      // What was written before is no news: only what is written from now on disturbs.
      if (heartbeats.has(resource) || isHeartbeat(resource, user)) continue;
      const { namespace = '', name = '' } = object.metadata;
      last = { timeMs, text: `${type} ${resource} ${namespace}/${name} by ${user}` };
      quietSinceMs = Math.max(quietSinceMs, timeMs);
    }
  }
  const pass = cluster.now() - quietSinceMs >= quietMs;
  const at = last === undefined ? '' : `: ${new Date(last.timeMs).toISOString()} ${last.text}`;
  return {
    pass,
    message: () =>
      pass ? `nobody writes any more${at}` : `somebody still writes after ${within}${at}`,
  };
}

/** Kubelets report their nodes for ever. */
function isHeartbeat(resource: string, user: string): boolean {
  return resource === 'nodes' && user.startsWith('system:node:');
}

/** Whether every pod of the one end may connect to every pod of the other, by network policies and mesh. */
async function toAllowTraffic(cluster: Cluster, { from, to }: Ends): Promise<Matched> {
  const objects = await objectsIn(cluster, trafficKinds);
  const known = knownOfCluster(objects, 'default');
  const answer = trafficAnswer(known, readReference(from), readReference(to));
  return { pass: answer.isAllowed, message: () => trafficText(answer).trimEnd() };
}

/** Whether the API server has refused with 403. */
function toBeForbidden({ status, body }: ApiAnswer): Matched {
  const { message = '' } = (body ?? {}) as { readonly message?: string };
  const told = `the API server answered ${status}${message === '' ? '' : `: ${message}`}`;
  return { pass: status === 403, message: () => told };
}

/** Whether the pod has a node. */
function toBeScheduled({ metadata, spec, status }: Pod): Matched {
  const { nodeName = '' } = spec ?? {};
  const told = status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
  const name = `${pods.kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  return {
    pass: nodeName !== '',
    message: () =>
      nodeName === ''
        ? `${name} has no node: ${told ?? 'no scheduler has looked at it yet'}`
        : `${name} runs on ${nodeName}`,
  };
}

function msOf(duration: number | string): number {
  return typeof duration === 'number' ? duration : durationMs(duration);
}

/** All of them, for `expect.extend`. */
export const matchers = {
  toSatisfyWithin,
  toSettleWithin,
  toAllowTraffic,
  toBeForbidden,
  toBeScheduled,
};
