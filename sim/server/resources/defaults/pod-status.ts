/** The addresses in a pod's status. @upstream pkg/apis/core/v1/conversion.go */
import type { PodStatus } from '../../../api/kinds/core.js';

/** podIP is the first of podIPs, whichever of the two was sent; alone or at odds it is the one that counts. */
export function withAddresses(status: PodStatus): PodStatus {
  const pod = firstAddress(status.podIP, status.podIPs);
  let result = status;
  if (pod !== undefined) {
    if (result.podIP !== pod[0]?.ip) result = { ...result, podIP: pod[0]?.ip ?? '' };
    if (result.podIPs !== pod) result = { ...result, podIPs: pod };
  }
  return result;
}

type Addresses = readonly { readonly ip: string }[];

function firstAddress(one: string | undefined, all: Addresses | undefined): Addresses | undefined {
  if (one && one !== all?.[0]?.ip) return [{ ip: one }];
  return all !== undefined && all.length > 0 ? all : undefined;
}
