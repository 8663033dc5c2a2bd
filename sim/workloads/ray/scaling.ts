/**
 * What Ray's autoscaler decides: more workers where tasks find no room on those that are there or are
 * coming, fewer where they idle.
 * @upstream ray-project/ray python/ray/autoscaler/v2/scheduler.py
 */
import type { Amounts } from './messages.js';
import { fits, less } from './board.js';

/** A group of workers. */
export interface Group {
  readonly name: string;
  readonly offers: Amounts;
  readonly replicas: number;
  readonly min: number;
  readonly max: number;
  readonly idleTimeoutMs: number;
  readonly priority: number;
}

/** What a head tells. */
export interface Demand {
  readonly waiting: readonly { readonly needs: Amounts; readonly count: number }[];
  readonly nodes: readonly {
    readonly name: string;
    readonly group: string;
    readonly free: Amounts;
    readonly idleMs: number;
  }[];
  readonly headFree: Amounts;
}

/** What shall become of a group. */
export interface Verdict {
  readonly replicas: number;
  readonly leaving: readonly string[];
}

/** At first so many workers may come at once where the cluster is told to grow with care. */
const firstNodes = 5;

/** By the groups' names; those that stay as they are are not told. */
export function decide(
  groups: readonly Group[],
  demand: Demand,
  isConservative: boolean,
): ReadonlyMap<string, Verdict> {
  const grown = grow(groups, demand, isConservative);
  const verdicts = new Map<string, Verdict>();
  for (const group of groups) {
    const wanted = Math.max(grown.get(group.name) ?? group.replicas, group.min);
    const leaving = wanted > group.replicas ? [] : idle(group, demand);
    const replicas = wanted - leaving.length;
    if (replicas !== group.replicas) verdicts.set(group.name, { replicas, leaving });
  }
  return verdicts;
}

function idle({ name, replicas, min, idleTimeoutMs }: Group, { nodes }: Demand): readonly string[] {
  const lazy = nodes.filter(node => node.group === name && node.idleMs >= idleTimeoutMs);
  return lazy.slice(0, Math.max(replicas - min, 0)).map(node => node.name);
}

function grow(
  groups: readonly Group[],
  { waiting, nodes, headFree }: Demand,
  isConservative: boolean,
): ReadonlyMap<string, number> {
  const room = [headFree, ...nodes.map(({ free }) => free)];
  const counts = new Map<string, number>();
  for (const { name, replicas, offers } of groups) {
    counts.set(name, replicas);
    const coming = replicas - nodes.filter(({ group }) => group === name).length;
    for (let index = 0; index < coming; index++) room.push(offers);
  }
  let left = isConservative ? Math.max(firstNodes, nodes.length) : Number.POSITIVE_INFINITY;
  for (const { needs, count } of waiting) {
    let rest = count;
    for (const [index, free] of room.entries()) rest -= place(room, index, { free, needs, rest });
    while (rest > 0 && left > 0) {
      const group = best(groups, counts, needs);
      if (group === undefined) break;
      counts.set(group.name, (counts.get(group.name) ?? 0) + 1);
      left--;
      rest -= place(room, room.push(group.offers) - 1, { free: group.offers, needs, rest });
    }
  }
  return counts;
}

function place(
  room: Amounts[],
  index: number,
  of: { readonly free: Amounts; readonly needs: Amounts; readonly rest: number },
): number {
  const count = Math.min(fits(of.free, of.needs), of.rest);
  if (count > 0) room[index] = less(of.free, of.needs, count);
  return count;
}

/** The group that fits: by priority, without GPUs that nobody needs, and then the smallest. */
function best(
  groups: readonly Group[],
  counts: ReadonlyMap<string, number>,
  needs: Amounts,
): Group | undefined {
  const able = groups.filter(
    ({ name, offers, max }) => (counts.get(name) ?? 0) < max && fits(offers, needs) > 0,
  );
  const waste = ({ offers }: Group) => (needs.gpu === 0 && offers.gpu > 0 ? 1 : 0);
  const size = ({ offers }: Group) => offers.cpu + offers.gpu;
  const [first] = able.toSorted(
    (a, b) => b.priority - a.priority || waste(a) - waste(b) || size(a) - size(b),
  );
  return first;
}
