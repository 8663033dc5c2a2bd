/** What a claim's status tells of the devices that were found. @upstream allocator_incubating.go Allocate */
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
} from '../../api/kinds/core.js';
import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
} from '../../api/kinds/resource.js';
import { deepEqual } from '../../api/equality.js';
import { AllocationError } from './errors.js';
import type { ClaimPlan, Found, RequestPlan } from './wishes.js';

/** Stands in for the id of a share until the node is chosen. */
export const noShareId = '';

/** The result for the claim on the node. */
export function allocationResult(plan: ClaimPlan, node: string): AllocationResult {
  const results = plan.found.map(resultOf);
  const config = [...classConfig(plan), ...claimConfig(plan)];
  const nodeSelector = selectorOf(plan, node);
  return {
    devices: { ...(results.length > 0 && { results }), ...(config.length > 0 && { config }) },
    ...(nodeSelector !== undefined && { nodeSelector }),
  };
}

function resultOf({ wish, candidate, consumed }: Found): DeviceRequestAllocationResult {
  const { device, pool } = candidate;
  const { bindingConditions, bindingFailureConditions } = device;
  return {
    request: wish.fullName,
    driver: pool.driver,
    pool: pool.name,
    device: device.name,
    ...(wish.isAdmin && { adminAccess: true }),
    ...(wish.tolerations.length > 0 && { tolerations: wish.tolerations }),
    ...(bindingConditions !== undefined && { bindingConditions }),
    ...(bindingFailureConditions !== undefined && { bindingFailureConditions }),
    ...(consumed !== undefined && { shareID: noShareId }),
    ...(consumed !== undefined &&
      consumed.size > 0 && {
        consumedCapacity: Object.fromEntries(
          [...consumed].map(([name, amount]) => [name, amount.toString()]),
        ),
      }),
  };
}

/** The configuration of each class once, for all requests that ended with it. */
function classConfig({ requests }: ClaimPlan): readonly DeviceAllocationConfiguration[] {
  const byClass = new Map<string, string[]>();
  const config: DeviceAllocationConfiguration[] = [];
  for (const request of requests) {
    const wish = request.wishes[request.chosen];
    if (wish === undefined) continue;
    const { metadata, spec } = wish.deviceClass;
    const known = byClass.get(metadata.name ?? '');
    if (known !== undefined) {
      known.push(wish.fullName);
      continue;
    }
    const names = [wish.fullName];
    byClass.set(metadata.name ?? '', names);
    for (const each of spec.config ?? []) {
      config.push({ source: 'FromClass', requests: names, ...each });
    }
  }
  return config;
}

function claimConfig({ claim, requests }: ClaimPlan): readonly DeviceAllocationConfiguration[] {
  return (claim.spec.devices?.config ?? []).flatMap(each => {
    const made = { source: 'FromClaim', ...each };
    if ((each.requests?.length ?? 0) === 0) return [made];
    return requests.filter(request => isMeant(each.requests ?? [], request)).map(() => made);
  });
}

function isMeant(names: readonly string[], request: RequestPlan): boolean {
  if (names.includes(request.name)) return true;
  return names.includes(request.wishes[request.chosen]?.fullName ?? '');
}

/** Where the devices can be used; undefined: everywhere. @upstream createNodeSelector */
function selectorOf({ claim, found }: ClaimPlan, node: string): NodeSelector | undefined {
  const fields: NodeSelectorRequirement[] = [];
  const expressions: NodeSelectorRequirement[] = [];
  for (const { candidate } of found) {
    const { device, slice } = candidate;
    const place = slice.spec.perDeviceNodeSelection === true ? device : slice.spec;
    if (place.nodeName !== undefined || device.bindsToNode === true) return only(node);
    const terms = place.nodeSelector?.nodeSelectorTerms ?? [];
    if (terms.length > 1) {
      const problem = `unsupported ResourceSlice.NodeSelector with ${terms.length} terms`;
      const { name = '' } = claim.metadata;
      throw new AllocationError(`create NodeSelector for claim ${name}: ${problem}`);
    }
    addNew(terms[0]?.matchFields, fields);
    addNew(terms[0]?.matchExpressions, expressions);
  }
  if (fields.length === 0 && expressions.length === 0) return undefined;
  const term: NodeSelectorTerm = {
    ...(expressions.length > 0 && { matchExpressions: expressions }),
    ...(fields.length > 0 && { matchFields: fields }),
  };
  return { nodeSelectorTerms: [term] };
}

function only(node: string): NodeSelector {
  const field = { key: 'metadata.name', operator: 'In', values: [node] };
  return { nodeSelectorTerms: [{ matchFields: [field] }] };
}

function addNew(
  from: readonly NodeSelectorRequirement[] | undefined,
  to: NodeSelectorRequirement[],
): void {
  for (const requirement of from ?? []) {
    if (!to.some(known => isSame(known, requirement))) to.push(requirement);
  }
}

function isSame(a: NodeSelectorRequirement, b: NodeSelectorRequirement): boolean {
  const values = (each: NodeSelectorRequirement) => [...new Set(each.values ?? [])].sort();
  return a.key === b.key && a.operator === b.operator && deepEqual(values(a), values(b));
}
