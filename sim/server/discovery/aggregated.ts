/** The aggregated form of discovery: all groups with all their resources in one answer. */
import { Attached } from '../../engine/attached.js';
import type { ServedGroup, ServedResource } from '../registry.js';
import type { ListedGroup } from './resources.js';

/** An APIGroupDiscoveryList. */
export function groupDiscoveryList(
  groups: readonly ServedGroup[],
  aggregated: readonly ListedGroup[],
): unknown {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: [...groups.map(servedItem), ...aggregated.map(listedItem)],
  };
}

const servedItems = new Attached<ServedGroup, object>();

/** Made once: controllers ask for it twice a minute, and the groups are others when a definition changes. */
function servedItem(group: ServedGroup): object {
  return servedItems.of(group, madeItem);
}

function madeItem({ group, versions }: ServedGroup): object {
  return {
    metadata: group === '' ? {} : { name: group },
    versions: versions.map(({ version, resources }) => ({
      version,
      resources: resources.map(resourceItem),
      freshness: 'Current',
    })),
  };
}

function resourceItem(resource: ServedResource): unknown {
  const { kind, singular, verbs, shortNames, categories, subresources, custom } = resource;
  const isCustom = custom !== undefined;
  const { group, version } = isCustom ? kind : { group: '', version: '' };
  return {
    resource: kind.resource,
    responseKind: { group, version, kind: kind.kind },
    scope: kind.isNamespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map(part => ({
        subresource: part.name,
        responseKind: { group: part.group, version: part.version, kind: part.kind },
        verbs: part.verbs,
      })),
    }),
  };
}

interface ListedResource {
  readonly name?: string;
  readonly singularName?: string;
  readonly namespaced?: boolean;
  readonly kind?: string;
  readonly verbs?: readonly string[];
}

function listedItem({ group, versions }: ListedGroup): unknown {
  return {
    metadata: { name: group },
    versions: versions.map(({ version, resources }) => ({
      version,
      resources: (resources as readonly ListedResource[]).map(resource => ({
        resource: resource.name,
        responseKind: { group, version, kind: resource.kind },
        scope: resource.namespaced === true ? 'Namespaced' : 'Cluster',
        singularResource: resource.singularName ?? '',
        verbs: resource.verbs ?? [],
      })),
      freshness: 'Current',
    })),
  };
}
