/** The defaults of what a pod asks for as a whole. @upstream pkg/apis/core/v1/defaults.go defaultPodRequests */
import type { PodSpec } from '../../../api/kinds/core.js';
import { containerLimits, containerRequests } from '../pod-totals.js';

type Amounts = Readonly<Record<string, string>>;

/** Requests from the containers' or from the limits, limits of huge pages from the containers'. */
export function podLevelDefaults(spec: PodSpec): PodSpec {
  return withRequests(withHugePageLimits(spec));
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

function isSupported(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name);
}

function withHugePageLimits(spec: PodSpec): PodSpec {
  const { limits = {}, requests = {} } = spec.resources ?? {};
  if (isEmpty(limits) && isEmpty(requests)) return spec;
  const added: Record<string, string> = {};
  for (const [name, sum] of containerLimits(spec)) {
    if (!isHugePages(name) || requests[name] !== undefined) continue;
    if (limits[name] === undefined) added[name] = sum.toString();
  }
  if (isEmpty(added)) return spec;
  return { ...spec, resources: { ...spec.resources, limits: { ...limits, ...added } } };
}

function withRequests(spec: PodSpec): PodSpec {
  const { limits = {}, requests = {} } = spec.resources ?? {};
  if (isEmpty(limits)) return spec;
  const added: Record<string, string> = {};
  for (const [name, sum] of containerRequests(spec)) {
    const isShared = isSupported(name) && !isHugePages(name);
    if (isShared && requests[name] === undefined) added[name] = sum.toString();
  }
  for (const name of Object.keys(limits)) {
    const isSet = requests[name] !== undefined || added[name] !== undefined;
    if (!isSet && isSupported(name)) added[name] = limits[name] ?? '0';
  }
  if (isEmpty(added)) return spec;
  return { ...spec, resources: { ...spec.resources, requests: { ...requests, ...added } } };
}

function isEmpty(amounts: Amounts): boolean {
  return Object.keys(amounts).length === 0;
}
