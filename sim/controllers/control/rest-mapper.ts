/**
 * Finds the resource of a kind by discovery, which is remembered for half a minute.
 * @upstream staging/src/k8s.io/client-go/restmapper/discovery.go DeferredDiscoveryRESTMapper
 */
import { goQuote } from '../../api/go-text.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Clock } from '../../engine/clock.js';
import {
  discover,
  groupVersion,
  resourcesOfKind,
  type Discovered,
  type ServedResource,
} from './discovery.js';

/** kube-controller-manager forgets what discovery told this often. */
const rememberedMs = 30_000;

/** What discovery told, kept for the controllers of one process. */
export class RestMapper {
  private discovered: Discovered | undefined;
  private discoveredMs = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** The resources of the kind, the preferred version first, or the error that there is none. */
  *resourcesOf(
    group: string,
    kind: string,
  ): Reconciliation<readonly ServedResource[] | { readonly error: string }> {
    const known = resourcesOfKind(yield* this.all(), group, kind);
    if (known.length > 0) return known;
    if (this.discoveredMs === this.clock.now()) return noMatch(group, kind);
    this.discovered = undefined;
    const found = resourcesOfKind(yield* this.all(), group, kind);
    return found.length > 0 ? found : noMatch(group, kind);
  }

  /** The resource of a kind in a version, or the error that there is none in that. */
  *mappingOf(
    group: string,
    version: string,
    kind: string,
  ): Reconciliation<ServedResource | { readonly error: string }> {
    const isWanted = (one: ServedResource): boolean => one.version === version;
    const known = resourcesOfKind(yield* this.all(), group, kind).find(isWanted);
    if (known !== undefined) return known;
    const error = `no matches for kind ${goQuote(kind)} in version ${goQuote(groupVersion(group, version))}`;
    if (this.discoveredMs === this.clock.now()) return { error };
    this.discovered = undefined;
    return resourcesOfKind(yield* this.all(), group, kind).find(isWanted) ?? { error };
  }

  /** The versions of a group that are served, the preferred one first; none when it is not served. */
  *versionsOf(group: string): Reconciliation<readonly string[]> {
    const { groups } = yield* this.all();
    return groups.get(group) ?? [];
  }

  private *all(): Reconciliation<Discovered> {
    const isFresh = this.clock.now() - this.discoveredMs < rememberedMs;
    if (isFresh && this.discovered !== undefined) return this.discovered;
    const discovered = yield* discover();
    this.discovered = discovered;
    this.discoveredMs = this.clock.now();
    return discovered;
  }
}

function noMatch(group: string, kind: string): { readonly error: string } {
  return { error: `no matches for kind ${goQuote(kind)} in group ${goQuote(group)}` };
}
