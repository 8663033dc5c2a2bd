/**
 * Copies of the Lease of a node. A cluster of 24 nodes makes four of them for each of 230,000 renewals a
 * day, and V8 copies by spread at five times the price of a literal: what has the usual fields in their
 * usual order is written out, and all else is spread.
 */
import type { Lease } from './kinds/coordination.js';
import type { ObjectMeta } from './kinds/meta.js';

const leaseFields = ['kind', 'apiVersion', 'metadata', 'spec'] as const;
const specFields = ['holderIdentity', 'leaseDurationSeconds', 'renewTime'] as const;
const metadataFields = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'ownerReferences',
] as const;

type Usual<T, Field extends keyof T> = Required<Pick<T, Field>>;

/** The lease, renewed at that time by who holds it. */
export function withRenewTime(lease: Lease, renewTime: string): Lease {
  const { spec = {} } = lease;
  const renewed = hasJust(spec, specFields)
    ? {
        holderIdentity: spec.holderIdentity,
        leaseDurationSeconds: spec.leaseDurationSeconds,
        renewTime,
      }
    : { ...spec, renewTime };
  if (!hasJust(lease, leaseFields)) return { ...lease, spec: renewed };
  const { kind, apiVersion, metadata } = lease;
  return { kind, apiVersion, metadata, spec: renewed };
}

/** The lease as it is stored under a version. */
export function withLeaseVersion(lease: Lease, resourceVersion: string): Lease {
  const metadata = withVersion(lease.metadata, resourceVersion);
  if (!hasJust(lease, leaseFields)) return { ...lease, metadata };
  const { kind, apiVersion, spec } = lease;
  return { kind, apiVersion, metadata, spec };
}

function withVersion(metadata: ObjectMeta, resourceVersion: string): ObjectMeta {
  if (!hasJust(metadata, metadataFields)) return { ...metadata, resourceVersion };
  const { name, namespace, uid, creationTimestamp, ownerReferences } = metadata;
  return { name, namespace, uid, resourceVersion, creationTimestamp, ownerReferences };
}

/** Whether these are the fields of the object, in this order, and no others. */
function hasJust<T extends object, Field extends keyof T>(
  object: T,
  fields: readonly Field[],
): object is T & Usual<T, Field> {
  const names: readonly PropertyKey[] = fields;
  let count = 0;
  for (const name in object) if (name !== names[count++]) return false;
  return count === names.length;
}
