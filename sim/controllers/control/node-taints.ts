/**
 * Puts taints on nodes and takes them off, past conflicts.
 * @upstream pkg/controller/controller_utils.go AddOrUpdateTaintOnNode, RemoveTaintOffNode
 */
import { deepEqual } from '../../api/equality.js';
import { nodes, type Node, type Taint } from '../../api/kinds/core.js';
import { rfc3339 } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get, patch, pause } from '../../client/requests.js';

const attemptsMax = 5;
const conflictPauseMs = 100;

/** A taint as it is told from others. */
export type TaintKey = Pick<Taint, 'key' | 'effect'>;

/** Whether the node has a taint of the key and effect. */
export function hasTaint(node: Node, taint: TaintKey): boolean {
  const taints = node.spec?.taints;
  if (taints === undefined) return false;
  for (const one of taints) if (isSameTaint(one, taint)) return true;
  return false;
}

/** Whether key and effect are the same. */
export function isSameTaint(one: TaintKey, other: TaintKey): boolean {
  return one.key === other.key && one.effect === other.effect;
}

/** Adds the one kind of taints, as of now, then removes the other; returns whether both was done. */
export function* swapTaints(
  node: Node,
  change: { readonly add: readonly TaintKey[]; readonly remove: readonly TaintKey[] },
  nowMs: number,
): Reconciliation<boolean> {
  const timeAdded = rfc3339(nowMs);
  const added = change.add.map(taint => Object.assign({}, taint, { timeAdded }));
  const isAdded = added.length === 0 || (yield* changeTaints(node, old => withTaints(old, added)));
  return isAdded && (yield* removeTaints(node, change.remove));
}

/** Removes taints that the node has, if it has any of them. */
export function* removeTaints(node: Node, taints: readonly TaintKey[]): Reconciliation<boolean> {
  if (!taints.some(taint => hasTaint(node, taint))) return true;
  return yield* changeTaints(node, old => {
    return old.filter(one => !taints.some(taint => isSameTaint(one, taint)));
  });
}

/** One that is there already is replaced where it stands. */
function withTaints(old: readonly Taint[], added: readonly Taint[]): readonly Taint[] {
  const taints = [...old];
  for (const taint of added) {
    const index = taints.findIndex(one => isSameTaint(one, taint));
    if (index < 0) taints.push(taint);
    else taints[index] = taint;
  }
  return taints;
}

function* changeTaints(
  { metadata }: Node,
  change: (taints: readonly Taint[]) => readonly Taint[],
): Reconciliation<boolean> {
  const name = metadata.name ?? '';
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const read = yield* call(get(nodes, '', name));
    if (!read.isOk) return false;
    const old = read.object.spec?.taints ?? [];
    const taints = change(old);
    if (deepEqual(taints, old)) return true;
    const body = {
      metadata: { resourceVersion: read.object.metadata.resourceVersion },
      spec: { taints: taints.length === 0 ? null : taints },
    };
    const answer = yield* call(patch(nodes, { namespace: '', name }, { type: 'merge' }, body));
    if (answer.isOk) return true;
    if (answer.reason !== 'Conflict') return false;
    yield* pause(conflictPauseMs);
  }
  return false;
}
