/** Wakes owners when what they own, or might adopt, changes. */
import { deepEqual } from '../../api/equality.js';
import type { LabelSelector, OwnerReference } from '../../api/kinds/meta.js';
import { controllerOf, isDeleting, keyOf } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import { selectorOf } from '../../api/selectors.js';
import type { Change, View } from '../../client/contract.js';
import { resolve } from './owner.js';

/** Whose dependents are watched, and what is done when they change. */
export interface Dependents<O extends HasMetadata, T extends HasMetadata> {
  readonly view: View;
  readonly ownerKind: Kind<O>;
  readonly selector: (owner: O) => LabelSelector | undefined;
  /** Puts the owner into the queue. */
  readonly wake: (owner: O) => void;
  /** An owned one was made. */
  readonly created?: (key: string) => void;
  /** An owned one has a deletionTimestamp, or is gone. */
  readonly leaving?: (key: string, object: T) => void;
  /** An owned one changed and is not leaving. */
  readonly updated?: (owner: O, old: T, object: T) => void;
}

/** The handler of changes for a watch of dependents. */
export function watchDependents<O extends HasMetadata, T extends HasMetadata>(
  dependents: Dependents<O, T>,
): (change: Change<T>) => void {
  return change => {
    if (change.type === 'deleted') leave(dependents, change.object);
    else if (change.type === 'added') add(dependents, change.object);
    else update(dependents, change.old, change.object);
  };
}

/** The owners in the object's namespace whose selector matches it. An empty selector matches nothing here. */
export function ownersMatching<O extends HasMetadata, T extends HasMetadata>(
  { view, ownerKind, selector }: Pick<Dependents<O, T>, 'view' | 'ownerKind' | 'selector'>,
  object: T,
): readonly O[] {
  const { labels, namespace = '' } = object.metadata;
  return view.list(ownerKind, namespace).filter(owner => {
    const compiled = selectorOf(selector(owner));
    return !compiled.isEmpty && compiled.matches(labels);
  });
}

function add<O extends HasMetadata, T extends HasMetadata>(
  dependents: Dependents<O, T>,
  object: T,
): void {
  if (isDeleting(object)) return leave(dependents, object);
  const reference = controllerOf(object);
  if (reference === undefined) return wakeMatching(dependents, object);
  const owner = ownerOf(dependents, object, reference);
  if (owner === undefined) return;
  dependents.created?.(keyOf(owner));
  dependents.wake(owner);
}

function update<O extends HasMetadata, T extends HasMetadata>(
  dependents: Dependents<O, T>,
  old: T,
  object: T,
): void {
  const hasOtherLabels = !deepEqual(old.metadata.labels, object.metadata.labels);
  if (isDeleting(object)) {
    leave(dependents, object);
    if (hasOtherLabels) leave(dependents, old);
    return;
  }
  const [was, is] = [controllerOf(old), controllerOf(object)];
  const hasOtherOwner = !deepEqual(was, is);
  if (hasOtherOwner && was !== undefined) {
    const owner = ownerOf(dependents, old, was);
    if (owner !== undefined) dependents.wake(owner);
  }
  if (is === undefined) {
    if (hasOtherLabels || hasOtherOwner) wakeMatching(dependents, object);
    return;
  }
  const owner = ownerOf(dependents, object, is);
  if (owner === undefined) return;
  dependents.wake(owner);
  dependents.updated?.(owner, old, object);
}

function leave<O extends HasMetadata, T extends HasMetadata>(
  dependents: Dependents<O, T>,
  object: T,
): void {
  const reference = controllerOf(object);
  if (reference === undefined) return;
  const owner = ownerOf(dependents, object, reference);
  if (owner === undefined) return;
  dependents.leaving?.(keyOf(owner), object);
  dependents.wake(owner);
}

function wakeMatching<O extends HasMetadata, T extends HasMetadata>(
  dependents: Dependents<O, T>,
  object: T,
): void {
  for (const owner of ownersMatching(dependents, object)) dependents.wake(owner);
}

function ownerOf<O extends HasMetadata, T extends HasMetadata>(
  { view, ownerKind }: Dependents<O, T>,
  object: T,
  reference: OwnerReference,
): O | undefined {
  return resolve(view, ownerKind, object.metadata.namespace ?? '', reference);
}
