/** Checks of PersistentVolumes. @upstream pkg/apis/core/validation/validation.go ValidatePersistentVolumeSpec */
import type {
  CSIPersistentVolumeSource,
  PersistentVolume,
  PersistentVolumeSpec,
  SecretReference,
  Volume,
} from '../../../api/kinds/core.js';
import { deepEqual } from '../../../api/equality.js';
import { dns1123LabelErrors } from '../../../api/labels.js';
import { without } from '../defaults/fill.js';
import { forbidden, invalid, notSupported, required, type FieldError } from '../field-error.js';
import { isSameAffinity } from './affinity-change.js';
import { checkNodeSelector } from './affinity.js';
import {
  amount,
  checkImmutable,
  checkLabel,
  checkSubdomain,
  immutableText,
  tell,
  type Errors,
} from './checks.js';
import { checkAccessModes, checkClassName, checkVolumeMode } from './claims.js';
import { diffOf } from './diff.js';
import { goMapOf, goValue } from './go-value.js';
import { checkNoBacksteps } from './paths.js';
import { checkBasic } from './persistent-volume-claim.js';
import { checkDriverName, checkStorageVolume } from './storage-volumes.js';
import { checkHostPathSource } from './volumes.js';

const optionsKey = 'volume.beta.kubernetes.io/mount-options';
const policies = ['Delete', 'Recycle', 'Retain'];

/** Where a volume may lie, in the order in which they are looked at. */
const sources = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;

const withOptions: ReadonlySet<string> = new Set([
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'cinder',
  'cephfs',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
]);

/** What is wrong with a PersistentVolume. */
export function validateVolume({ metadata, spec = {} }: PersistentVolume): readonly FieldError[] {
  const errors: Errors = [];
  checkVolumeSpec(spec, metadata.name ?? '', 'spec', false, errors);
  return [...errors, ...optionErrors({ metadata, spec })];
}

/** @upstream pkg/volume/validation/pv_validation.go checkMountOption */
function optionErrors({
  metadata,
  spec = {},
}: Pick<PersistentVolume, 'metadata' | 'spec'>): Errors {
  if (metadata.annotations?.[optionsKey] === undefined) return [];
  if (sources.some(name => spec[name] !== undefined && withOptions.has(name))) return [];
  const text = 'may not specify mount options for this volume type';
  return [forbidden(`metadata.annotations.${optionsKey}`, text)];
}

/** A volume's spec, of its own or within an attachment. */
export function checkVolumeSpec(
  spec: PersistentVolumeSpec,
  name: string,
  path: string,
  isInline: boolean,
  errors: Errors,
): void {
  if (isInline) checkInline(spec, path, errors);
  if ((spec.accessModes ?? []).length === 0) errors.push(required(`${path}.accessModes`));
  checkAccessModes(spec.accessModes, `${path}.accessModes`, errors);
  if (!isInline) checkCapacity(spec, `${path}.capacity`, errors);
  checkPolicy(spec, isInline, `${path}.persistentVolumeReclaimPolicy`, errors);
  checkAffinity(spec, isInline, `${path}.nodeAffinity`, errors);
  checkSources(spec, name, path, errors);
  checkRecycling(spec, path, errors);
  checkClasses(spec, isInline, path, errors);
}

const inlineText = 'may not be specified in the context of inline volumes';

function checkInline(spec: PersistentVolumeSpec, path: string, errors: Errors): void {
  if (spec.claimRef !== undefined) errors.push(forbidden(`${path}.claimRef`, inlineText));
  if (Object.keys(spec.capacity ?? {}).length > 0) {
    errors.push(forbidden(`${path}.capacity`, inlineText));
  }
  if (spec.csi !== undefined) return;
  errors.push(required(`${path}.csi`, 'has to be specified in the context of inline volumes'));
}

function checkCapacity(spec: PersistentVolumeSpec, path: string, errors: Errors): void {
  const { capacity } = spec;
  const names = Object.keys(capacity ?? {});
  if (names.length === 0) errors.push(required(path));
  if (capacity?.['storage'] === undefined || names.length > 1) {
    errors.push(notSupported(path, goMapOf(spec, 'capacity'), ['storage']));
  }
  for (const name of names) {
    const at = `${path}[${name}]`;
    const text = capacity?.[name];
    checkBasic(text, at, errors);
    const quantity = amount(text);
    if (quantity.sign() > 0) continue;
    errors.push(invalid(at, quantity.toString(), 'must be greater than zero'));
  }
}

