/** The classic form of discovery: groups, and the resources of a version. */
import { sha256 } from '../../api/jwt/sha256.js';
import type { Core } from '../core.js';
import type { ServedGroup, ServedResource, ServedVersion } from '../registry.js';

/** `{groupVersion, version}`. */
interface VersionEntry {
  readonly groupVersion: string;
  readonly version: string;
}

/** An APIGroup's own fields. */
export interface GroupEntry {
  readonly name: string;
  readonly versions: readonly VersionEntry[];
  readonly preferredVersion: VersionEntry | undefined;
}

/** A group with the versions that it serves, also those that other components serve. */
export interface ListedGroup {
  readonly group: string;
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly Readonly<Record<string, unknown>>[];
  }[];
}

/** The core group. */
export function coreGroups({ registry }: Core): readonly ServedGroup[] {
  return registry.groups().filter(({ group }) => group === '');
}

/** All groups but the core one, in the order of discovery. */
export function namedGroups({ registry }: Core): readonly ServedGroup[] {
  return registry.groups().filter(({ group }) => group !== '');
}

/** The groups that other components serve. */
export function aggregatedGroups({ options, remotes }: Core): readonly ListedGroup[] {
  const groups = new Map<string, ListedGroup>();
  const own = Object.entries(options.aggregated ?? {}).map(([groupVersion, { resources }]) => {
    const [group = '', version = ''] = groupVersion.split('/');
    return { group, version, resources };
  });
  for (const { group, version, resources } of [...own, ...remotes.list]) {
    const versions = [...(groups.get(group)?.versions ?? []), { version, resources }];
    groups.set(group, { group, versions });
  }
  return [...groups.values()];
}

/** A group as an APIGroup shows it. */
export function groupEntry({
  group,
  versions,
}: {
  readonly group: string;
  readonly versions: readonly { readonly version: string }[];
}): GroupEntry {
  const entries = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: entries, preferredVersion: entries[0] };
}

/** The APIResourceList of a version. The core one has no apiVersion. */
export function resourceList(group: string, { version, resources }: ServedVersion): unknown {
  return {
    kind: 'APIResourceList',
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: resources.flatMap(resourceEntries),
  };
}

function resourceEntries(resource: ServedResource): readonly unknown[] {
  const { kind, singular, shortNames, categories } = resource;
  const { resource: name, isNamespaced: namespaced } = kind;
  const own = {
    name,
    singularName: singular,
    namespaced,
    kind: kind.kind,
    verbs: resource.verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(resource.verbs.includes('update') && { storageVersionHash: storageHash(resource) }),
  };
  const parts = resource.subresources.map(part => ({
    name: `${name}/${part.name}`,
    singularName: '',
    namespaced,
    ...(part.version !== '' && !isOwn(part, kind) && { group: part.group, version: part.version }),
    kind: part.kind,
    verbs: part.verbs,
  }));
  return [own, ...parts];
}

function isOwn(
  part: { readonly group: string; readonly version: string },
  kind: { readonly group: string; readonly version: string },
): boolean {
  return part.group === kind.group && part.version === kind.version;
}

const hashes = new Map<string, string>();

/** @upstream apiserver/pkg/endpoints/discovery/storageversionhash.go */
function storageHash({ kind, storedStrategy, custom }: ServedResource): string {
  const stored = custom === undefined ? storedStrategy.kind : kind;
  const version = custom?.storageVersion ?? stored.version;
  const text = `${stored.group}/${version}/${stored.kind}`;
  let hash = hashes.get(text);
  if (hash === undefined) {
    const digest = sha256(new TextEncoder().encode(text)).subarray(0, 8);
    hashes.set(text, (hash = Buffer.from(digest).toString('base64')));
  }
  return hash;
}
