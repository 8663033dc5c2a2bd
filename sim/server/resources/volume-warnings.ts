/** Warnings about the volumes of pods. @upstream pkg/api/pod/warnings.go warningsForOverlappingVirtualPaths */
import type { KeyToPath, Volume, VolumeProjection } from '../../api/kinds/core.js';
import { claimSpecWarnings } from './storage-warnings.js';

type Told = readonly [field: keyof Volume, shown: string, text: string];

const gone = (since: string, until: string) =>
  `deprecated in ${since}, non-functional in ${until}+`;

const before: readonly Told[] = [
  ['photonPersistentDisk', 'photonPersistentDisk', gone('v1.11', 'v1.16')],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', gone('v1.16', 'v1.22')],
  ['flocker', 'flocker', gone('v1.22', 'v1.25')],
  ['storageos', 'storageOS', gone('v1.22', 'v1.25')],
  ['quobyte', 'quobyte', gone('v1.22', 'v1.25')],
  ['glusterfs', 'glusterfs', gone('v1.25', 'v1.26')],
];

const after: readonly Told[] = [
  ['cephfs', 'cephfs', gone('v1.28', 'v1.31')],
  ['rbd', 'rbd', gone('v1.28', 'v1.31')],
];

/** The warnings about a pod's volumes. */
export function volumeWarnings(volumes: readonly Volume[], path: string): readonly string[] {
  const warnings: string[] = [];
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}.volumes[${index}]`;
    warnSource(volume, before, at, warnings);
    const template = volume.ephemeral?.volumeClaimTemplate;
    if (template !== undefined) {
      warnings.push(
        ...claimSpecWarnings(template.spec, `${at}.ephemeral.volumeClaimTemplate.spec`),
      );
    }
    warnSource(volume, after, at, warnings);
  }
  for (const volume of volumes) warnOverlaps(volume, warnings);
  return warnings;
}

function warnSource(volume: Volume, told: readonly Told[], path: string, warnings: string[]): void {
  for (const [field, shown, text] of told) {
    if (volume[field] !== undefined) warnings.push(`${path}.${shown}: ${text}`);
  }
}

interface Place {
  readonly path: string;
  readonly source: string;
}

function warnOverlaps(volume: Volume, warnings: string[]): void {
  const { name, configMap, secret, downwardAPI, projected } = volume;
  const say = (what: string, text: string) => {
    warnings.push(`volume "${name}" (${what}): overlapping paths: ${text}`);
  };
  const own: readonly (readonly [string, readonly { readonly path: string }[] | undefined])[] = [
    [`ConfigMap "${configMap?.name ?? ''}"`, configMap?.items],
    [`Secret "${secret?.secretName ?? ''}"`, secret?.items],
    ['DownwardAPI', downwardAPI?.items],
  ];
  for (const [what, items] of own) {
    const known: Place[] = [];
    for (const { path } of items ?? []) {
      for (const text of collide(known, { path, source: '' })) say(what, text);
    }
  }
  const known: Place[] = [];
  for (const source of projected?.sources ?? []) {
    const places = placesOf(source);
    if (places === undefined) {
      warnings.push(`volume "${name}" (Projected) has no sources provided`);
      continue;
    }
    for (const place of places) {
      for (const text of collide(known, place)) say('Projected', text);
    }
  }
}

/** Adds a place to those known, telling with which ones it collides. */
function collide(known: Place[], { path, source }: Place): readonly string[] {
  const place = { path: path.replace(/\/+$/, ''), source };
  const texts = known.flatMap(other =>
    overlaps(place.path, other.path) ? [`${shown(place)} with ${shown(other)}`] : [],
  );
  known.push(place);
  return texts;
}

function overlaps(one: string, other: string): boolean {
  if (one === '' || other === '') return false;
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

function shown({ path, source }: Place): string {
  return source === '' ? `"${path}"` : `"${path}" (${source})`;
}

function placesOf(source: VolumeProjection): readonly Place[] | undefined {
  const { configMap, secret, downwardAPI, serviceAccountToken: token } = source;
  if (Object.keys(source).length === 0) return undefined;
  if (configMap?.items) return placed(configMap.items, `ConfigMap "${configMap.name ?? ''}"`);
  if (secret?.items) return placed(secret.items, `Secret "${secret.name ?? ''}"`);
  if (downwardAPI?.items) return placed(downwardAPI.items, 'DownwardAPI');
  if (token) return [{ path: token.path, source: 'ServiceAccountToken' }];
  return moreOf(source);
}

function moreOf({
  clusterTrustBundle: bundle,
  podCertificate,
}: VolumeProjection): readonly Place[] {
  if (bundle) {
    const name = bundle.name ?? bundle.signerName ?? '';
    return [{ path: bundle.path, source: `ClusterTrustBundle "${name}"` }];
  }
  const {
    certificateChainPath: chain,
    keyPath: key,
    credentialBundlePath: both,
  } = podCertificate ?? {};
  return [
    ...(chain ? [{ path: chain, source: 'PodCertificate chain' }] : []),
    ...(key ? [{ path: key, source: 'PodCertificate key' }] : []),
    ...(both ? [{ path: both, source: 'PodCertificate credential bundle' }] : []),
  ];
}

function placed(items: readonly Pick<KeyToPath, 'path'>[], source: string): readonly Place[] {
  return items.map(({ path }) => ({ path, source }));
}
