/**
 * The use of pods: their number and what they request and are limited to, until they end.
 * @upstream pkg/quota/v1/evaluator/core/pods.go
 */
import { compareText } from '../go-text.js';
import { pods, type Affinity, type Container, type Pod } from '../kinds/core.js';
import type { KubeObject } from '../object.js';
import type { Quantity } from '../quantity.js';
import { timeMs } from '../time.js';
import { amountsOf, type Amounts } from './amounts.js';
import { hasPodResources, podAmounts, type Side } from './pod-amounts.js';
import { countName, one, type QuotaMeasure, type Scope } from './measure.js';

const podCount = countName(pods);
const tracked = new Set([
  podCount,
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
]);

/** What must be said by each container when there is a quota for it. */
const demanded = new Map<string, readonly [Side, string]>([
  ['cpu', ['requests', 'cpu']],
  ['memory', ['requests', 'memory']],
  ['requests.cpu', ['requests', 'cpu']],
  ['requests.memory', ['requests', 'memory']],
  ['limits.cpu', ['limits', 'cpu']],
  ['limits.memory', ['limits', 'memory']],
]);

/** The measure of pods. */
export const podMeasure: QuotaMeasure = {
  tracks: name =>
    tracked.has(name) ||
    name.startsWith('hugepages-') ||
    name.startsWith('requests.hugepages-') ||
    isExtendedRequest(name),
  isInScope: (object, scope) => isPodInScope(podOf(object), scope),
  constraintError: (object, names) => constraintError(podOf(object), names),
  usage: (object, nowMs) => podUsage(podOf(object), nowMs),
};

function podOf(object: KubeObject | undefined): Pod {
  return object as unknown as Pod;
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

function isExtendedRequest(name: string): boolean {
  if (!name.startsWith('requests.')) return false;
  return !isNative(name) || name.startsWith('requests.deviceclass.resource.kubernetes.io/');
}

/** Whether a pod's time is limited: what the scope Terminating means. */
export function isTerminating({ spec }: Pod): boolean {
  return spec?.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
}

/** @upstream pkg/apis/core/v1/helper/qos */
function isBestEffort(pod: Pod): boolean {
  if (pod.status?.qosClass !== undefined) return pod.status.qosClass === 'BestEffort';
  const { containers = [], initContainers = [], resources } = pod.spec ?? {};
  const all = [resources, ...[...containers, ...initContainers].map(one => one.resources)];
  return !all.some(one =>
    [one?.requests, one?.limits].some(list => {
      const amounts = amountsOf(list);
      return [amounts.get('cpu'), amounts.get('memory')].some(amount => (amount?.sign() ?? 0) > 0);
    }),
  );
}

function isPodInScope(pod: Pod, scope: Scope): boolean {
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return isSelected(pod.spec?.priorityClassName || undefined, scope);
    case 'CrossNamespacePodAffinity':
      return isCrossingNamespaces(pod.spec?.affinity);
    default:
      return false;
  }
}

/** Whether a value that may be absent fits the requirement. */
export function isSelected(value: string | undefined, { operator, values = [] }: Scope): boolean {
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && values.includes(value);
    default:
      return value === undefined || !values.includes(value);
  }
}

function isCrossingNamespaces(affinity: Affinity | undefined): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some(part => {
    const preferred = part?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const terms = [
      ...(part?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...preferred.map(({ podAffinityTerm }) => podAffinityTerm),
    ];
    return terms.some(
      ({ namespaces = [], namespaceSelector }) =>
        namespaces.length > 0 || namespaceSelector !== undefined,
    );
  });
}

function constraintError(pod: Pod, names: readonly string[]): string | undefined {
  if (hasPodResources(pod)) return undefined;
  const required = names.filter(name => demanded.has(name));
  if (required.length === 0) return undefined;
  const missing = new Map<string, string[]>();
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  for (const container of [...containers, ...initContainers]) {
    for (const name of required) {
      if (says(container, name)) continue;
      missing.set(name, [...(missing.get(name) ?? []), container.name]);
    }
  }
  if (missing.size === 0) return undefined;
  const parts = [...missing]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, list]) => {
      const unique = [...new Set(list)].sort(compareText);
      return `${name} for: ${unique.join(',')}`;
    });
  return `must specify ${parts.join('; ')}`;
}

/** Whether the container says what is demanded. */
function says({ resources }: Container, name: string): boolean {
  const [side, resource] = demanded.get(name) ?? ['requests', name];
  return resources?.[side]?.[resource] !== undefined;
}

const computed = ['cpu', 'memory', 'ephemeral-storage'].map(name => ({
  name,
  request: `requests.${name}`,
  limit: `limits.${name}`,
}));

/** Adds requests and limits under the names by which they are charged. */
function chargeResources(usage: Map<string, Quantity>, requests: Amounts, limits: Amounts): void {
  usage.set('pods', one);
  for (const names of computed) {
    const request = requests.get(names.name);
    const limit = limits.get(names.name);
    if (request !== undefined) usage.set(names.name, request).set(names.request, request);
    if (limit !== undefined) usage.set(names.limit, limit);
  }
  for (const [name, request] of requests) {
    if (name.startsWith('hugepages-')) usage.set(name, request).set(`requests.${name}`, request);
    const isDeviceClass = name.startsWith('deviceclass.resource.kubernetes.io/');
    if (!isNative(name) || isDeviceClass) usage.set(`requests.${name}`, request);
  }
}

function podUsage(pod: Pod, nowMs: number): Amounts {
  const usage = new Map<string, Quantity>([[podCount, one]]);
  if (!isCharged(pod, nowMs)) return usage;
  const options = { usesStatus: true, hasOverhead: true };
  const requests = podAmounts(pod, 'requests', options);
  chargeResources(usage, requests, podAmounts(pod, 'limits', options));
  return usage;
}

/** Pods that ended, or whose deletion is overdue, use nothing but their own place. */
function isCharged({ status, metadata }: Pod, nowMs: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false;
  const deletedMs = timeMs(metadata.deletionTimestamp);
  const graceSeconds = metadata.deletionGracePeriodSeconds;
  if (deletedMs === undefined || graceSeconds === undefined) return true;
  return nowMs <= deletedMs + graceSeconds * 1000;
}
