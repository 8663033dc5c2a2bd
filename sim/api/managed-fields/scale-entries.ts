/**
 * The owners of replicas, as the scale subresource sees them.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/managedfields/scalehandler.go
 */
import type { ManagedFieldsEntry } from '../kinds/meta.js';
import { FieldSet, type FieldPath } from './field-set.js';
import { readOwners, writeOwners, type Owner, type Owners } from './owners.js';

const scaleVersion = 'autoscaling/v1';
const replicasOfScale: FieldPath = ['f:spec', 'f:replicas'];

/** The path of replicas in a version of the scaled resource; undefined when the version is unknown. */
export type ReplicasPath = (apiVersion: string) => FieldPath | undefined;

/** The entries of the scaled object that own replicas, as entries of its Scale. */
export function entriesOfScale(
  entries: readonly ManagedFieldsEntry[],
  replicasPath: ReplicasPath,
): readonly ManagedFieldsEntry[] {
  const owners: Owners = new Map();
  for (const [identity, owner] of readOwners(entries) ?? []) {
    const path = replicasPath(owner.apiVersion);
    if (path === undefined || !owner.set.has(path)) continue;
    const set = new FieldSet();
    set.insert(replicasOfScale);
    owners.set(identity, { ...owner, apiVersion: scaleVersion, set });
  }
  return writeOwners(owners);
}

/** The entries of the scaled object after its Scale was written with these entries. */
export function entriesAfterScale(
  entries: readonly ManagedFieldsEntry[],
  scaleEntries: readonly ManagedFieldsEntry[],
  options: { readonly replicasPath: ReplicasPath; readonly apiVersion: string },
): readonly ManagedFieldsEntry[] {
  const owners: Owners = new Map();
  const scaleOwners: Owners = readOwners(scaleEntries) ?? new Map<string, Owner>();
  for (const [identity, owner] of readOwners(entries) ?? []) {
    const path = options.replicasPath(owner.apiVersion);
    if (path === undefined || !owner.set.has(path)) {
      owners.set(identity, owner);
      continue;
    }
    const inScale = scaleOwners.get(identityInScale(identity, owner));
    const replicas = new FieldSet();
    replicas.insert(path);
    if (inScale === undefined) {
      const set = owner.set.difference(replicas);
      if (!set.isEmpty) owners.set(identity, { ...owner, set });
    } else {
      owners.set(identity, { ...owner, time: inScale.time });
      scaleOwners.delete(identityInScale(identity, owner));
    }
  }
  const path = options.replicasPath(options.apiVersion);
  if (path === undefined) return writeOwners(owners);
  for (const owner of scaleOwners.values()) {
    const set = new FieldSet();
    set.insert(path);
    // Upstream does not carry the time of a new owner over.
    const next = { ...owner, apiVersion: options.apiVersion, set, time: undefined };
    owners.set(JSON.stringify([next.manager, next.operation, next.subresource]), next);
  }
  return writeOwners(owners);
}

/** Upstream finds an owner again by the identity it had in the parent, but reads the version anew. */
function identityInScale(identity: string, owner: Owner): string {
  if (owner.operation === 'Apply') return identity;
  return identity.replace(JSON.stringify(owner.apiVersion), JSON.stringify(scaleVersion));
}
