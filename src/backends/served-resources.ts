/** What an API server serves that can be watched, as its aggregated discovery tells it. */
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';

/** A resource that can be listed and watched. */
export interface WatchableResource {
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** As histories name it: `pods`, `deployments.apps`. */
  readonly name: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
}

interface Discovery {
  readonly items?: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly freshness?: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly scope: string;
        readonly verbs?: readonly string[];
        readonly responseKind?: { readonly kind: string };
      }[];
    }[];
  }[];
}

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/**
 * Each resource once, in the version that its group prefers. Events are only taken from the core group:
 * events.k8s.io serves the same objects.
 */
export async function watchableResources(
  send: (request: ApiRequest) => Promise<ApiAnswer>,
): Promise<readonly WatchableResource[]> {
  const found = new Map<string, WatchableResource>();
  for (const path of ['/api', '/apis']) {
    const answer = await send({ method: 'GET', path, headers: { accept: aggregated } });
    for (const { metadata, versions } of (answer.body as Discovery).items ?? []) {
      const group = metadata.name ?? '';
      if (group === 'events.k8s.io') continue;
      for (const { version, resources = [] } of versions) {
        for (const { resource, scope, verbs = [], responseKind } of resources) {
          const name = group === '' ? resource : `${resource}.${group}`;
          if (found.has(name) || !verbs.includes('watch') || !verbs.includes('list')) continue;
          if (responseKind === undefined) continue;
          found.set(name, {
            apiVersion: group === '' ? version : `${group}/${version}`,
            kind: responseKind.kind,
            name,
            plural: resource,
            isNamespaced: scope === 'Namespaced',
          });
        }
      }
    }
  }
  return [...found.values()];
}

/** The path of its collection: of all namespaces, or of one. */
export function collectionPath(resource: WatchableResource, namespace?: string): string {
  const { apiVersion, plural } = resource;
  const root = apiVersion.includes('/') ? '/apis' : '/api';
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${root}/${apiVersion}${scope}/${plural}`;
}
