/**
 * Resources of nodes besides CPUs, memory and emulated GPUs: devices of other makers, huge pages, network cards.
 * A label of a node in a kind configuration says how much of one it has. They are an approximation: counted and
 * given out as Kubernetes does, and no device is behind them.
 */
import { isRecord } from '../../sim/api/equality.js';

const domain = 'capacity.seatrial.dev';

/** `amd.com/gpu` -> `amd.com.capacity.seatrial.dev/gpu`; `hugepages-2Mi` -> `capacity.seatrial.dev/hugepages-2Mi`. */
export function resourceLabel(resource: string): string {
  const slash = resource.indexOf('/');
  if (slash < 0) return `${domain}/${resource}`;
  return `${resource.slice(0, slash)}.${domain}${resource.slice(slash)}`;
}

/** What the labels of a node say that it has, by resource. */
export function resourcesIn(
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const found = Object.entries(labels).flatMap(([label, amount]) => {
    const resource = resourceOf(label);
    return resource === undefined ? [] : [[resource, amount] as const];
  });
  return Object.fromEntries(found);
}

/** The resource that a label is about; undefined for all other labels. */
export function resourceOf(label: string): string | undefined {
  const match = /^(?:(.+)\.)?capacity\.seatrial\.dev\/(.+)$/.exec(label);
  if (match === null) return undefined;
  const [, maker, name = ''] = match;
  return maker === undefined ? name : `${maker}/${name}`;
}

/** Whether an amount of the resource can be said by a label: GPUs of NVIDIA's plug-in are emulated instead. */
export function isExtended(resource: string): boolean {
  if (resource.startsWith('hugepages-')) return true;
  return resource.includes('/') && !/(^|\.)kubernetes\.io\//.test(resource) && resource !== gpu;
}

const gpu = 'nvidia.com/gpu';

/** The resources of a recorded node as labels say them. */
export function labelsOfResources(resources: unknown): Readonly<Record<string, string>> {
  if (!isRecord(resources)) return {};
  const own = Object.entries(resources).filter(
    ([name, amount]) => isExtended(name) && String(amount) !== '0',
  );
  return Object.fromEntries(own.map(([name, amount]) => [resourceLabel(name), String(amount)]));
}
