/** The revisions of a stateful set's template. @upstream pkg/controller/statefulset/stateful_set_control.go getStatefulSetRevisions */
import { deepEqual } from '../../api/equality.js';
import {
  controllerRevisions,
  statefulSets,
  type ControllerRevision,
  type StatefulSet,
} from '../../api/kinds/apps.js';
import type { Pod } from '../../api/kinds/core.js';
import { controllerOf, isDeleting, ownerReference } from '../../api/meta.js';
import { controllerRevisionHash } from '../../api/pod-template-hash.js';
import { selectorOf } from '../../api/selectors.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create, get, patch, remove, update } from '../../client/requests.js';
import { Attached } from '../../engine/attached.js';
import { must, Refused } from '../control/must.js';
import { ownedAndOrphans } from '../control/owner.js';
import { byRevision, revisionData, storedData } from '../control/revision.js';
import { revisionOf } from './pod.js';

const hashLabel = 'controller.kubernetes.io/hash';
const prefixMax = 223;
/** So many hashes may be taken in a row before the pass is given up. */
const collisionsMax = 100;

/** The revision that pods are of until the roll-out is complete, and the one of the set's template. */
export interface Revisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/** The set's revisions, and those of its selector that nobody controls; lowest first. */
export function listRevisions(view: View, set: StatefulSet): readonly ControllerRevision[] {
  const selector = selectorOf(set.spec?.selector);
  return ownedAndOrphans(view, controllerRevisions, set)
    .filter(({ metadata }) => selector.matches(metadata.labels))
    .toSorted(byRevision);
}

/** Adopts the revisions that nobody controls. */
export function* adoptRevisions(set: StatefulSet, view: View): Reconciliation<void> {
  if (view.byIndex(controllerRevisions, 'orphan', set.metadata.namespace ?? '').length === 0)
    return;
  const orphans = listRevisions(view, set).filter(revision => controllerOf(revision) === undefined);
  if (orphans.length === 0) return;
  const { namespace = '', name = '', uid } = set.metadata;
  const fresh = yield* must(get(statefulSets, namespace, name));
  if (fresh.metadata.uid !== uid || isDeleting(fresh)) {
    throw new Refused(`can't adopt ControllerRevisions: ${namespace}/${name} is gone or going`);
  }
  for (const { metadata } of orphans) {
    const place = { namespace, name: metadata.name ?? '' };
    const ownerReferences = [ownerReference(set, statefulSets)];
    const body = { metadata: { uid: metadata.uid, ownerReferences } };
    yield* must(patch(controllerRevisions, place, { type: 'strategic' }, body));
  }
}

/** Finds the revision of the set's template, or makes it. */
export function* findRevisions(
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
): Reconciliation<Revisions> {
  const collisionCount = set.status?.collisionCount ?? 0;
  const last = revisions.at(-1);
  const number = (last?.revision ?? 0) + 1;
  const wanted = revisionData(set.spec?.template ?? {});
  const equal = revisions.findLast(({ data }) => isOf(data, wanted));
  const found =
    equal === undefined
      ? yield* createRevision(set, newRevision(set, number, collisionCount), collisionCount)
      : { revision: yield* renumbered(equal, last, number), collisionCount };
  const currentName = set.status?.currentRevision;
  const current = revisions.find(({ metadata }) => metadata.name === currentName);
  return {
    current: current ?? found.revision,
    update: found.revision,
    collisionCount: found.collisionCount,
  };
}

/** What stored data was last found to be equal to: neither ever changes, and each pass asks again. */
const equals = new Attached<object, object>();

function isOf(data: unknown, wanted: object): boolean {
  if (typeof data !== 'object' || data === null) return false;
  if (equals.get(data) === wanted) return true;
  const isEqual = deepEqual(data, wanted);
  if (isEqual) equals.set(data, wanted);
  return isEqual;
}

/** A revision that is taken up again gets the highest number. */
function* renumbered(
  equal: ControllerRevision,
  last: ControllerRevision | undefined,
  number: number,
): Reconciliation<ControllerRevision> {
  if (last !== undefined && deepEqual(last.data, equal.data)) return last;
  return yield* must(update(controllerRevisions, { ...equal, revision: number }));
}

function newRevision(
  set: StatefulSet,
  revision: number,
  collisionCount: number,
): ControllerRevision {
  const { name = '', namespace, annotations } = set.metadata;
  const template = set.spec?.template ?? {};
  const data = revisionData(template);
  const hash = controllerRevisionHash(data, collisionCount);
  return {
    metadata: {
      name: `${name.slice(0, prefixMax)}-${hash}`,
      namespace,
      labels: Object.assign({}, template.metadata?.labels, { [hashLabel]: hash }),
      ...(annotations && { annotations }),
      ownerReferences: [ownerReference(set, statefulSets)],
    },
    data,
    revision,
  };
}

function* createRevision(
  set: StatefulSet,
  wanted: ControllerRevision,
  collisionCount: number,
): Reconciliation<{ readonly revision: ControllerRevision; readonly collisionCount: number }> {
  const { namespace = '', name: setName = '' } = set.metadata;
  for (let count = collisionCount; count < collisionCount + collisionsMax; count++) {
    const hash = controllerRevisionHash(wanted.data as object, count);
    const name = `${setName.slice(0, prefixMax)}-${hash}`;
    const metadata = { ...wanted.metadata, name };
    const revision = { ...wanted, data: storedData(wanted.data), metadata };
    const answer = yield* call(create(controllerRevisions, revision));
    if (answer.isOk) return { revision: answer.object, collisionCount: count };
    if (answer.reason !== 'AlreadyExists') throw new Refused(answer.message, answer);
    const existing = yield* must(get(controllerRevisions, namespace, name));
    if (deepEqual(existing.data, wanted.data)) return { revision: existing, collisionCount: count };
  }
  throw new Refused(`all names of revisions of ${setName} are taken`);
}

/** Deletes the oldest revisions that no pod is of, beyond the limit. */
export function* truncateRevisions(
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: readonly ControllerRevision[],
  used: Partial<Revisions>,
): Reconciliation<void> {
  const limit = set.spec?.revisionHistoryLimit ?? 10;
  if (limit < 0 || revisions.length <= limit) return;
  const live = new Set([used.current?.metadata.name, used.update?.metadata.name]);
  for (const pod of pods) live.add(revisionOf(pod));
  const history = revisions.filter(({ metadata }) => !live.has(metadata.name));
  for (const { metadata } of history.slice(0, Math.max(0, history.length - limit))) {
    const { namespace = '', name = '' } = metadata;
    yield* must(remove(controllerRevisions, namespace, name));
  }
}
