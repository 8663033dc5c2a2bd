/** Checks of what a pod's status says of its containers' users and devices. @upstream pkg/apis/core/validation/validation.go */
import { byteLength } from '../../../api/go-text.js';
import type {
  Container,
  ContainerStatus,
  Pod,
  PodExtendedResourceClaimStatus,
  PodSpec,
  ResourceHealth,
} from '../../../api/kinds/core.js';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../../api/labels.js';
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../field-error.js';
import { tell, type Errors } from './checks.js';
import { checkId } from './security-context.js';

/** Checks the statuses of all containers. */
export function checkContainerStatuses({ spec, status }: Pod, errors: Errors): void {
  if (spec === undefined || status === undefined) return;
  const { containerStatuses, initContainerStatuses, ephemeralContainerStatuses } = status;
  const isSilent = [containerStatuses, initContainerStatuses, ephemeralContainerStatuses].every(
    statuses => statuses?.some(saysMore) !== true,
  );
  if (isSilent) return;
  const fields = [
    ['status.containerStatuses', containerStatuses, spec.containers],
    ['status.initContainerStatuses', initContainerStatuses, spec.initContainers ?? []],
    ['status.ephemeralContainerStatuses', ephemeralContainerStatuses, undefined],
  ] as const;
  const os = spec.os?.name ?? 'linux';
  for (const [path, statuses] of fields) if (statuses) checkUsers(statuses, os, path, errors);
  for (const [path, statuses, containers] of fields) {
    if (statuses) checkAllocated(statuses, containers, path, errors);
  }
}

/** Most statuses, which kubelets send all the time, say nothing of these. */
function saysMore({ user, allocatedResourcesStatus }: ContainerStatus): boolean {
  return user !== undefined || allocatedResourcesStatus !== undefined;
}

function checkUsers(
  statuses: readonly ContainerStatus[],
  os: string,
  path: string,
  errors: Errors,
): void {
  for (let index = 0; index < statuses.length; index++) {
    const linux = statuses[index]?.user?.linux;
    if (linux === undefined) continue;
    const at = `${path}[${index}].user.linux`;
    if (os === 'windows') errors.push(forbidden(at, 'cannot be set for a windows pod'));
    if (os !== 'linux') continue;
    checkId(linux.uid, `${at}.uid`, errors);
    checkId(linux.gid, `${at}.gid`, errors);
    for (const [group, id] of (linux.supplementalGroups ?? []).entries()) {
      checkId(id, `${at}.supplementalGroups[${group}]`, errors);
    }
  }
}

/** Ephemeral containers, which `containers` leaves out, get nothing allocated. */
function checkAllocated(
  statuses: readonly ContainerStatus[],
  containers: readonly Container[] | undefined,
  path: string,
  errors: Errors,
): void {
  for (let index = 0; index < statuses.length; index++) {
    const { name, allocatedResourcesStatus: allocated = [] } = statuses[index] ?? {};
    if (allocated.length === 0) continue;
    const at = `${path}[${index}].allocatedResourcesStatus`;
    if (containers === undefined) {
      errors.push(forbidden(at, 'must not be specified in container status'));
      continue;
    }
    const container = containers.find(each => each.name === name);
    for (const [place, resource] of allocated.entries()) {
      // A container that is missing is let pass: kubernetes/kubernetes#124915.
      if (container !== undefined) {
        checkOwned(resource.name, container, `${at}[${place}].name`, errors);
      }
      checkHealths(resource.resources ?? [], `${at}[${place}].resources`, errors);
    }
  }
}

const claimForm =
  "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";

function checkOwned(name: string, { resources }: Container, path: string, errors: Errors): void {
  if (name.startsWith('claim:')) {
    const claims = (resources?.claims ?? []).map(claim =>
      claim.request ? `claim:${claim.name}/${claim.request}` : `claim:${claim.name}`,
    );
    if (!claims.includes(name)) errors.push(invalid(path, name, claimForm));
  } else if (resources?.requests?.[name] === undefined) {
    errors.push(invalid(path, name, "must match one of the container's resource requests"));
  }
}

const healths = ['Healthy', 'Unhealthy', 'Unknown'];
const healthMessageMax = 1024;

function checkHealths(resources: readonly ResourceHealth[], path: string, errors: Errors): void {
  const seen = new Set<string>();
  for (const [index, { resourceID, health = '', message }] of resources.entries()) {
    const at = `${path}[${index}]`;
    if (!healths.includes(health)) errors.push(notSupported(`${at}.health`, health, healths));
    if (message === '') errors.push(required(`${at}.message`, 'must be non-empty if specified'));
    if (message !== undefined && byteLength(message) > healthMessageMax) {
      errors.push(tooLong(`${at}.message`, healthMessageMax));
    }
    if (seen.has(resourceID)) errors.push(duplicate(`${at}.resourceID`, resourceID));
    seen.add(resourceID);
  }
}

/** Required fields that clients may leave out, or send as null. */
type Unset<T> = { readonly [K in keyof T]?: T[K] | null };

/** Checks the claim that stands for extended resources. */
export function checkExtendedClaim(
  { requestMappings, resourceClaimName }: Unset<PodExtendedResourceClaimStatus>,
  spec: PodSpec,
  errors: Errors,
): void {
  const path = 'status.extendedResourceClaimStatus';
  const mappings = `${path}.requestMappings`;
  const all = requestMappings ?? [];
  if (all.length === 0) {
    errors.push(required(mappings, 'at least one request mapping is required'));
  }
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const seen = new Set<string>();
  for (const [index, mapping] of all.entries()) {
    const sent: Partial<typeof mapping> = mapping;
    const { containerName = '', resourceName = '', requestName = '' } = sent;
    const at = `${mappings}[${index}]`;
    const container = containers.findLast(each => each.name === containerName);
    if (container === undefined) {
      errors.push(invalid(`${at}.containerName`, containerName, otherContainer));
    } else if (container.resources?.requests?.[resourceName] === undefined) {
      errors.push(invalid(`${at}.resourceName`, resourceName, otherResource));
    }
    tell(dns1123LabelErrors(requestName), requestName, `${path}.requestName`, errors);
    const key = JSON.stringify([containerName, resourceName, requestName]);
    if (seen.has(key)) {
      errors.push(
        duplicate(`${at}.containerName`, containerName),
        duplicate(`${at}.resourceName`, resourceName),
        duplicate(`${at}.requestName`, requestName),
      );
    }
    seen.add(key);
  }
  const claimPath = `${path}.resourceClaimName`;
  if (!resourceClaimName) errors.push(required(claimPath));
  else tell(dns1123SubdomainErrors(resourceClaimName), resourceClaimName, claimPath, errors);
}

const otherContainer =
  'must match the name of an entry in spec.initContainers.name or spec.containers.name';
const otherResource =
  'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests';
