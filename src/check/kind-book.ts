/** Knows which kinds the scratch server serves, by its discovery. */
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';

/** A kind as it is served. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly isNamespaced: boolean;
}

interface Discovery {
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly scope: string;
        readonly responseKind?: { readonly kind: string };
      }[];
    }[];
  }[];
}

const accept =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** The kinds; a miss makes it ask again, as long as definitions come. */
export class KindBook {
  private kinds = new Map<string, ServedKind>();
  private readonly missing = new Set<string>();

  constructor(private readonly ask: (request: ApiRequest) => ApiAnswer) {}

  /** The kind of an apiVersion; undefined when nobody serves it. */
  find(apiVersion: string, kind: string): ServedKind | undefined {
    const key = `${apiVersion} ${kind}`;
    if (!this.kinds.has(key) && !this.missing.has(key)) {
      this.refresh();
      if (!this.kinds.has(key)) this.missing.add(key);
    }
    return this.kinds.get(key);
  }

  /** The apiVersion in which a kind of that name is served. */
  elsewhere(kind: string): string | undefined {
    return [...this.kinds.values()].find(known => known.kind === kind)?.apiVersion;
  }

  /** The names of all kinds. */
  names(): readonly string[] {
    return [...new Set([...this.kinds.values()].map(({ kind }) => kind))];
  }

  private refresh(): void {
    for (const path of ['/api', '/apis']) {
      const { body } = this.ask({ method: 'GET', path, headers: { accept } });
      for (const { metadata, versions } of (body as Discovery).items) {
        for (const { version, resources = [] } of versions) {
          const group = metadata.name ?? '';
          const apiVersion = group === '' ? version : `${group}/${version}`;
          for (const { resource, scope, responseKind } of resources) {
            if (responseKind === undefined) continue;
            const isNamespaced = scope === 'Namespaced';
            const { kind } = responseKind;
            this.kinds.set(`${apiVersion} ${kind}`, { apiVersion, kind, resource, isNamespaced });
          }
        }
      }
    }
  }
}

/** The path of a kind's collection. */
export function servedPath(served: ServedKind, namespace: string): string {
  const { apiVersion, resource, isNamespaced } = served;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return isNamespaced ? `${root}/namespaces/${namespace}/${resource}` : `${root}/${resource}`;
}
