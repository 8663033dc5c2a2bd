/** The revisions of a daemon set's template. @upstream pkg/controller/daemon/update.go constructHistory */
import { deepEqual } from '../../api/equality.js';
import {
  controllerRevisions,
  daemonSets,
  type ControllerRevision,
  type DaemonSet,
} from '../../api/kinds/apps.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { podTemplateHash } from '../../api/pod-template-hash.js';
import { selectorOf } from '../../api/selectors.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create, get, patch, remove, update } from '../../client/requests.js';
import { claim } from '../control/claim.js';
import { accepted, must, Refused } from '../control/must.js';
import { owned, ownedAndOrphans } from '../control/owner.js';
import { revisionData, storedData } from '../control/revision.js';
import { hashLabel } from './template.js';

/** The revision of the set's template, and the former ones. */
export interface History {
  readonly current: ControllerRevision;
  readonly old: readonly ControllerRevision[];
}

/** The revision's hash. */
export function hashOf({ metadata }: ControllerRevision): string {
  return metadata.labels?.[hashLabel] ?? '';
}

/** Finds the revision of the set's template, or makes it. */
export function* constructHistory(set: DaemonSet, view: View): Reconciliation<History> {
  const selector = selectorOf(set.spec?.selector);
  const claimed = yield* claim({
    owner: set,
    ownerKind: daemonSets,
    kind: controllerRevisions,
    candidates: ownedAndOrphans(view, controllerRevisions, set),
    matches: revision => selector.matches(revision.metadata.labels),
  });
  if (claimed.error !== undefined) throw new Refused(claimed.error);
  const data = revisionData(set.spec?.template ?? {});
  const labelled: ControllerRevision[] = [];
  for (const revision of claimed.objects) labelled.push(yield* withHashLabel(revision));
  const same = labelled.filter(revision => deepEqual(revision.data, data));
  const old = labelled.filter(revision => !same.includes(revision));
  const number = old.reduce((most, { revision }) => Math.max(most, revision), 0) + 1;
  if (same.length === 0) return { current: yield* snapshot(set, number), old };
  const current = yield* onlyOne(set, same, view);
  if (current.revision < number) {
    yield* must(update(controllerRevisions, { ...current, revision: number }));
  }
  return { current, old };
}

function* withHashLabel(revision: ControllerRevision): Reconciliation<ControllerRevision> {
  const { metadata } = revision;
  if (metadata.labels?.[hashLabel] !== undefined) return revision;
  const labels = { ...metadata.labels, [hashLabel]: metadata.name ?? '' };
  return yield* must(
    update(controllerRevisions, { ...revision, metadata: { ...metadata, labels } }),
  );
}

/** Of several revisions of one template the highest is kept, and the pods are told that they are of it. */
function* onlyOne(
  set: DaemonSet,
  same: readonly ControllerRevision[],
  view: View,
): Reconciliation<ControllerRevision> {
  const kept = same.reduce((best, one) => (one.revision >= best.revision ? one : best));
  if (same.length === 1) return kept;
  for (const { metadata } of owned(view, pods, set)) {
    if (metadata.labels?.[hashLabel] === hashOf(kept)) continue;
    const { namespace = '', name = '' } = metadata;
    const body = { metadata: { labels: { [hashLabel]: hashOf(kept) } } };
    yield* must(patch(pods, { namespace, name }, { type: 'merge' }, body));
  }
  for (const { metadata } of same.filter(one => one !== kept)) {
    yield* must(remove(controllerRevisions, metadata.namespace ?? '', metadata.name ?? ''));
  }
  return kept;
}

function* snapshot(set: DaemonSet, revision: number): Reconciliation<ControllerRevision> {
  const { name: setName = '', namespace = '', annotations } = set.metadata;
  const template = set.spec?.template ?? {};
  const collisionCount = set.status?.collisionCount;
  const hash = podTemplateHash(template, collisionCount);
  const name = `${setName}-${hash}`;
  const data = revisionData(template);
  const wanted: ControllerRevision = {
    metadata: {
      name,
      namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      ...(annotations && { annotations }),
      ownerReferences: [ownerReference(set, daemonSets)],
    },
    data: storedData(data),
    revision,
  };
  const answer = yield* call(create(controllerRevisions, wanted));
  if (answer.isOk || answer.reason !== 'AlreadyExists') return accepted(answer);
  const existing = yield* must(get(controllerRevisions, namespace, name));
  if (deepEqual(existing.data, data)) return existing;
  const fresh = yield* must(get(daemonSets, namespace, setName));
  if (fresh.status?.collisionCount === collisionCount) {
    const status = { ...(fresh.status ?? zeroStatus), collisionCount: (collisionCount ?? 0) + 1 };
    yield* must(update(daemonSets, { ...fresh, status }, 'status'));
  }
  throw new Refused(answer.message);
}

const zeroStatus = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};

/** Deletes the oldest revisions that no pod is of, beyond the limit. */
export function* truncateHistory(
  set: DaemonSet,
  old: readonly ControllerRevision[],
  setPods: readonly Pod[],
): Reconciliation<void> {
  let excess = old.length - (set.spec?.revisionHistoryLimit ?? 10);
  const live = new Set(setPods.map(({ metadata }) => metadata.labels?.[hashLabel]));
  for (const revision of old.toSorted((a, b) => a.revision - b.revision)) {
    if (excess <= 0) return;
    if (live.has(hashOf(revision))) continue;
    const { namespace = '', name = '' } = revision.metadata;
    yield* must(remove(controllerRevisions, namespace, name));
    excess--;
  }
}
