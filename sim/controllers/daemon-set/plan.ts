/** Which pods of a daemon set are to be made and deleted, node by node. @upstream pkg/controller/daemon/{daemon_controller,update}.go */
import { scaledOr0 } from '../../api/int-or-string.js';
import type { DaemonSet } from '../../api/kinds/apps.js';
import type { Node, Pod } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import { isAvailable, isReady } from '../control/pod-state.js';
import { fitOf } from './nodes.js';
import { hashLabel, isUpdated } from './template.js';

/** The pods by the node that they are on, or made for, in the order of nodes' names. */
export type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

/** What is to be done. */
export interface Plan {
  /** Names of nodes that get a pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
}

/** A set as a pass sees it. */
export interface Seen {
  readonly set: DaemonSet;
  readonly hash: string;
  readonly nowMs: number;
}

/** What becomes of a pod that has ended: it is deleted, now or later. */
export type OnEnded = (pod: Pod, node: string) => boolean;

/** Bound pods first, then the oldest. */
export function byAge(a: Pod, b: Pod): number {
  const isBound = (pod: Pod) => (pod.spec?.nodeName ?? '') !== '';
  if (isBound(a) !== isBound(b)) return isBound(a) ? -1 : 1;
  const created = (pod: Pod) => timeMs(pod.metadata.creationTimestamp) ?? 0;
  if (created(a) !== created(b)) return created(a) - created(b);
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

/** What brings one pod to each node that should have one. @upstream manage */
export function basePlan(
  seen: Seen,
  nodes: readonly Node[],
  podsByNode: PodsByNode,
  onEnded: OnEnded,
): Plan {
  const create: string[] = [];
  const remove: Pod[] = [];
  const names = new Set<string>();
  for (const node of nodes) {
    const { name = '' } = node.metadata;
    names.add(name);
    const plan = planForNode(seen, node, podsByNode.get(name), onEnded);
    create.push(...plan.create);
    remove.push(...plan.remove);
  }
  for (const [node, pods] of podsByNode) {
    if (names.has(node)) continue;
    remove.push(...pods.filter(pod => (pod.spec?.nodeName ?? '') === ''));
  }
  return { create, remove };
}

/** @upstream podsShouldBeOnNode */
function planForNode(
  seen: Seen,
  node: Node,
  pods: readonly Pod[] | undefined,
  onEnded: OnEnded,
): Plan {
  const { name = '' } = node.metadata;
  const { shouldRun, mayStay } = fitOf(seen.set, node);
  if (shouldRun && pods === undefined) return { create: [name], remove: [] };
  if (pods === undefined) return { create: [], remove: [] };
  const staying = pods.filter(pod => !isDeleting(pod));
  if (!mayStay) return { create: [], remove: staying };
  const isEnded = (pod: Pod) => pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
  const remove = staying.filter(isEnded).filter(pod => onEnded(pod, name));
  const running = staying.filter(pod => !isEnded(pod)).toSorted(byAge);
  if (!allowsSurge(seen.set)) return { create: [], remove: [...remove, ...running.slice(1)] };
  if (running.length === 0 && shouldRun) return { create: [name], remove };
  if (running.length <= 1) return { create: [], remove };
  return { create: [], remove: [...remove, ...surplus(seen, running)] };
}

/** Of several pods on one node, all but the oldest of each template, and the older one when it is no longer needed. */
function surplus({ set, hash, nowMs }: Seen, running: readonly Pod[]): readonly Pod[] {
  const isNew = (pod: Pod) => pod.metadata.labels?.[hashLabel] === hash;
  const newPod = running.find(isNew);
  const oldPod = running.find(pod => !isNew(pod));
  const remove = running.filter(pod => pod !== newPod && pod !== oldPod);
  if (newPod === undefined || oldPod === undefined) return remove;
  const isReplaced = isAvailable(newPod, set.spec?.minReadySeconds ?? 0, nowMs);
  return !isReady(oldPod) || isReplaced ? [...remove, oldPod] : remove;
}

function allowsSurge(set: DaemonSet): boolean {
  return rollingNumber(set, 'maxSurge', 1) > 0;
}

function rollingNumber(
  { spec }: DaemonSet,
  field: 'maxSurge' | 'maxUnavailable',
  desired: number,
): number {
  const { type, rollingUpdate } = spec?.updateStrategy ?? {};
  return type === 'RollingUpdate' ? scaledOr0(rollingUpdate?.[field], desired, 'up') : 0;
}

/** What replaces pods of former templates, a few at a time. @upstream rollingUpdate */
export function rollingPlan(seen: Seen, nodes: readonly Node[], podsByNode: PodsByNode): Plan {
  const wanted = nodes.filter(node => fitOf(seen.set, node).shouldRun);
  const desired = wanted.length;
  const all = new Map(podsByNode);
  for (const { metadata } of wanted) {
    if (!all.has(metadata.name ?? '')) all.set(metadata.name ?? '', []);
  }
  const surgeMax = rollingNumber(seen.set, 'maxSurge', desired);
  const unavailableMax = rollingNumber(seen.set, 'maxUnavailable', desired);
  if (surgeMax > 0) return surgingPlan(seen, nodes, all, { surgeMax, desired });
  return replacingPlan(seen, all, desired > 0 && unavailableMax === 0 ? 1 : unavailableMax);
}

/** Deletes old pods first; new ones are made when they are gone. */
function replacingPlan(seen: Seen, podsByNode: PodsByNode, unavailableMax: number): Plan {
  const available = availability(seen);
  const replaceable: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const [, pods] of podsByNode) {
    const { newPod, oldPod, isClear } = newAndOld(seen, pods);
    if (!isClear || (newPod === undefined) === (oldPod === undefined)) unavailable++;
    else if (newPod !== undefined) unavailable += available(newPod) ? 0 : 1;
    else if (oldPod !== undefined && !available(oldPod)) {
      replaceable.push(oldPod);
      unavailable++;
    } else if (oldPod !== undefined && unavailable < unavailableMax) candidates.push(oldPod);
  }
  const more = Math.max(0, unavailableMax - unavailable);
  return { create: [], remove: [...replaceable, ...candidates.slice(0, more)] };
}

/** Makes new pods beside old ones; old ones go when the new ones are available. */
function surgingPlan(
  seen: Seen,
  nodes: readonly Node[],
  podsByNode: PodsByNode,
  { surgeMax, desired }: { readonly surgeMax: number; readonly desired: number },
): Plan {
  const available = availability(seen);
  const byName = new Map(nodes.map(node => [node.metadata.name, node]));
  const remove: Pod[] = [];
  const misplaced: Pod[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  let surge = 0;
  let availableCount = 0;
  for (const [name, pods] of podsByNode) {
    const { newPod, oldPod, isClear } = newAndOld(seen, pods);
    if (!isClear) {
      surge++;
      continue;
    }
    const first = oldPod ?? newPod;
    if (first !== undefined && available(first)) availableCount++;
    if (oldPod === undefined) continue;
    if (newPod !== undefined) {
      if (available(newPod)) remove.push(oldPod);
      else surge++;
      continue;
    }
    const node = byName.get(name);
    const shouldRun = node !== undefined && fitOf(seen.set, node).shouldRun;
    if (!available(oldPod)) {
      if (shouldRun) allowed.push(name);
      else remove.push(oldPod);
    } else if (!shouldRun) misplaced.push(oldPod);
    else if (surge < surgeMax) candidates.push(name);
  }
  const spare = Math.max(0, availableCount - desired);
  const more = Math.max(0, surgeMax - surge);
  return {
    create: [...allowed, ...candidates.slice(0, more)],
    remove: [...remove, ...misplaced.slice(0, spare)],
  };
}

function availability({ set, nowMs }: Seen): (pod: Pod) => boolean {
  const seconds = set.spec?.minReadySeconds ?? 0;
  return pod => isAvailable(pod, seconds, nowMs);
}

/** The pod of the template and the one of a former one; not clear when there are several of a kind. */
function newAndOld(
  { set, hash }: Seen,
  pods: readonly Pod[],
): {
  readonly newPod?: Pod | undefined;
  readonly oldPod?: Pod | undefined;
  readonly isClear: boolean;
} {
  const staying = pods.filter(pod => !isDeleting(pod));
  const [newPod, secondNew] = staying.filter(pod => isUpdated(pod, set, hash));
  const [oldPod, secondOld] = staying.filter(pod => !isUpdated(pod, set, hash));
  return { newPod, oldPod, isClear: secondNew === undefined && secondOld === undefined };
}
