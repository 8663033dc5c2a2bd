/** Checks of references to fields of the pod. @upstream pkg/apis/core/validation/validation.go */
import type { ObjectFieldSelector, ResourceFieldSelector } from '../../../api/kinds/core.js';
import { invalid, notSupported, required } from '../field-error.js';
import { amount, checkQualifiedName, type Errors } from './checks.js';

/** The fields that environment variables may show. */
export const envFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** The fields that files may show. */
export const volumeFields = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

const allFields = new Set([
  ...envFields,
  ...volumeFields,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

/** A field, or a key of labels or annotations. */
export function checkFieldRef(
  ref: ObjectFieldSelector,
  fields: readonly string[],
  path: string,
  errors: Errors,
): void {
  const { apiVersion = '', fieldPath = '' } = ref;
  if (apiVersion === '') {
    errors.push(required(`${path}.apiVersion`));
    return;
  }
  if (fieldPath === '') {
    errors.push(required(`${path}.fieldPath`));
    return;
  }
  const problem = fieldProblem(apiVersion, fieldPath);
  if (problem !== undefined) {
    const text = `error converting fieldPath: ${problem}`;
    errors.push(invalid(`${path}.fieldPath`, fieldPath, text));
    return;
  }
  const field = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  const subscript = subscriptOf(field);
  if (subscript === undefined) {
    if (!fields.includes(field)) errors.push(notSupported(`${path}.fieldPath`, field, fields));
  } else {
    const key = subscript.path === 'metadata.labels' ? subscript.key : subscript.key.toLowerCase();
    checkQualifiedName(key, path, errors);
  }
}

interface Subscript {
  readonly path: string;
  readonly key: string;
}

function subscriptOf(field: string): Subscript | undefined {
  if (!field.endsWith("']")) return undefined;
  const start = field.indexOf("['");
  if (start <= 0) return undefined;
  return { path: field.slice(0, start), key: field.slice(start + 2, -2) };
}

function fieldProblem(apiVersion: string, fieldPath: string): string | undefined {
  if (apiVersion !== 'v1') return `unsupported pod version: ${apiVersion}`;
  const subscript = subscriptOf(fieldPath);
  if (subscript !== undefined) {
    const isKnown = ['metadata.annotations', 'metadata.labels'].includes(subscript.path);
    return isKnown ? undefined : `field label does not support subscript: ${fieldPath}`;
  }
  const isKnown = allFields.has(fieldPath) || fieldPath === 'spec.host';
  return isKnown ? undefined : `field label not supported: ${fieldPath}`;
}

const resources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];

/** A container's request or limit. */
export function checkResourceFieldRef(
  ref: ResourceFieldSelector,
  path: string,
  options: { readonly needsContainer: boolean },
  errors: Errors,
): void {
  const { resource = '' } = ref;
  if (options.needsContainer && !ref.containerName) {
    errors.push(required(`${path}.containerName`));
  } else if (resource === '') errors.push(required(`${path}.resource`));
  else if (!resources.includes(resource) && !isHugePages(resource)) {
    errors.push(notSupported(`${path}.resource`, resource, resources));
  }
  checkDivisor(resource, ref.divisor, `${path}.divisor`, errors);
}

function isHugePages(resource: string): boolean {
  return resource.startsWith('requests.hugepages-') || resource.startsWith('limits.hugepages-');
}

const cpuDivisors = ['1m', '1'];
const byteDivisors = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';

function checkDivisor(
  resource: string,
  divisor: string | undefined,
  path: string,
  errors: Errors,
): void {
  const quantity = amount(divisor);
  if (quantity.sign() === 0) return;
  const text = quantity.toString();
  const name = resource.replace(/^(limits|requests)\./, '');
  if (name === 'cpu') {
    if (cpuDivisors.includes(text)) return;
    const told = "only divisor's values 1m and 1 are supported with the cpu resource";
    errors.push(invalid(path, resource, told));
    return;
  }
  const words = divisorWords(name);
  if (words === undefined || byteDivisors.split(', ').includes(text)) return;
  const told = `only divisor's values ${byteDivisors} are supported with the ${words} resource`;
  errors.push(invalid(path, resource, told));
}

function divisorWords(name: string): string | undefined {
  if (name === 'memory') return 'memory';
  if (name === 'ephemeral-storage') return 'local ephemeral storage';
  return name.startsWith('hugepages-') ? 'hugepages' : undefined;
}