function checkPolicy(
  { persistentVolumeReclaimPolicy: policy = '' }: PersistentVolumeSpec,
  isInline: boolean,
  path: string,
  errors: Errors,
): void {
  if (policy === '') return;
  if (!isInline) {
    if (!policies.includes(policy)) errors.push(notSupported(path, policy, policies));
  } else if (policy !== 'Retain') {
    errors.push(forbidden(path, 'may only be Retain in the context of inline volumes'));
  }
}

function checkAffinity(
  { nodeAffinity }: PersistentVolumeSpec,
  isInline: boolean,
  path: string,
  errors: Errors,
): void {
  if (nodeAffinity === undefined) return;
  if (isInline) errors.push(forbidden(path, inlineText));
  else if (nodeAffinity.required !== undefined) {
    checkNodeSelector(nodeAffinity.required, `${path}.required`, errors);
  } else errors.push(required(`${path}.required`, 'must specify required node constraints'));
}

const flexName = 'flexVolume';

function checkSources(
  spec: PersistentVolumeSpec,
  name: string,
  path: string,
  errors: Errors,
): void {
  let count = 0;
  for (const source of sources) {
    if (spec[source] === undefined) continue;
    const shown = source === 'cephfs' ? 'cephFS' : source;
    if (count > 0 && source !== flexName) {
      errors.push(forbidden(`${path}.${shown}`, 'may not specify more than 1 volume type'));
      continue;
    }
    count++;
    checkSource(spec, source, name, path, errors);
  }
  if (count === 0) errors.push(required(path, 'must specify a volume type'));
}

function checkSource(
  spec: PersistentVolumeSpec,
  source: (typeof sources)[number],
  name: string,
  path: string,
  errors: Errors,
): void {
  const at = `${path}.${source}`;
  if (source === 'hostPath' && spec.hostPath) checkHostPathSource(spec.hostPath, at, errors);
  else if (source === 'local' && spec.local) {
    if (!spec.local.path) errors.push(required(`${at}.path`));
    else checkNoBacksteps(spec.local.path, `${at}.path`, errors);
    if (spec.nodeAffinity !== undefined) return;
    errors.push(required(`${path}.nodeAffinity`, 'Local volume requires node affinity'));
  } else if (source === 'csi' && spec.csi) checkCSI(spec.csi, at, errors);
  else {
    const { [source]: value } = spec;
    // The sources of pods' volumes have the same fields, as far as they are looked at.
    const volume = { name, [source]: value } as Volume;
    checkStorageVolume(source as keyof Volume, volume, path, errors, { isPersistent: true });
    checkOwnFields(spec, path, errors);
  }
}

/** What pods' volumes have not. */
function checkOwnFields(
  { cinder, storageos, glusterfs }: PersistentVolumeSpec,
  path: string,
  errors: Errors,
): void {
  if (cinder?.secretRef !== undefined && !cinder.secretRef.namespace) {
    errors.push(required(`${path}.cinder.secretRef.namespace`));
  }
  const { secretRef } = storageos ?? {};
  if (secretRef !== undefined && !secretRef.namespace) {
    errors.push(required(`${path}.storageos.secretRef.namespace`));
  }
  const namespace = glusterfs?.endpointsNamespace;
  if (namespace === undefined) return;
  const at = `${path}.glusterfs.endpointsNamespace`;
  if (namespace === '') {
    const text = 'if the endpointnamespace is set, it must be a valid namespace name';
    errors.push(invalid(at, namespace, text));
  } else tell(dns1123LabelErrors(namespace), namespace, at, errors);
}

const secrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

function checkCSI(csi: CSIPersistentVolumeSource, path: string, errors: Errors): void {
  checkDriverName(csi.driver ?? '', `${path}.driver`, errors);
  if (!csi.volumeHandle) errors.push(required(`${path}.volumeHandle`));
  for (const field of secrets) {
    const reference = csi[field];
    if (reference !== undefined) checkSecret(reference, `${path}.${field}`, errors);
  }
}

