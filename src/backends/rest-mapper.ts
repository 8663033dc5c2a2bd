/** Finds the path of a kind by asking the API server's discovery. */
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';

/** A kind as the server serves it. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly isNamespaced: boolean;
  readonly shortNames: readonly string[];
}

type Send = (request: ApiRequest) => Promise<ApiAnswer>;

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

interface Discovery {
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly scope: string;
        readonly shortNames?: readonly string[];
        readonly responseKind?: { readonly kind: string };
      }[];
    }[];
  }[];
}

/** Knows the kinds that are served; asks again when it misses one, since a CRD may have come. */
export class RestMapper {
  private kinds = new Map<string, ServedKind>();

  constructor(private readonly send: Send) {}

  /** The kind of an apiVersion; undefined when the server does not serve it. */
  async find(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
    const key = `${apiVersion} ${kind}`;
    if (!this.kinds.has(key)) await this.refresh();
    return this.kinds.get(key);
  }

  /** Every kind that is served, in discovery's order. */
  async all(): Promise<readonly ServedKind[]> {
    if (this.kinds.size === 0) await this.refresh();
    return [...this.kinds.values()];
  }

  /** The same as they are served now. */
  async refreshed(): Promise<readonly ServedKind[]> {
    await this.refresh();
    return [...this.kinds.values()];
  }

  private async refresh(): Promise<void> {
    const kinds = new Map<string, ServedKind>();
    for (const path of ['/api', '/apis']) {
      const answer = await this.send({ method: 'GET', path, headers: { accept: aggregated } });
      for (const { metadata, versions } of (answer.body as Discovery).items) {
        for (const { version, resources = [] } of versions) {
          const group = metadata.name ?? '';
          const apiVersion = group === '' ? version : `${group}/${version}`;
          for (const { resource, scope, responseKind, shortNames = [] } of resources) {
            if (responseKind === undefined) continue;
            const isNamespaced = scope === 'Namespaced';
            const { kind } = responseKind;
            const served = { apiVersion, kind, resource, isNamespaced, shortNames };
            kinds.set(`${apiVersion} ${kind}`, served);
          }
        }
      }
    }
    this.kinds = kinds;
  }
}

/** The path of a collection, or of an object when a name is given. */
export function servedPath(
  served: ServedKind,
  object: { readonly namespace?: string | undefined; readonly name?: string | undefined },
): string {
  const root = served.apiVersion.includes('/') ? '/apis' : '/api';
  const scope = served.isNamespaced ? `/namespaces/${object.namespace ?? 'default'}` : '';
  const name = object.name === undefined ? '' : `/${encodeURIComponent(object.name)}`;
  return `${root}/${served.apiVersion}${scope}/${served.resource}${name}`;
}

/** What an object is, for messages: `MXJob distributed-training`. */
export function title(object: KubeObject): string {
  return `${object.kind ?? 'object'} ${object.metadata?.name ?? ''}`.trim();
}
