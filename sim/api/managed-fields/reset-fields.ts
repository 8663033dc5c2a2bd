/**
 * Which fields a way of writing cannot change, and so cannot own.
 * @upstream pkg/registry/<group>/<kind>/strategy.go (GetResetFields, GetResetFieldsFilter)
 */
import type { GroupResource } from '../status.js';
import { printedResource } from '../status.js';
import { FieldSet } from './field-set.js';

type Filter = (set: FieldSet) => FieldSet;

function without(...paths: readonly (readonly string[])[]): Filter {
  const excluded = FieldSet.ofFields(...paths);
  return set => set.recursiveDifference(excluded);
}

const withoutStatus = without(['status']);
const withoutSpec = without(['spec']);
const withoutSpecAndMetadata = without(['spec'], ['metadata']);

/** Resources whose status is dropped when they are written themselves. */
const withStatus = new Set([
  'certificatesigningrequests.certificates.k8s.io',
  'ingresses.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'resourceclaims.resource.k8s.io',
  'volumeattachments.storage.k8s.io',
  'horizontalpodautoscalers.autoscaling',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'daemonsets.apps',
  'statefulsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'nodes',
  'resourcequotas',
  'persistentvolumes',
  'persistentvolumeclaims',
  'namespaces',
  'pods',
  'services',
  'replicationcontrollers',
  'servicecidrs.networking.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'apiservices.apiregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
]);

/** Resources whose status is written without their metadata. */
const statusWithoutMetadata = new Set([
  'servicecidrs.networking.k8s.io',
  'resourceclaims.resource.k8s.io',
  'volumeattachments.storage.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'apiservices.apiregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
]);

const special: Readonly<Record<string, Filter>> = {
  'certificatesigningrequests.certificates.k8s.io': without(['spec'], ['status']),
  'certificatesigningrequests.certificates.k8s.io/status': without(
    ['spec'],
    ['status', 'conditions'],
  ),
  'certificatesigningrequests.certificates.k8s.io/approval': without(
    ['spec'],
    ['status', 'certificate'],
  ),
  'deployments.apps/status': without(['spec'], ['metadata', 'labels']),
  'pods/status': without(
    ['spec'],
    ['metadata', 'deletionTimestamp'],
    ['metadata', 'ownerReferences'],
  ),
  // The filters of pods/ephemeralcontainers and pods/resize are written upstream, but their storage
  // does not show them to the installer: all fields of those requests are owned.
  'namespaces/finalize': withoutStatus,
};

/** The filter for a built-in resource and a subresource ('' for the resource itself). */
export function resetFilter(resource: GroupResource, subresource: string): Filter | undefined {
  const name = printedResource(resource);
  const known = special[subresource === '' ? name : `${name}/${subresource}`];
  if (known !== undefined) return known;
  if (!withStatus.has(name)) return undefined;
  if (subresource === '') return withoutStatus;
  if (subresource !== 'status') return undefined;
  return statusWithoutMetadata.has(name) ? withoutSpecAndMetadata : withoutSpec;
}

/** The filter for a custom resource, which may have a status subresource. */
export function customResetFilter(options: {
  readonly hasStatus: boolean;
  readonly subresource: string;
}): Filter | undefined {
  if (options.subresource === 'status') return withoutSpecAndMetadata;
  return options.hasStatus ? withoutStatus : undefined;
}
