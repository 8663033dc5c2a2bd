/** What resources may be called. @upstream pkg/apis/core/helper/helpers.go */
import { qualifiedNameErrors } from '../../../api/labels.js';
import { invalid, notSupported } from '../field-error.js';
import { tell, type Errors } from './checks.js';

const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage']);

const quotaResources = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);

const standardResources = new Set([...quotaResources, 'storage']);

const integerResources = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

/** Huge pages of some size. */
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

function isQuotaHugePages(name: string): boolean {
  return isHugePages(name) || name.startsWith('requests.hugepages-');
}

/** One of those that quotas know by name. */
export function isQuotaResource(name: string): boolean {
  return quotaResources.has(name) || isQuotaHugePages(name);
}

/** Kubernetes' own, not one that a device plug-in offers. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Whether more may be promised than there is. */
export function allowsOvercommit(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

/** One that a device plug-in offers. */
export function isExtendedResource(name: string): boolean {
  if (!name.includes('/')) return false;
  const known = extended.get(name);
  if (known !== undefined) return known;
  const isExtended =
    !isNativeResource(name) &&
    !name.startsWith('requests.') &&
    qualifiedNameErrors(`requests.${name}`).length === 0;
  if (extended.size < rememberedMax) extended.set(name, isExtended);
  return isExtended;
}

const rememberedMax = 1024;
const extended = new Map<string, boolean>();
const sound = new Set<string>();

/** Counted in whole numbers. */
export function isIntegerResource(name: string): boolean {
  return integerResources.has(name) || isExtendedResource(name);
}

/** A resource's name: qualified, or one of Kubernetes' own. */
export function checkResourceName(name: string, path: string, errors: Errors): boolean {
  if (sound.has(name)) return true;
  const texts = qualifiedNameErrors(name);
  tell(texts, name, path, errors);
  if (texts.length > 0) return false;
  if (name.includes('/') || standardResources.has(name) || isQuotaHugePages(name)) {
    if (sound.size < rememberedMax) sound.add(name);
    return true;
  }
  const text = 'must be a standard resource type or fully qualified';
  errors.push(invalid(path, name, text));
  return false;
}

/** A resource that containers may ask for. */
export function checkContainerResourceName(name: string, path: string, errors: Errors): void {
  if (containerResources.has(name)) return;
  checkResourceName(name, path, errors);
  if (!name.includes('/')) {
    if (isHugePages(name)) return;
    errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
}

/** A resource that pods as a whole may ask for. */
export function checkPodResourceName(name: string, path: string, errors: Errors): void {
  if (!checkResourceName(name, path, errors)) return;
  if (name === 'cpu' || name === 'memory' || isHugePages(name)) return;
  errors.push(notSupported(path, name, ['cpu', 'hugepages-', 'memory']));
}

/** A resource that quotas may bound. */
export function checkQuotaResourceName(name: string, path: string, errors: Errors): void {
  checkResourceName(name, path, errors);
  if (name.includes('/') || quotaResources.has(name) || isQuotaHugePages(name)) return;
  errors.push(invalid(path, name, 'must be a standard resource for quota'));
}
