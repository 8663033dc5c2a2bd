/** GPUs and other devices that containers ask for. */
import type { Container } from '../../sim/api/kinds/core.js';
import { quantity } from '../../sim/api/quantity.js';
import type { PodTemplate } from './pod-template.js';

/** Whether the resource is counted in devices: it has a domain that is not Kubernetes' own. */
export function isDevice(resource: string): boolean {
  return resource.includes('/') && !/(^|\.)kubernetes\.io\//.test(resource);
}

/** Whether it is a GPU or a part of one. */
export function isGpu(resource: string): boolean {
  return isDevice(resource) && /(gpu|mig-|\/mps|vgpu)/i.test(resource);
}

/** The devices that a container asks for, by resource. */
export function devicesOf({ resources }: Container): ReadonlyMap<string, number> {
  const all = { ...resources?.limits, ...resources?.requests };
  return new Map(
    Object.entries(all)
      .filter(([name]) => isDevice(name))
      .map(([name, amount]) => [name, quantity(amount).toNumber()]),
  );
}

/** Whether any container asks for a GPU. */
export function asksForGpus({ containers }: PodTemplate): boolean {
  return containers.some(({ container }) =>
    [...devicesOf(container)].some(([name, count]) => isGpu(name) && count > 0),
  );
}
