/**
 * Keeps Endpoints within a thousand addresses.
 * @upstream pkg/controller/endpoint/endpoints_controller.go truncateEndpoints
 */
import type { EndpointSubset } from '../../api/kinds/core.js';

const addressesMax = 1000;

/** How many addresses there are, ready or not. */
export function countOf(subsets: readonly EndpointSubset[]): {
  readonly ready: number;
  readonly unready: number;
} {
  let ready = 0;
  let unready = 0;
  for (const { addresses = [], notReadyAddresses = [] } of subsets) {
    ready += addresses.length;
    unready += notReadyAddresses.length;
  }
  return { ready, unready };
}

/** Whether there are too many addresses. */
export function isOverCapacity(subsets: readonly EndpointSubset[]): boolean {
  const { ready, unready } = countOf(subsets);
  return ready + unready > addressesMax;
}

/** The subsets with each its share of the addresses; ready ones come first. */
export function truncated(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  if (!isOverCapacity(subsets)) return subsets;
  const { ready, unready } = countOf(subsets);
  const cutsReady = ready > addressesMax;
  const room = cutsReady ? addressesMax : addressesMax - ready;
  const total = cutsReady ? ready : unready;
  let left = room;
  const take = <T>(items: readonly T[]): readonly T[] => {
    const share = Math.min(left, Math.ceil((items.length / total) * room));
    const taken = items.slice(0, share);
    left -= taken.length;
    return taken;
  };
  return subsets.map(({ addresses = [], notReadyAddresses = [], ...subset }) => {
    const kept = cutsReady ? take(addresses) : addresses;
    const keptUnready = cutsReady ? [] : take(notReadyAddresses);
    return {
      ...subset,
      ...(kept.length > 0 && { addresses: kept }),
      ...(keptUnready.length > 0 && { notReadyAddresses: keptUnready }),
    };
  });
}
