/**
 * Checks of volumes that some storage system provides, in pods and persistent volumes.
 * @upstream pkg/apis/core/validation/validation.go
 */
import { dns1123SubdomainErrors } from '../../../api/labels.js';
import type { Volume } from '../../../api/kinds/core.js';
import { invalid, notSupported, required, tooLong } from '../field-error.js';
import { checkLabel, checkRange, tell, type Errors } from './checks.js';

/** The fields of such volumes, in the order in which upstream looks for them. */
export const storageVolumes: readonly (keyof Volume)[] = [
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'scaleIO',
  'csi',
];

/** Where the volume stands. */
export interface StorageOptions {
  /** In a persistent volume, whose sources have secrets in namespaces. */
  readonly isPersistent?: boolean;
}

/** Checks the volume's source of this name. */
export function checkStorageVolume(
  name: keyof Volume,
  volume: Volume,
  path: string,
  errors: Errors,
  options: StorageOptions = {},
): void {
  const at = `${path}.${name === 'gcePersistentDisk' ? 'persistentDisk' : name}`;
  const source = volume[name] as Readonly<Record<string, unknown>>;
  const fields = requiredFields[name];
  if (fields !== undefined) checkRequired(source, fields, at, errors);
  switch (name) {
    case 'gcePersistentDisk':
      checkPartition(volume.gcePersistentDisk?.partition, `${at}.partition`, errors);
      break;
    case 'awsElasticBlockStore':
      checkPartition(volume.awsElasticBlockStore?.partition, `${at}.partition`, errors);
      break;
    case 'gitRepo':
      checkGitDirectory(volume, at, errors);
      break;
    case 'nfs':
      checkAbsolute(volume.nfs?.path ?? '', `${at}.path`, errors);
      break;
    case 'iscsi':
      if (volume.iscsi !== undefined) {
        if (options.isPersistent === true)
          checkPersistentIscsi(volume.iscsi, volume.name, at, errors);
        else checkIscsi(volume.iscsi, volume.name, path, errors);
      }
      break;
    case 'csi':
      if (volume.csi !== undefined) checkCsi(volume.csi, at, errors);
      break;
    default:
      checkOther(name, volume, at, errors);
  }
}

/** None is fine, though the text says otherwise. */
function checkPartition(partition: number | undefined, path: string, errors: Errors): void {
  if (partition === undefined || (partition >= 0 && partition <= 255)) return;
  errors.push(invalid(path, partition, 'must be between 1 and 255, inclusive'));
}

