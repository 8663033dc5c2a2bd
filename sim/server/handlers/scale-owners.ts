/** Who owns the replicas after a Scale was written. @upstream managedfields/scalehandler.go, deployment ScaleREST */
import { shapeOfKind } from '../../api/facts.js';
import type { ManagedFieldsEntry } from '../../api/kinds/meta.js';
import { applyPatch } from '../../api/managed-fields/apply.js';
import { builtInSchema } from '../../api/managed-fields/built-in-schema.js';
import { deduced } from '../../api/managed-fields/field-schema.js';
import type { FieldPath } from '../../api/managed-fields/field-set.js';
import {
  entriesAfterScale,
  entriesOfScale,
  type ReplicasPath,
} from '../../api/managed-fields/scale-entries.js';
import { entriesAfterUpdate } from '../../api/managed-fields/update.js';
import type { KubeObject } from '../../api/object.js';
import { applyConflict, badRequest, plainError, type Failure } from '../../api/status.js';
import type { ServedResource } from '../registry.js';
import type { Scope } from '../scope.js';
import { managerOf, type WriteOptions } from '../write-options.js';

type Json = Readonly<Record<string, unknown>>;

const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const;
const scaleVersion = 'autoscaling/v1';
const emptyScale: Json = { kind: scaleKind.kind, apiVersion: scaleVersion, metadata: {} };

function scaleView() {
  const shape = shapeOfKind(scaleKind);
  return {
    apiVersion: scaleVersion,
    schema: shape === undefined ? deduced : builtInSchema(shape),
  };
}

/** The owners that the scaled object has, as the Scale shows them. */
export function scaleEntries(
  resource: ServedResource,
  entries: readonly ManagedFieldsEntry[],
): readonly ManagedFieldsEntry[] {
  return entriesOfScale(entries, replicasPathOf(resource));
}

/** Where the versions of a resource have their replicas. */
function replicasPathOf({ siblings }: ServedResource): ReplicasPath {
  return apiVersion => {
    const served = siblings.get(apiVersion);
    if (served === undefined) return undefined;
    const { custom, kind } = served;
    const version = custom?.definition.spec.versions.find(({ name }) => name === kind.version);
    const path = version?.subresources?.scale?.specReplicasPath ?? '.spec.replicas';
    const fields = path.replace(/^\./, '').split('.');
    return fields.map(field => `f:${field}`) as unknown as FieldPath;
  };
}

/** A write of a Scale. */
export interface ScaleWrite {
  readonly options: WriteOptions;
  readonly before: KubeObject;
  readonly after: KubeObject;
}

/** The owners of the scaled object after an update of its Scale. */
export function ownersAfterScale(
  scope: Scope,
  live: readonly ManagedFieldsEntry[],
  { options, before, after }: ScaleWrite,
): readonly ManagedFieldsEntry[] {
  const own = scaleEntries(scope.resource, live);
  const next = entriesAfterUpdate(own, {
    ...scaleView(),
    manager: managerOf(scope.context, options),
    subresource: 'scale',
    nowMs: scope.context.nowMs,
    before,
    after,
    isCreate: false,
  });
  return backInParent(scope, live, next);
}

function backInParent(
  { resource }: Scope,
  live: readonly ManagedFieldsEntry[],
  next: readonly ManagedFieldsEntry[],
): readonly ManagedFieldsEntry[] {
  const replicasPath = replicasPathOf(resource);
  return entriesAfterScale(live, next, { replicasPath, apiVersion: resource.apiVersion });
}

/** An applied Scale, and the owners of the scaled object after it. */
export interface AppliedScale {
  readonly scale: KubeObject;
  readonly owners: readonly ManagedFieldsEntry[];
}

/** Applies to a Scale. */
export function appliedScale(
  scope: Scope,
  live: readonly ManagedFieldsEntry[],
  { before, patch, options }: Omit<ScaleWrite, 'after'> & { readonly patch: Json },
): AppliedScale | Failure {
  const { apiVersion, kind } = patch;
  if (apiVersion !== scaleVersion || kind !== scaleKind.kind) {
    const told = String(apiVersion ?? '');
    const version = told.includes('/') ? told : `/${told}`;
    return badRequest(`invalid object type: ${version}, Kind=${String(kind ?? '')}`);
  }
  const applied = applyPatch({
    ...scaleView(),
    manager: options.fieldManager,
    subresource: 'scale',
    nowMs: scope.context.nowMs,
    isForced: options.force,
    live: before,
    empty: emptyScale,
    isCreate: false,
    entries: scaleEntries(scope.resource, live),
    patch,
  });
  switch (applied.kind) {
    case 'error':
      return plainError(applied.message);
    case 'conflicts':
      return applyConflict(applied.causes, applied.message);
    case 'applied':
      return {
        scale: applied.object as KubeObject,
        owners: backInParent(scope, live, applied.entries),
      };
  }
}
