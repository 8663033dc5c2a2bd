/**
 * The owners of an object's fields: metadata.managedFields, read and written.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/managedfields.go
 */
import { compareText } from '../go-text.js';
import type { ManagedFieldsEntry } from '../kinds/meta.js';
import { timeMs } from '../time.js';
import { FieldSet } from './field-set.js';

/** One owner and its fields. */
export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly set: FieldSet;
  /** Whole seconds, as RFC 3339; absent when nothing was changed by it. */
  readonly time: string | undefined;
}

/** Owners by identity. */
export type Owners = Map<string, Owner>;

/** What tells an owner from others: appliers are the same whatever the version. */
export function identityOf(owner: Omit<Owner, 'set' | 'time'>): string {
  const { manager, operation, apiVersion, subresource } = owner;
  // What is undefined is left out of the text.
  return JSON.stringify({
    manager: manager === '' ? undefined : manager,
    operation,
    apiVersion: operation === 'Apply' ? undefined : apiVersion,
    subresource: subresource === '' ? undefined : subresource,
  });
}

/** Reads the entries; undefined when one of them is malformed. */
export function readOwners(entries: readonly ManagedFieldsEntry[]): Owners | undefined {
  const owners: Owners = new Map();
  for (const entry of entries) {
    const owner = readOwner(entry);
    if (owner === undefined) return undefined;
    owners.set(identityOf(owner), owner);
  }
  return owners;
}

function readOwner(entry: ManagedFieldsEntry): Owner | undefined {
  const { manager = '', operation, apiVersion = '', subresource = '', time, fieldsType } = entry;
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  if (apiVersion === '' || fieldsType !== 'FieldsV1') return undefined;
  const set = FieldSet.decoded(entry.fieldsV1 ?? {});
  if (set === undefined) return undefined;
  return { manager, operation, apiVersion, subresource, set, time: time ?? undefined };
}

/** Writes the owners as entries, in upstream's order. */
export function writeOwners(owners: Owners): readonly ManagedFieldsEntry[] {
  return [...owners.values()].toSorted(compareOwners).map(entryOf);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Field by field, in Go's order: spreads would make a hidden class for every single entry. */
function entryOf({ manager, operation, apiVersion, subresource, time, set }: Owner) {
  const entry: Writable<ManagedFieldsEntry> =
    manager === '' ? { operation, apiVersion } : { manager, operation, apiVersion };
  if (time !== undefined) entry.time = time;
  entry.fieldsType = 'FieldsV1';
  entry.fieldsV1 = set.encoded();
  if (subresource !== '') entry.subresource = subresource;
  return entry;
}

/** By operation, time in whole seconds, manager, version and subresource. */
function compareOwners(left: Owner, right: Owner): number {
  return (
    compareText(left.operation, right.operation) ||
    secondsOf(left) - secondsOf(right) ||
    compareText(left.manager, right.manager) ||
    compareText(left.apiVersion, right.apiVersion) ||
    compareText(left.subresource, right.subresource)
  );
}

function secondsOf({ time }: Owner): number {
  return Math.floor((timeMs(time) ?? 0) / 1000);
}

const updatersMax = 10;

/**
 * Folds the oldest updaters into `ancient-changes` until there are ten.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/capmanagers.go
 */
export function capUpdaters(owners: Owners): void {
  const updaters = [...owners].filter(([, owner]) => owner.operation === 'Update');
  let count = updaters.length;
  if (count <= updatersMax) return;
  updaters.sort(([a, left], [b, right]) => secondsOf(left) - secondsOf(right) || compareText(a, b));
  const firstOfVersion = new Map<string, string>();
  for (const [identity, owner] of updaters) {
    if (count <= updatersMax) return;
    const { apiVersion } = owner;
    const bucket: Omit<Owner, 'set' | 'time'> = {
      manager: 'ancient-changes',
      operation: 'Update',
      apiVersion,
      subresource: '',
    };
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, identity);
      continue;
    }
    const name = identityOf(bucket);
    const before = owners.get(name) ?? owners.get(first);
    if (!owners.has(name)) owners.delete(first);
    const set = before === undefined ? owner.set : owner.set.union(before.set);
    owners.delete(identity);
    owners.set(name, { ...bucket, set, time: owner.time });
    count--;
  }
}