function checkSecret({ name, namespace }: SecretReference, path: string, errors: Errors): void {
  if (!name) errors.push(required(`${path}.name`));
  else checkSubdomain(name, `${path}.name`, errors);
  if (!namespace) errors.push(required(`${path}.namespace`));
  else checkLabel(namespace, `${path}.namespace`, errors);
}

function checkRecycling(spec: PersistentVolumeSpec, path: string, errors: Errors): void {
  if (spec.persistentVolumeReclaimPolicy !== 'Recycle') return;
  if (!/^\/+$/.test(spec.hostPath?.path ?? '')) return;
  const text = "may not be 'recycle' for a hostPath mount of '/'";
  errors.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, text));
}

function checkClasses(
  spec: PersistentVolumeSpec,
  isInline: boolean,
  path: string,
  errors: Errors,
): void {
  const { storageClassName, volumeMode, volumeAttributesClassName: attributes } = spec;
  if (storageClassName && isInline) {
    errors.push(forbidden(`${path}.storageClassName`, inlineText));
  } else checkClassName(storageClassName, `${path}.storageClassName`, errors);
  if (!isInline) checkVolumeMode(volumeMode, `${path}.volumeMode`, errors);
  else if (volumeMode !== undefined && volumeMode !== 'Filesystem') {
    const text =
      'may not specify volumeMode other than Filesystem in the context of inline volumes';
    errors.push(forbidden(`${path}.volumeMode`, text));
  }
  if (attributes === undefined) return;
  const at = `${path}.volumeAttributesClassName`;
  if (attributes === '') errors.push(required(at, 'an empty string is disallowed'));
  else checkClassName(attributes, at, errors);
  if (spec.csi !== undefined) return;
  const text = 'has to be specified when using volumeAttributesClassName';
  errors.push(required(`${path}.csi`, text));
}

/** What is wrong with an update of a PersistentVolume. */
export function validateVolumeUpdate(
  volume: PersistentVolume,
  old: PersistentVolume,
): readonly FieldError[] {
  const found: Errors = [];
  checkVolumeSpec(volume.spec ?? {}, volume.metadata.name ?? '', 'spec', false, found);
  const errors: Errors = [...found, ...optionErrors(volume), ...found];
  const [spec, before] = [volume.spec ?? {}, old.spec ?? {}];
  checkSameSource(spec, before, errors);
  checkImmutable(spec.volumeMode, before.volumeMode, 'volumeMode', errors);
  const [affinity, oldAffinity] = [spec.nodeAffinity, before.nodeAffinity];
  if (oldAffinity !== undefined && !isSameAffinity(affinity, oldAffinity)) {
    const value = affinity === undefined ? null : goValue('core/v1.VolumeNodeAffinity', affinity);
    const text = `${immutableText}, except for updating from beta label to GA`;
    errors.push(invalid('nodeAffinity', value, text));
  }
  const hadAttributes = before.volumeAttributesClassName !== undefined;
  if (hadAttributes && spec.volumeAttributesClassName === undefined) {
    const text = 'update from non-nil value to nil is forbidden';
    errors.push(forbidden('spec.volumeAttributesClassName', text));
  }
  return errors;
}

function checkSameSource(
  given: PersistentVolumeSpec,
  old: PersistentVolumeSpec,
  errors: Errors,
): void {
  const mayExpand = old.csi !== undefined && old.csi.controllerExpandSecretRef === undefined;
  const spec =
    mayExpand && given.csi !== undefined
      ? { ...given, csi: without(given.csi, 'controllerExpandSecretRef') }
      : given;
  if (sources.every(name => deepEqual(spec[name], old[name]))) return;
  const type = 'core/v1.PersistentVolumeSource';
  const text = `spec.persistentvolumesource is immutable after creation\n${diffOf(
    goValue(type, old),
    goValue(type, spec),
  )}`;
  errors.push(forbidden('spec.persistentvolumesource', text));
}

/** What is wrong with an update of a PersistentVolume's status. */
export function validateVolumeStatus({ metadata }: PersistentVolume): readonly FieldError[] {
  return metadata.resourceVersion ? [] : [required('resourceVersion')];
}
