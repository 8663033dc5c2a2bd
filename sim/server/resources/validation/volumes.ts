/** Checks of a pod's volumes. @upstream pkg/apis/core/validation/validation.go ValidateVolumes */
import { dns1123SubdomainErrors } from '../../../api/labels.js';
import { goQuote } from '../../../api/go-text.js';
import type { ObjectMeta } from '../../../api/kinds/meta.js';
import type { KeyToPath, Volume } from '../../../api/kinds/core.js';
import { duplicate, forbidden, invalid, notSupported, required } from '../field-error.js';
import { amount, checkLabel, type Errors } from './checks.js';
import { checkClaimTemplate } from './claims.js';
import { checkMode, checkNoBacksteps, checkNonReserved } from './paths.js';
import type { PodOptions } from './pod-options.js';
import { checkDownwardFile, checkProjected } from './projected-volumes.js';
import { checkStorageVolume, storageVolumes } from './storage-volumes.js';

/** The volumes that may be mounted: those that are sound, by name. */
export type SoundVolumes = ReadonlyMap<string, Volume>;

const noVolumes: SoundVolumes = new Map();

/** Checks the volumes; the answer holds those without fault. */
export function checkVolumes(
  volumes: readonly Volume[] | undefined,
  metadata: ObjectMeta | undefined,
  path: string,
  options: PodOptions,
  errors: Errors,
): SoundVolumes {
  if (volumes === undefined || volumes.length === 0) return noVolumes;
  const sound = new Map<string, Volume>();
  const made = madeClaims(volumes, metadata);
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    const before = errors.length;
    checkSource(volume, at, metadata, options, errors);
    if (!volume.name) errors.push(required(`${at}.name`));
    else checkLabel(volume.name, `${at}.name`, errors);
    if (sound.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    if (errors.length === before) sound.set(volume.name, volume);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && made.has(claim)) {
      const text = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(invalid(`${at}.persistentVolumeClaim.claimName`, claim, text));
    }
  }
  return sound;
}

function madeClaims(
  volumes: readonly Volume[],
  metadata: ObjectMeta | undefined,
): ReadonlySet<string> {
  const made = new Set<string>();
  if (!metadata?.name) return made;
  for (const volume of volumes) {
    if (volume.ephemeral !== undefined) made.add(`${metadata.name}-${volume.name}`);
  }
  return made;
}

type Check = (
  volume: Volume,
  path: string,
  metadata: ObjectMeta | undefined,
  errors: Errors,
) => void;

/** Sources in the order in which upstream looks for them. */
const sources: readonly (readonly [keyof Volume, Check])[] = [
  ['emptyDir', checkEmptyDir],
  ['hostPath', checkHostPath],
  ...storageVolumes.slice(0, 3).map(name => [name, checkStorage(name)] as const),
  ['secret', checkSecret],
  ...storageVolumes.slice(3, 7).map(name => [name, checkStorage(name)] as const),
  ['persistentVolumeClaim', checkClaim],
  ...storageVolumes.slice(7, 11).map(name => [name, checkStorage(name)] as const),
  ['downwardAPI', checkDownward],
  ...storageVolumes.slice(11, 13).map(name => [name, checkStorage(name)] as const),
  ['configMap', checkConfigMap],
  ...storageVolumes.slice(13, 19).map(name => [name, checkStorage(name)] as const),
  ['projected', (volume, path, _metadata, errors) => checkProjected(volume, path, errors)],
  ...storageVolumes.slice(19).map(name => [name, checkStorage(name)] as const),
  ['ephemeral', checkEphemeral],
  ['image', checkImage],
];

/** Where upstream's paths differ from the field's name. */
const forbiddenPaths: Readonly<Record<string, string>> = {
  cephfs: 'cephFS',
  downwardAPI: 'downwarAPI',
};

function checkStorage(name: keyof Volume): Check {
  return (volume, path, _metadata, errors) => checkStorageVolume(name, volume, path, errors);
}

function checkSource(
  volume: Volume,
  path: string,
  metadata: ObjectMeta | undefined,
  options: PodOptions,
  errors: Errors,
): void {
  let count = 0;
  for (const [name, check] of sources) {
    if (volume[name] === undefined) continue;
    if (count > 0) {
      const at = `${path}.${forbiddenPaths[name] ?? name}`;
      errors.push(forbidden(at, 'may not specify more than 1 volume type'));
    } else {
      count++;
      if (name === 'image' && options.isPod && !volume.image?.reference) {
        errors.push(required(`${path}.image.reference`));
      }
      check(volume, path, metadata, errors);
    }
  }
  if (count === 0) errors.push(required(path, 'must specify a volume type'));
}