/** Fields that must not be empty, in order. */
const requiredFields: Readonly<Record<string, readonly string[]>> = {
  gitRepo: ['repository'],
  gcePersistentDisk: ['pdName'],
  awsElasticBlockStore: ['volumeID'],
  nfs: ['server', 'path'],
  glusterfs: ['endpoints', 'path'],
  rbd: ['monitors', 'image'],
  cinder: ['volumeID'],
  cephfs: ['monitors'],
  flexVolume: ['driver'],
  azureFile: ['secretName', 'shareName'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  scaleIO: ['gateway', 'system', 'volumeName'],
};

/** Tells of each field that is missing or empty. */
export function checkRequired(
  source: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  path: string,
  errors: Errors,
): void {
  for (const field of fields) {
    const value = source[field];
    const isEmpty = Array.isArray(value) ? value.length === 0 : !value;
    if (isEmpty) errors.push(required(`${path}.${field}`));
  }
}

function checkGitDirectory(volume: Volume, path: string, errors: Errors): void {
  const directory = volume.gitRepo?.directory ?? '';
  const at = `${path}.directory`;
  if (directory.startsWith('/')) errors.push(invalid(at, directory, 'must be a relative path'));
  if (directory.split('/').includes('..')) {
    errors.push(invalid(at, directory, "must not contain '..'"));
  }
}

function checkAbsolute(target: string, path: string, errors: Errors): void {
  if (!target.startsWith('/')) errors.push(invalid(path, target, 'must be an absolute path'));
}

const initiators: readonly (readonly [string, RegExp])[] = [
  ['iqn', /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$/],
  ['eui', /^eui.[a-zA-Z0-9]{16}$/],
  ['naa', /^naa.[a-zA-Z0-9]{32}$/],
];

function checkIscsi(
  source: NonNullable<Volume['iscsi']>,
  name: string,
  path: string,
  errors: Errors,
): void {
  const at = `${path}.iscsi`;
  if (!source.targetPortal) errors.push(required(`${at}.targetPortal`));
  if (!source.iqn) errors.push(required(`${at}.iqn`));
  else checkInitiator(source.iqn, `${at}.iqn`, errors);
  checkRange(source.lun, { min: 0, max: 255 }, `${at}.lun`, errors);
  const needsSecret = source.chapAuthDiscovery === true || source.chapAuthSession === true;
  if (needsSecret && source.secretRef === undefined) errors.push(required(`${at}.secretRef`));
  if (source.initiatorName === undefined) return;
  checkInitiator(source.initiatorName, `${at}.initiatorname`, errors);
  if (`${name}:${source.targetPortal}`.length <= 64) return;
  errors.push(invalid(`${path}.name`, name, longPortal));
}

const longPortal =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if ' +
  'iscsi.initiatorName is specified.';

/** The same of a persistent volume: upstream has a function of its own, with fewer words. */
function checkPersistentIscsi(
  source: NonNullable<Volume['iscsi']>,
  name: string,
  path: string,
  errors: Errors,
): void {
  if (!source.targetPortal) errors.push(required(`${path}.targetPortal`));
  if (source.initiatorName !== undefined && `${name}:${source.targetPortal}`.length > 64) {
    errors.push(invalid(`${path}.targetportal`, source.targetPortal, longPortal));
  }
  if (!source.iqn) errors.push(required(`${path}.iqn`));
  else checkFormat(source.iqn, `${path}.iqn`, errors);
  checkRange(source.lun, { min: 0, max: 255 }, `${path}.lun`, errors);
  const needsSecret = source.chapAuthDiscovery === true || source.chapAuthSession === true;
  if (needsSecret && source.secretRef === undefined) errors.push(required(`${path}.secretRef`));
  if (source.secretRef !== undefined && !source.secretRef.name) {
    errors.push(required(`${path}.secretRef.name`));
  }
  if (source.initiatorName === undefined) return;
  checkFormat(source.initiatorName, `${path}.initiatorname`, errors);
}

function checkFormat(name: string, path: string, errors: Errors): void {
  const known = initiators.find(([prefix]) => name.startsWith(prefix));
  if (known?.[1].test(name) !== true) errors.push(invalid(path, name, 'must be valid format'));
}

function checkInitiator(name: string, path: string, errors: Errors): void {
  const known = initiators.find(([prefix]) => name.startsWith(prefix));
  if (known === undefined) {
    errors.push(invalid(path, name, 'must be valid format starting with iqn, eui, or naa'));
  } else if (!known[1].test(name)) errors.push(invalid(path, name, 'must be valid format'));
}

function checkCsi(source: NonNullable<Volume['csi']>, path: string, errors: Errors): void {
  checkDriverName(source.driver ?? '', `${path}.driver`, errors);
  if (source.nodePublishSecretRef === undefined) return;
  const { name = '' } = source.nodePublishSecretRef;
  if (name === '') errors.push(required(`${path}.nodePublishSecretRef.name`));
  else tell(dns1123SubdomainErrors(name), name, `${path}.name`, errors);
}

/** The name of a CSI driver. */
export function checkDriverName(name: string, path: string, errors: Errors): void {
  if (name === '') {
    errors.push(required(path));
    return;
  }
  if (name.length > 63) errors.push(tooLong(path, 63));
  tell(dns1123SubdomainErrors(name.toLowerCase()), name, path, errors);
}

function checkOther(name: keyof Volume, volume: Volume, path: string, errors: Errors): void {
  if (name === 'fc' && volume.fc !== undefined) checkFibreChannel(volume.fc, path, errors);
  else if (name === 'flocker' && volume.flocker !== undefined) {
    checkFlocker(volume.flocker, path, errors);
  } else if (name === 'quobyte' && volume.quobyte !== undefined) {
    checkQuobyte(volume.quobyte, path, errors);
  } else if (name === 'storageos' && volume.storageos !== undefined) {
    checkStorageOS(volume.storageos, path, errors);
  } else if (name === 'azureDisk' && volume.azureDisk !== undefined) {
    checkAzureDisk(volume.azureDisk, path, errors);
  } else if (name === 'flexVolume' && volume.flexVolume !== undefined) {
    checkFlexOptions(volume.flexVolume.options, path, errors);
  } else if (name === 'cinder' && volume.cinder?.secretRef !== undefined) {
    if (!volume.cinder.secretRef.name) errors.push(required(`${path}.secretRef.name`));
  }
}

function checkFibreChannel(source: NonNullable<Volume['fc']>, path: string, errors: Errors): void {
  const [names, ids] = [source.targetWWNs ?? [], source.wwids ?? []];
  const at = `${path}.targetWWNs`;
  if (names.length === 0 && ids.length === 0) {
    errors.push(required(at, 'must specify either targetWWNs or wwids, but not both'));
  }
  if (names.length > 0 && ids.length > 0) {
    const text = 'targetWWNs and wwids can not be specified simultaneously';
    errors.push(invalid(at, names, text));
  }
  if (names.length === 0) return;
  if (source.lun === undefined) {
    errors.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'));
  } else checkRange(source.lun, { min: 0, max: 255 }, `${path}.lun`, errors);
}

function checkFlocker(source: NonNullable<Volume['flocker']>, path: string, errors: Errors): void {
  const { datasetName = '', datasetUUID = '' } = source;
  if (datasetName === '' && datasetUUID === '') {
    errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  }
  if (datasetName !== '' && datasetUUID !== '') {
    const text = 'datasetName and datasetUUID can not be specified simultaneously';
    errors.push(invalid(path, 'resource', text));
  }
  if (datasetName.includes('/')) {
    errors.push(invalid(`${path}.datasetName`, datasetName, "must not contain '/'"));
  }
}

function checkQuobyte(source: NonNullable<Volume['quobyte']>, path: string, errors: Errors): void {
  const text = 'must be a host:port pair or multiple pairs separated by commas';
  if (!source.registry) errors.push(required(`${path}.registry`, text));
  else if ((source.tenant ?? '').length >= 65) {
    const tenant = 'must be a UUID and may not exceed a length of 64 characters';
    errors.push(required(`${path}.tenant`, tenant));
  } else {
    for (const pair of source.registry.split(',')) {
      if (!/^([^:]*|\[[^\]]*\]):[^:]*$/.test(pair)) {
        errors.push(invalid(`${path}.registry`, source.registry, text));
      }
    }
  }
  if (!source.volume) errors.push(required(`${path}.volume`));
}

