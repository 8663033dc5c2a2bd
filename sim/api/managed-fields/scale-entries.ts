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

/**
 * The entries of the scaled object after its Scale was written with these entries. The identity of who updates holds the
 * version, which the Scale has another of: such an owner is never found again, and comes back without its time and
 * with the replicas only, beside what it owns else.
 */
export function entriesAfterScale(
  entries: readonly ManagedFieldsEntry[],
  scaleEntries: readonly ManagedFieldsEntry[],
  options: { readonly replicasPath: ReplicasPath; readonly apiVersion: string },
): readonly ManagedFieldsEntry[] {
  const owners: Owners = new Map();
  const scaleOwners: Owners = readOwners(scaleEntries) ?? new Map<string, Owner>();
  const parentOwners: Owners = readOwners(entries) ?? new Map<string, Owner>();
  for (const [identity, owner] of parentOwners) {
    const path = options.replicasPath(owner.apiVersion);
    if (path === undefined || !owner.set.has(path)) {
      owners.set(identity, owner);
      continue;
    }
    if (scaleOwners.delete(identity)) {
      owners.set(identity, owner);
      continue;
    }
    const replicas = new FieldSet();
    replicas.insert(path);
    const set = owner.set.difference(replicas);
    if (!set.isEmpty) owners.set(identity, { ...owner, set });
  }
  const path = options.replicasPath(options.apiVersion);
  if (path === undefined) return writeOwners(owners);
  for (const [identity, owner] of scaleOwners) {
    // Who sent no replicas, which none are, may own the status of the Scale.
    if (!owner.set.has(replicasOfScale)) continue;
    const set = new FieldSet();
    set.insert(path);
    const { time } = parentOwners.get(identity) ?? {};
    owners.set(identity, { ...owner, apiVersion: options.apiVersion, set, time });
  }
  return writeOwners(owners);
}