function checkEmptyDir(volume: Volume, path: string, _metadata: unknown, errors: Errors): void {
  if (amount(volume.emptyDir?.sizeLimit).sign() >= 0) return;
  const text = 'SizeLimit field must be a valid resource quantity';
  errors.push(forbidden(`${path}.emptyDir.sizeLimit`, text));
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

function checkHostPath(volume: Volume, path: string, _metadata: unknown, errors: Errors): void {
  const source = volume.hostPath;
  if (source === undefined) return;
  checkHostPathSource(source, `${path}.hostPath`, errors);
}

/** A path of the node. */
export function checkHostPathSource(
  source: NonNullable<Volume['hostPath']>,
  path: string,
  errors: Errors,
): void {
  if (!source.path) {
    errors.push(required(`${path}.path`));
    return;
  }
  checkNoBacksteps(source.path, `${path}.path`, errors);
  if (source.type !== undefined && !hostPathTypes.includes(source.type)) {
    errors.push(notSupported(`${path}.type`, source.type, hostPathTypes));
  }
}

function checkSecret(volume: Volume, path: string, _metadata: unknown, errors: Errors): void {
  const at = `${path}.secret`;
  if (!volume.secret?.secretName) errors.push(required(`${at}.secretName`));
  checkMode(volume.secret?.defaultMode, `${at}.defaultMode`, errors);
  checkItems(volume.secret?.items, `${at}.items`, errors);
}

function checkConfigMap(volume: Volume, path: string, _metadata: unknown, errors: Errors): void {
  const at = `${path}.configMap`;
  if (!volume.configMap?.name) errors.push(required(`${at}.name`));
  checkMode(volume.configMap?.defaultMode, `${at}.defaultMode`, errors);
  checkItems(volume.configMap?.items, `${at}.items`, errors);
}

function checkItems(items: readonly KeyToPath[] | undefined, path: string, errors: Errors): void {
  for (const [index, item] of (items ?? []).entries()) {
    checkKeyToPath(item, `${path}[${index}]`, errors);
  }
}

/** A key and the file that it becomes. */
export function checkKeyToPath(item: KeyToPath, path: string, errors: Errors): void {
  if (!item.key) errors.push(required(`${path}.key`));
  if (!item.path) errors.push(required(`${path}.path`));
  checkNonReserved(item.path ?? '', `${path}.path`, errors);
  checkMode(item.mode, `${path}.mode`, errors);
}

function checkClaim(volume: Volume, path: string, _metadata: unknown, errors: Errors): void {
  if (volume.persistentVolumeClaim?.claimName) return;
  errors.push(required(`${path}.persistentVolumeClaim.claimName`));
}

function checkDownward(volume: Volume, path: string, _metadata: unknown, errors: Errors): void {
  const at = `${path}.downwardAPI`;
  checkMode(volume.downwardAPI?.defaultMode, `${at}.defaultMode`, errors);
  for (const file of volume.downwardAPI?.items ?? []) checkDownwardFile(file, at, errors);
}

function checkEphemeral(
  volume: Volume,
  path: string,
  metadata: ObjectMeta | undefined,
  errors: Errors,
): void {
  const template = volume.ephemeral?.volumeClaimTemplate;
  const at = `${path}.ephemeral.volumeClaimTemplate`;
  if (template === undefined) errors.push(required(at));
  else checkClaimTemplate(template, at, errors);
  if (!metadata?.name || !volume.name) return;
  const claim = `${metadata.name}-${volume.name}`;
  for (const text of dns1123SubdomainErrors(claim)) {
    errors.push(invalid(`${path}.name`, volume.name, `PVC name ${goQuote(claim)}: ${text}`));
  }
}

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

function checkImage(volume: Volume, path: string, _metadata: unknown, errors: Errors): void {
  checkPullPolicy(volume.image?.pullPolicy, `${path}.image.pullPolicy`, errors);
}

/** When an image is pulled. */
export function checkPullPolicy(policy: string | undefined, path: string, errors: Errors): void {
  if (!policy) errors.push(required(path));
  else if (!pullPolicies.includes(policy)) errors.push(notSupported(path, policy, pullPolicies));
}