function checkStorageOS(
  source: NonNullable<Volume['storageos']>,
  path: string,
  errors: Errors,
): void {
  if (!source.volumeName) errors.push(required(`${path}.volumeName`));
  else checkLabel(source.volumeName, `${path}.volumeName`, errors);
  if (source.volumeNamespace) {
    checkLabel(source.volumeNamespace, `${path}.volumeNamespace`, errors);
  }
  if (source.secretRef !== undefined && !source.secretRef.name) {
    errors.push(required(`${path}.secretRef.name`));
  }
}

const cachingModes = ['None', 'ReadOnly', 'ReadWrite'];
const diskKinds = ['Dedicated', 'Managed', 'Shared'];
const managedURI =
  '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const blobURI = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

function checkAzureDisk(
  source: NonNullable<Volume['azureDisk']>,
  path: string,
  errors: Errors,
): void {
  const { cachingMode, kind, diskURI } = source;
  if (cachingMode !== undefined && !cachingModes.includes(cachingMode)) {
    errors.push(notSupported(`${path}.cachingMode`, cachingMode, cachingModes));
  }
  if (kind === undefined) return;
  if (!diskKinds.includes(kind)) errors.push(notSupported(`${path}.kind`, kind, diskKinds));
  const isManaged = kind === 'Managed';
  const [prefix, example] = isManaged ? ['/subscriptions/', managedURI] : ['https://', blobURI];
  if (!(diskURI ?? '').startsWith(prefix)) {
    errors.push(notSupported(`${path}.diskURI`, diskURI ?? '', [example]));
  }
}

/** Options of a flex volume: Kubernetes' own names are taken. */
export function checkFlexOptions(
  options: Readonly<Record<string, string>> | undefined,
  path: string,
  errors: Errors,
): void {
  for (const key in options) {
    const slash = key.indexOf('/');
    const namespace = `.${(slash < 0 ? key : key.slice(0, slash)).toLowerCase()}`;
    if (!namespace.endsWith('.kubernetes.io') && !namespace.endsWith('.k8s.io')) continue;
    const text = 'kubernetes.io and k8s.io namespaces are reserved';
    errors.push(invalid(`${path}.options[${key}]`, key, text));
  }
}
