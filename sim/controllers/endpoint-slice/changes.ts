/**
 * What must change so that the slices of one set of ports hold the wanted endpoints.
 * @upstream staging/src/k8s.io/endpointslice/reconciler.go reconcileByPortMapping
 */
import type { Service } from '../../api/kinds/core.js';
import type { Endpoint, EndpointSlice } from '../../api/kinds/discovery.js';
import { areAlike, endpointKey, hasOtherLabels, sliceLabels } from './slice.js';

/** Slices to write and to delete. */
export interface SliceChanges {
  readonly toCreate: readonly EndpointSlice[];
  readonly toUpdate: readonly EndpointSlice[];
  readonly toDelete: readonly EndpointSlice[];
}

/** --max-endpoints-per-slice. */
export const endpointsMax = 100;

/** Keeps endpoints where they are, fills the slices that change, then others, then new ones. */
export function changesOf(
  service: Service,
  existing: readonly EndpointSlice[],
  wanted: readonly Endpoint[],
  emptySlice: () => EndpointSlice,
): SliceChanges {
  const missing = new Map(wanted.map(endpoint => [endpointKey(endpoint), endpoint]));
  const changed: Draft[] = [];
  const unchanged: Draft[] = [];
  const toDelete: EndpointSlice[] = [];
  for (const slice of existing) {
    const draft = keepWanted(service, slice, missing);
    if (draft.isEmptied) toDelete.push(slice);
    else if (draft.isChanged) changed.push(draft);
    else unchanged.push(draft);
  }
  const rest = [...missing.values()];
  for (const draft of changed.toSorted((a, b) => b.endpoints.length - a.endpoints.length)) {
    fill(draft, rest);
  }
  const created: Draft[] = [];
  while (rest.length > 0) {
    const draft = roomiest(unchanged, rest.length);
    if (draft === undefined) {
      const fresh: Draft = { slice: emptySlice(), endpoints: [], isChanged: true };
      created.push(fresh);
      fill(fresh, rest);
    } else {
      unchanged.splice(unchanged.indexOf(draft), 1);
      changed.push(draft);
      fill(draft, rest);
    }
  }
  return { toCreate: created.map(finished), toUpdate: changed.map(finished), toDelete };
}

interface Draft {
  readonly slice: EndpointSlice;
  readonly endpoints: Endpoint[];
  readonly isChanged: boolean;
  readonly isEmptied?: boolean;
}

/** Takes the slice's endpoints that are still wanted out of those that miss a place. */
function keepWanted(service: Service, slice: EndpointSlice, missing: Map<string, Endpoint>): Draft {
  const before = slice.endpoints ?? [];
  const endpoints: Endpoint[] = [];
  let hasUpdates = false;
  for (const old of before) {
    const key = endpointKey(old);
    const endpoint = missing.get(key);
    if (endpoint === undefined) continue;
    endpoints.push(endpoint);
    if (!areAlike(endpoint, old)) hasUpdates = true;
    missing.delete(key);
  }
  if (hasUpdates || before.length !== endpoints.length) {
    const isEmptied = endpoints.length === 0;
    const labelled = withLabels(slice, service);
    return { slice: labelled, endpoints, isChanged: true, isEmptied };
  }
  if (!hasOtherLabels(slice, service)) return { slice, endpoints: [...before], isChanged: false };
  return { slice: withLabels(slice, service), endpoints: [...before], isChanged: true };
}

function withLabels(slice: EndpointSlice, service: Service): EndpointSlice {
  return { ...slice, metadata: { ...slice.metadata, labels: sliceLabels(service) } };
}

function fill(draft: Draft, rest: Endpoint[]): void {
  draft.endpoints.push(...rest.splice(0, endpointsMax - draft.endpoints.length));
}

/** The slice that the endpoints fill best, if one has room for all of them. */
function roomiest(drafts: readonly Draft[], count: number): Draft | undefined {
  if (count >= endpointsMax) return undefined;
  let best: Draft | undefined;
  let leastLeft = endpointsMax;
  for (const draft of drafts) {
    const left = endpointsMax - (count + draft.endpoints.length);
    if (left >= 0 && left < leastLeft) {
      leastLeft = left;
      best = draft;
    }
  }
  return best;
}

function finished({ slice, endpoints }: Draft): EndpointSlice {
  return Object.assign({}, slice, { endpoints });
}
