/**
 * Which resources the cluster has, as its discovery tells: found by names in the singular or the plural.
 * Left out: names of lists (`podlist`).
 * @upstream client-go/restmapper/discovery.go, apimachinery/pkg/api/meta/{restmapper,priority}.go
 */
import { isRecord } from '../../api/equality.js';
import type { ApiAnswer } from '../../api/request.js';
import type { GroupResource } from '../../api/status.js';
import type { ContainerContext } from '../workload.js';

/** A resource that is served. */
export interface MappedResource extends GroupResource {
  readonly version: string;
  readonly kind: string;
  readonly singular: string;
}

/** All resources, the first groups and the preferred versions first. */
export class RestMapper {
  private resources: readonly MappedResource[];

  constructor(resources: readonly MappedResource[] = []) {
    this.resources = resources;
  }

  /** Asks for them; `done` gets what went wrong, if anything did. What is known stays then. */
  refresh(context: ContainerContext, done: (error: string | undefined) => void): void {
    context.api({ method: 'GET', path: '/api', headers }, core => {
      context.api({ method: 'GET', path: '/apis', headers }, named => {
        const failed = [core, named].find(({ status }) => status !== 200);
        if (failed !== undefined) return done(messageOf(failed));
        this.resources = [core, named].flatMap(({ body }) => listed(body as DiscoveryList));
        return done(undefined);
      });
    });
  }

  /** The resource that is meant: of a group, or of the first of which the name begins so. */
  resourceFor({ group, resource }: GroupResource): MappedResource | { readonly error: string } {
    const name = resource.toLowerCase();
    const named = this.resources.filter(one => one.resource === name || one.singular === name);
    const found =
      named.find(one => group === '' || one.group === group) ??
      named.find(one => one.group.startsWith(group));
    return found ?? { error: `no matches for ${group}/, Resource=${name}` };
  }

  /** Its name in the singular. */
  singularOf(resource: string): string | { readonly error: string } {
    const found = this.resourceFor({ group: '', resource });
    return 'error' in found ? found : found.singular;
  }
}

const headers = {
  accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
};

/** An APIGroupDiscoveryList. */
interface DiscoveryList {
  readonly items?: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly singularResource?: string;
        readonly responseKind?: { readonly kind?: string };
      }[];
    }[];
  }[];
}

function listed({ items = [] }: DiscoveryList): readonly MappedResource[] {
  return items.flatMap(({ metadata: { name: group = '' }, versions = [] }) =>
    versions.flatMap(({ version, resources = [] }) =>
      resources
        .filter(({ resource }) => !resource.includes('/'))
        .map(({ resource, singularResource = '', responseKind: { kind = '' } = {} }) => ({
          group,
          version,
          kind,
          resource,
          singular: singularResource === '' ? kind.toLowerCase() : singularResource,
        })),
    ),
  );
}

/** What a refusal says. */
export function messageOf({ status, body }: ApiAnswer): string {
  const message = isRecord(body) ? body['message'] : body;
  return typeof message === 'string' ? message.trimEnd() : `the server answered ${status}`;
}
