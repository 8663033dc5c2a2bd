/** Replays the vector of a node whose kubelet stops and comes back: conditions and taints, write by write. */
import type { Node } from '../../../sim/api/kinds/core.js';
import { deepEqual } from '../../../sim/api/equality.js';
import { bootLab, type Lab } from './lab.js';

/** A recorded write of a Node. */
export interface NodeVector {
  readonly id: string;
  readonly lastLeaseRenewBefore?: number;
  readonly trace?: readonly { readonly t: number; readonly node: Node }[];
}

const stopSeconds = 0;
const startSeconds = 390;
const lastSeconds = 395;

/** The monitor looks each 5 s, twice on the way: so far may a write be from its recorded time. */
const slackSeconds = 10;

/** The first difference, or undefined. */
export function nodeDifference(vector: NodeVector, seed: number): string | undefined {
  const lab = bootLab(seed);
  untilAfterLease(lab, -(vector.lastLeaseRenewBefore ?? 0));
  const { sim, processes } = lab;
  const startMs = sim.loop.now() - stopSeconds * 1_000;
  const revision = sim.server.revision();
  processes.get('n2')?.stop();
  sim.loop.runUntil(startMs + startSeconds * 1_000);
  processes.get('n2')?.start();
  sim.loop.runUntil(startMs + lastSeconds * 1_000);
  const got: { readonly t: number; readonly shown: unknown }[] = [];
  for (const { resource, object, timeMs } of sim.server.history(revision)) {
    if (resource !== 'nodes' || object.metadata.name !== 'n2') continue;
    const shown = shownOf(object as unknown as Node);
    if (deepEqual(shown, got.at(-1)?.shown)) continue;
    got.push({ t: (timeMs - startMs) / 1_000, shown });
  }
  const wanted = vector.trace ?? [];
  for (const [index, { t, node }] of wanted.entries()) {
    const mine = got[index];
    if (mine === undefined) return `write ${index} is missing`;
    const recorded = shownOf(node);
    if (!deepEqual(mine.shown, recorded)) {
      return `write ${index} is ${JSON.stringify(mine.shown)}; recorded ${JSON.stringify(recorded)}`;
    }
    if (Math.abs(mine.t - t) > slackSeconds) {
      return `write ${index} comes at ${mine.t.toFixed(2)}; recorded ${t}`;
    }
  }
  const extra = got[wanted.length];
  return extra && `an extra write at ${extra.t.toFixed(2)}: ${JSON.stringify(extra.shown)}`;
}

/** Stops so long after the node's last renewal as the recording did. */
function untilAfterLease(lab: Lab, seconds: number): void {
  const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n2';
  const renewed = (): unknown =>
    (
      lab.request({ method: 'GET', path }).body as {
        readonly spec?: { readonly renewTime?: string };
      }
    ).spec?.renewTime;
  const before = renewed();
  while (renewed() === before) lab.run(10);
  lab.run(seconds * 1_000);
}

function shownOf(node: Pick<Node, 'spec' | 'status'>): unknown {
  return {
    taints: (node.spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`),
    conditions: (node.status?.conditions ?? []).map(({ type, status, reason, message }) =>
      [type, status, reason, message].join(' '),
    ),
  };
}
