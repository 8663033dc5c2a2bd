/**
 * Which slices the controller has written and not yet seen.
 * @upstream staging/src/k8s.io/endpointslice/util/endpointslice_tracker.go
 */
import type { EndpointSlice } from '../../api/kinds/discovery.js';
import { serviceNameLabel } from './slice.js';

const deletionExpected = -1;

/** The generations of slices that are expected, by service and uid. */
export class SliceTracker {
  private readonly byService = new Map<string, Map<string, number>>();

  /** Whether a slice is unknown, or newer than what was written. */
  isNews(slice: EndpointSlice): boolean {
    const known = this.byService.get(serviceKeyOf(slice))?.get(uidOf(slice));
    return known === undefined || generationOf(slice) > known;
  }

  isKnown(slice: EndpointSlice): boolean {
    return this.byService.get(serviceKeyOf(slice))?.has(uidOf(slice)) ?? false;
  }

  /** Whether the cache is behind what was written. */
  isStale(serviceKey: string, slices: readonly EndpointSlice[]): boolean {
    const known = this.byService.get(serviceKey);
    if (known === undefined) return false;
    const given = new Set<string>();
    for (const slice of slices) {
      const uid = uidOf(slice);
      given.add(uid);
      const expected = known.get(uid);
      if (expected === undefined) continue;
      if (expected === deletionExpected || expected > generationOf(slice)) return true;
    }
    for (const [uid, expected] of known) {
      if (expected !== deletionExpected && !given.has(uid)) return true;
    }
    return false;
  }

  wrote(slice: EndpointSlice): void {
    this.of(slice).set(uidOf(slice), generationOf(slice));
  }

  expectDeletion(slice: EndpointSlice): void {
    this.of(slice).set(uidOf(slice), deletionExpected);
  }

  /** Notes that a slice went; returns whether that was expected. */
  wasExpectedToGo(slice: EndpointSlice): boolean {
    const known = this.byService.get(serviceKeyOf(slice));
    const expected = known?.get(uidOf(slice));
    known?.delete(uidOf(slice));
    return expected === undefined || expected === deletionExpected;
  }

  forget(serviceKey: string): void {
    this.byService.delete(serviceKey);
  }

  private of(slice: EndpointSlice): Map<string, number> {
    const key = serviceKeyOf(slice);
    const known = this.byService.get(key) ?? new Map<string, number>();
    this.byService.set(key, known);
    return known;
  }
}

/** `namespace/name` of the slice's service. */
export function serviceKeyOf({ metadata }: EndpointSlice): string {
  return `${metadata.namespace}/${metadata.labels?.[serviceNameLabel] ?? ''}`;
}

function uidOf({ metadata }: EndpointSlice): string {
  return metadata.uid ?? '';
}

function generationOf({ metadata }: EndpointSlice): number {
  return metadata.generation ?? 0;
}
