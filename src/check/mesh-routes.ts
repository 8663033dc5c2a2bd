/** Where the input's VirtualServices and DestinationRules send requests: hosts, subsets, and what they name. */
import { isRecord } from '../../sim/api/equality.js';
import type { Labels } from '../../sim/api/selectors.js';
import type { FieldPath } from '../input/located.js';
import type { Entry } from './entry.js';
import type { Survey } from './survey.js';

const group = 'networking.istio.io';

/** A host that is named, and of which subset. */
export interface MeshDestination {
  readonly entry: Entry;
  readonly path: FieldPath;
  readonly host: string;
  readonly subset: string | undefined;
}

/** A subset of a host that a DestinationRule defines. */
export interface MeshSubset {
  readonly entry: Entry;
  readonly path: FieldPath;
  readonly host: string;
  readonly name: string;
  readonly labels: Labels;
}

/** Where VirtualServices send requests. */
export function destinationsOf(survey: Survey): readonly MeshDestination[] {
  return survey
    .ofKind(group, 'VirtualService')
    .flatMap(entry =>
      ['http', 'tls', 'tcp'].flatMap(field =>
        itemsAt(entry.object, ['spec', field]).flatMap(({ item, path }) => [
          ...itemsIn(item, path, 'route').flatMap(one => destinationAt(entry, one)),
          ...itemsIn(item, path, 'mirrors').flatMap(one => destinationAt(entry, one)),
          ...hostAt(entry, item['mirror'], [...path, 'mirror']),
        ]),
      ),
    );
}

/** The hosts of DestinationRules. */
export function rulesOf(survey: Survey): readonly MeshDestination[] {
  return survey
    .ofKind(group, 'DestinationRule')
    .flatMap(entry => hostAt(entry, entry.object['spec'], ['spec']));
}

/** The subsets of DestinationRules. */
export function subsetsOf(survey: Survey): readonly MeshSubset[] {
  return rulesOf(survey).flatMap(({ entry, host }) =>
    itemsAt(entry.object, ['spec', 'subsets']).flatMap(({ item, path }) => {
      const { name, labels } = item;
      if (typeof name !== 'string') return [];
      const texts = Object.entries(isRecord(labels) ? labels : {}).map(
        ([key, value]) => [key, String(value)] as const,
      );
      return [{ entry, path, host, name, labels: Object.fromEntries(texts) }];
    }),
  );
}

/** The hosts that ServiceEntries add. */
export function addedHosts(survey: Survey): readonly string[] {
  return survey.ofKind(group, 'ServiceEntry').flatMap(({ object }) => {
    const spec = object['spec'];
    const hosts = isRecord(spec) ? spec['hosts'] : undefined;
    return Array.isArray(hosts) ? hosts.map(String) : [];
  });
}

/** The Service that a host means, seen from a namespace; undefined where it is outside of the cluster. */
export function serviceNamed(
  host: string,
  namespace: string,
): { readonly namespace: string; readonly name: string } | undefined {
  if (host.includes('*') || host === '') return undefined;
  const [name = '', where, ...rest] = host.split('.');
  if (where === undefined) return { name, namespace };
  const isInside =
    rest[0] === 'svc' && (rest.length === 1 || rest.join('.') === 'svc.cluster.local');
  return isInside ? { name, namespace: where } : undefined;
}

interface Item {
  readonly item: Readonly<Record<string, unknown>>;
  readonly path: FieldPath;
}

function itemsAt(object: object, [spec, field]: readonly ['spec', string]): readonly Item[] {
  const found = (object as Readonly<Record<string, unknown>>)[spec];
  return isRecord(found) ? itemsIn(found, [spec], field) : [];
}

function itemsIn(
  parent: Readonly<Record<string, unknown>>,
  path: FieldPath,
  field: string,
): readonly Item[] {
  const list = parent[field];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, index) =>
    isRecord(item) ? [{ item, path: [...path, field, index] }] : [],
  );
}

function destinationAt(entry: Entry, { item, path }: Item): readonly MeshDestination[] {
  return hostAt(entry, item['destination'], [...path, 'destination']);
}

function hostAt(entry: Entry, found: unknown, path: FieldPath): readonly MeshDestination[] {
  if (!isRecord(found) || typeof found['host'] !== 'string') return [];
  const { host, subset } = found;
  return [{ entry, path, host, subset: typeof subset === 'string' ? subset : undefined }];
}
