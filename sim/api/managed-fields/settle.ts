/**
 * What a change of an object means for the owners of its fields.
 * @upstream sigs.k8s.io/structured-merge-diff merge/update.go
 */
import type { FieldSchema } from './field-schema.js';
import { FieldSet } from './field-set.js';
import type { Owners } from './owners.js';
import { compared, type Comparison } from './sets-of-objects.js';

type Json = Readonly<Record<string, unknown>>;

/** How an object is looked at. */
export interface FieldsView {
  readonly apiVersion: string;
  readonly schema: FieldSchema;
  /** Drops the paths that this way of writing cannot change. */
  readonly filter?: (set: FieldSet) => FieldSet;
  /** The object as another version has it; undefined when that version is no longer served. */
  readonly inVersion?: (
    object: Json,
    apiVersion: string,
  ) => { readonly object: Json; readonly schema: FieldSchema } | undefined;
}

/** The fields that other owners lose. */
export interface Losses {
  readonly comparison: Comparison;
  /** Fields that changed though others own them, by owner. */
  readonly conflicts: ReadonlyMap<string, FieldSet>;
}

/** Compares before and after in the versions of all owners; owners of gone versions are forgotten. */
export function lossesOf(
  owners: Owners,
  { before, after }: { readonly before: Json; readonly after: Json },
  view: FieldsView,
  self: string,
): Losses {
  const comparison = filtered(compared(before, after, view.schema), view);
  const versions = new Map([[view.apiVersion, comparison]]);
  const conflicts = new Map<string, FieldSet>();
  for (const [identity, owner] of owners) {
    if (identity === self) continue;
    const seen =
      versions.get(owner.apiVersion) ?? comparedInVersion(before, after, owner.apiVersion, view);
    if (seen === undefined) {
      owners.delete(identity);
      continue;
    }
    versions.set(owner.apiVersion, seen);
    const changed = owner.set.intersection(seen.modified.union(seen.added));
    if (!changed.isEmpty) conflicts.set(identity, changed);
    if (!seen.removed.isEmpty) {
      owners.set(identity, { ...owner, set: owner.set.difference(seen.removed) });
    }
  }
  return { comparison, conflicts };
}

function filtered(comparison: Comparison, { filter }: FieldsView): Comparison {
  if (filter === undefined) return comparison;
  const { removed, modified, added, lacksKeys } = comparison;
  return {
    removed: filter(removed),
    modified: filter(modified),
    added: filter(added),
    lacksKeys,
  };
}

function comparedInVersion(
  before: Json,
  after: Json,
  apiVersion: string,
  view: FieldsView,
): Comparison | undefined {
  const left = view.inVersion?.(before, apiVersion);
  const right = view.inVersion?.(after, apiVersion);
  if (left === undefined || right === undefined) return undefined;
  return filtered(compared(left.object, right.object, left.schema), view);
}

/** Takes the conflicting fields from their owners, and forgets owners that are left with none. */
export function takeAway(owners: Owners, conflicts: ReadonlyMap<string, FieldSet>): void {
  for (const [identity, fields] of conflicts) {
    const owner = owners.get(identity);
    if (owner !== undefined) owners.set(identity, { ...owner, set: owner.set.difference(fields) });
  }
  for (const [identity, owner] of owners) if (owner.set.isEmpty) owners.delete(identity);
}

const metadataFields = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
];

/** What nobody owns. @upstream apimachinery/pkg/util/managedfields/internal/stripmeta.go */
export const unownable = FieldSet.ofFields(
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...metadataFields.map(name => ['metadata', name]),
);
