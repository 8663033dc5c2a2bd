/** Checks of claims of volumes. @upstream pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimSpec */
import { structOf } from '../../../api/facts.js';
import { wasSentEmpty } from '../../../api/go-struct.js';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../../api/labels.js';
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
} from '../../../api/kinds/core.js';
import type { ObjectMeta } from '../../../api/kinds/meta.js';
import { annotationErrors } from '../../meta-validation.js';
import { forbidden, invalid, notSupported, required } from '../field-error.js';
import { amount, checkLabels, checkSelector, tell, type Errors } from './checks.js';
import { checkQuantityValue } from './resource-requirements.js';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const volumeModes = ['Block', 'Filesystem'];

/** The modes in which a volume may be mounted. */
export function checkAccessModes(
  modes: readonly string[] | undefined,
  path: string,
  errors: Errors,
): void {
  let isExclusive = false;
  let isShared = false;
  for (const mode of modes ?? []) {
    if (!accessModes.includes(mode)) errors.push(notSupported(path, mode, accessModes));
    else if (mode === 'ReadWriteOncePod') isExclusive = true;
    else isShared = true;
  }
  if (!isExclusive || !isShared) return;
  errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
}

/** Whether a volume is a file system or a raw device. */
export function checkVolumeMode(mode: string | undefined, path: string, errors: Errors): void {
  if (mode === undefined || volumeModes.includes(mode)) return;
  errors.push(notSupported(path, mode, volumeModes));
}

/** A claim's spec. */
export function checkClaimSpec(
  spec: PersistentVolumeClaimSpec,
  path: string,
  errors: Errors,
  options: { readonly allowsInvalidGroup?: boolean; readonly allowsInvalidSelector?: boolean } = {},
): void {
  if ((spec.accessModes ?? []).length === 0) {
    errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  }
  checkSelector(spec.selector, `${path}.selector`, errors, {
    allowsInvalidValues: options.allowsInvalidSelector === true,
  });
  checkAccessModes(spec.accessModes, `${path}.accessModes`, errors);
  checkStorage(spec, `${path}.resources[storage]`, errors);
  checkClassName(spec.storageClassName, `${path}.storageClassName`, errors);
  checkVolumeMode(spec.volumeMode, `${path}.volumeMode`, errors);
  checkSources(spec, path, options.allowsInvalidGroup === true, errors);
  checkClassName(spec.volumeAttributesClassName, `${path}.volumeAttributesClassName`, errors);
}

function checkStorage(spec: PersistentVolumeClaimSpec, path: string, errors: Errors): void {
  const text = spec.resources?.requests?.['storage'];
  if (text === undefined) {
    errors.push(required(path));
    return;
  }
  const quantity = amount(text);
  if (quantity.sign() <= 0) {
    errors.push(invalid(path, quantity.toString(), 'must be greater than zero'));
  } else checkQuantityValue('storage', quantity, path, errors);
}

/** The name of a storage class, or of a class of attributes. */
export function checkClassName(name: string | undefined, path: string, errors: Errors): void {
  if (name) tell(dns1123SubdomainErrors(name), name, path, errors);
}

function checkSources(
  spec: PersistentVolumeClaimSpec,
  path: string,
  allowsInvalidGroup: boolean,
  errors: Errors,
): void {
  const { dataSource, dataSourceRef } = spec;
  for (const name of ['dataSource', 'dataSourceRef'] as const) {
    const source = spec[name];
    if (source === undefined) continue;
    const at = `${path}.${name}`;
    checkSource(source, at, allowsInvalidGroup, errors);
  }
  const namespace = dataSourceRef?.namespace ?? '';
  if (namespace !== '') {
    tell(dns1123LabelErrors(namespace), namespace, `${path}.dataSourceRef.namespace`, errors);
  }
  if (dataSource === undefined) return;
  // The value that upstream gives here is the path of the field, which JSON shows nothing of.
  if (namespace !== '') {
    const text = 'may not be specified when dataSourceRef.namespace is specified';
    errors.push(invalid(path, {}, text));
  } else if (dataSourceRef !== undefined) {
    const isSame =
      dataSource.apiGroup === dataSourceRef.apiGroup &&
      dataSource.kind === dataSourceRef.kind &&
      dataSource.name === dataSourceRef.name;
    if (!isSame) errors.push(invalid(path, {}, 'must match dataSourceRef'));
  }
}

function checkSource(
  source: NonNullable<PersistentVolumeClaimSpec['dataSource']>,
  path: string,
  allowsInvalidGroup: boolean,
  errors: Errors,
): void {
  const { name, kind = '', apiGroup = '' } = source;
  if (!name) errors.push(required(`${path}.name`));
  if (kind === '') errors.push(required(`${path}.kind`));
  if (!apiGroup && kind !== 'PersistentVolumeClaim') {
    const text = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(invalid(path, kind, text));
  }
  if (apiGroup && !allowsInvalidGroup) {
    tell(dns1123SubdomainErrors(apiGroup), apiGroup, `${path}.apiGroup`, errors);
  }
}

/** A template of claims, as ephemeral volumes have. */
export function checkClaimTemplate(
  template: PersistentVolumeClaimTemplate,
  path: string,
  errors: Errors,
): void {
  checkTemplateMeta(template.metadata ?? {}, `${path}.metadata`, errors);
  checkClaimSpec(template.spec, `${path}.spec`, errors);
}

/** The metadata of a template: labels and annotations, nothing else. */
export function checkTemplateMeta(metadata: ObjectMeta, path: string, errors: Errors): void {
  if (metadata.annotations !== undefined) {
    errors.push(...annotationErrors(metadata.annotations, `${path}.annotations`));
  }
  checkLabels(metadata.labels, `${path}.labels`, errors);
  for (const { name: field } of structOf('meta/v1.ObjectMeta').jsonFields) {
    if (field === 'annotations' || field === 'labels') continue;
    if (!metadata[field as keyof ObjectMeta] && !wasSentEmpty(metadata, field)) continue;
    // The names of Go's fields are told, with a small first letter.
    errors.push(forbidden(`${path}.${field === 'uid' ? 'uID' : field}`, 'cannot be set'));
  }
}
