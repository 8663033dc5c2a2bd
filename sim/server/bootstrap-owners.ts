/** Who owns the fields of the objects that a fresh server has. */
import type { ManagedFieldsEntry } from '../api/kinds/meta.js';
import type { KubeObject } from '../api/object.js';
import { rfc3339 } from '../api/time.js';
import { FieldOwners } from './field-owners.js';
import { conditionOwner } from './flow-control/schema-status.js';
import { trackFields } from './managed-fields.js';
import type { ServedResource } from './registry.js';

/** Fields that the object got after it was sent: by its strategy, or by a controller. */
const notSent: Readonly<Record<string, readonly (readonly string[])[]>> = {
  namespaces: [['spec'], ['status']],
  services: [
    ['spec', 'clusterIPs'],
    ['spec', 'ipFamilies'],
  ],
  flowschemas: [['status']],
};

/** @upstream pkg/registry/flowcontrol/rest/storage_flowcontrol.go */
const producer = 'api-priority-and-fairness-config-producer-v1';
const managers: Readonly<Record<string, string>> = {
  flowschemas: producer,
  prioritylevelconfigurations: producer,
};

/** The owners of an object that was stored at the time. */
export function bootstrapOwners(
  served: ServedResource,
  object: KubeObject,
  timeMs: number,
): FieldOwners {
  const { resource } = served.kind;
  const isAggregated = object['aggregationRule'] !== undefined;
  const paths = isAggregated ? [['rules']] : (notSent[resource] ?? []);
  const others = isAggregated
    ? [aggregationOwner(served, timeMs)]
    : resource === 'flowschemas'
      ? [conditionOwner(timeMs)]
      : [];
  const owners = others.length === 0 ? FieldOwners.none : FieldOwners.of(others);
  const update = {
    manager: managers[resource] ?? 'kube-apiserver',
    subresource: '',
    apiVersion: served.apiVersion,
    timeMs,
    before: undefined,
    after: paths.reduce(without, object),
  };
  return owners.after(update, trackFields(served));
}

/** @upstream pkg/controller/clusterroleaggregation */
function aggregationOwner({ apiVersion }: ServedResource, timeMs: number): ManagedFieldsEntry {
  return {
    manager: 'clusterrole-aggregation-controller',
    operation: 'Apply',
    apiVersion,
    time: rfc3339(timeMs),
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:rules': {} },
  };
}

function without<T extends object>(object: T, [name = '', ...rest]: readonly string[]): T {
  const { [name]: value, ...others } = object as Readonly<Record<string, unknown>>;
  if (rest.length === 0 || typeof value !== 'object' || value === null) return others as T;
  return { ...others, [name]: without(value, rest) } as unknown as T;
}
