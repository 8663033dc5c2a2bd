/** What users of storage are warned of. @upstream pkg/api/persistentvolume/util.go, persistentvolumeclaim/util.go */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
} from '../../api/kinds/core.js';
import { nodeTermWarnings } from './affinity-warnings.js';
import { amount } from './validation/checks.js';

const classKey = 'volume.beta.kubernetes.io/storage-class';
const optionsKey = 'volume.beta.kubernetes.io/mount-options';
const classText = 'deprecated since v1.8; use "storageClassName" attribute instead';

/** The warnings about a claim. */
export function claimWarnings({ metadata, spec }: PersistentVolumeClaim): readonly string[] {
  const warnings: string[] = [];
  if (metadata.annotations?.[classKey] !== undefined) {
    warnings.push(`metadata.annotations[${classKey}]: ${classText}`);
  }
  return [...warnings, ...claimSpecWarnings(spec ?? {}, 'spec')];
}

/** The warnings about a claim's spec. */
export function claimSpecWarnings(
  { resources }: PersistentVolumeClaimSpec,
  path: string,
): readonly string[] {
  const warnings: string[] = [];
  for (const field of ['requests', 'limits'] as const) {
    const quantity = amount(resources?.[field]?.['storage']);
    if (quantity.milliValue() % 1000 === 0) continue;
    const text = `fractional byte value "${quantity.toString()}" is invalid, must be an integer`;
    warnings.push(`${path}.resources.${field}[storage]: ${text}`);
  }
  return warnings;
}

const deadSources = [
  ['cephfs', 'cephfs', 'v1.28', 'v1.31'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'v1.11', 'v1.16'],
  ['scaleIO', 'scaleIO', 'v1.16', 'v1.22'],
  ['storageos', 'storageOS', 'v1.22', 'v1.25'],
  ['glusterfs', 'glusterfs', 'v1.25', 'v1.26'],
  ['rbd', 'rbd', 'v1.28', 'v1.31'],
] as const;

/** The warnings about a volume. */
export function volumeWarnings({ metadata, spec = {} }: PersistentVolume): readonly string[] {
  const warnings: string[] = [];
  const { annotations } = metadata;
  if (annotations?.[classKey] !== undefined) {
    warnings.push(`metadata.annotations[${classKey}]: ${classText}`);
  }
  if (annotations?.[optionsKey] !== undefined) {
    const text = 'deprecated since v1.31; use "mountOptions" attribute instead';
    warnings.push(`metadata.annotations[${optionsKey}]: ${text}`);
  }
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, ' +
        'the recommended approach is to use dynamic provisioning.',
    );
  }
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  for (const [index, term] of terms.entries()) {
    const path = `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`;
    warnings.push(...nodeTermWarnings(term, path));
  }
  for (const [field, shown, since, until] of deadSources) {
    if (spec[field] === undefined) continue;
    warnings.push(`spec.${shown}: deprecated in ${since}, non-functional in ${until}+`);
  }
  return warnings;
}
