/** Checks of PersistentVolumeClaims. @upstream pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimUpdate */
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../../api/kinds/core.js';
import { deepEqual } from '../../../api/equality.js';
import { qualifiedNameErrors } from '../../../api/labels.js';
import { forbidden, invalid, notSupported, required, type FieldError } from '../field-error.js';
import { within, without } from '../defaults/fill.js';
import {
  amount,
  checkImmutable,
  checkSelector,
  immutableText,
  tell,
  type Errors,
} from './checks.js';
import { checkClaimSpec } from './claims.js';
import { diffOf } from './diff.js';
import { goValue } from './go-value.js';
import { isNativeResource } from './resource-names.js';
import { checkQuantityValue } from './resource-requirements.js';

const classKey = 'volume.beta.kubernetes.io/storage-class';

/** What is wrong with a new claim. */
export function validateClaim({ spec }: PersistentVolumeClaim): readonly FieldError[] {
  const errors: Errors = [];
  checkClaimSpec(spec ?? {}, 'spec', errors);
  return errors;
}

/** What is wrong with an update of a claim. */
export function validateClaimUpdate(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
): readonly FieldError[] {
  const errors: Errors = [];
  const [spec, before] = [claim.spec ?? {}, old.spec ?? {}];
  checkClaimSpec(spec, 'spec', errors, leniencyOf(before));
  checkFixed(claim, old, errors);
  const [size, oldSize, actual] = [
    amount(spec.resources?.requests?.['storage']),
    amount(before.resources?.requests?.['storage']),
    amount(old.status?.capacity?.['storage']),
  ];
  if (size.compare(oldSize) < 0 && size.compare(actual) <= 0) {
    const text = 'field can not be less than status.capacity';
    errors.push(forbidden('spec.resources.requests.storage', text));
  }
  checkImmutable(spec.volumeMode, before.volumeMode, 'volumeMode', errors);
  checkAttributesClass(spec, old, errors);
  return errors;
}

function leniencyOf(old: PersistentVolumeClaimSpec) {
  const found: Errors = [];
  checkSelector(old.selector, '', found);
  return {
    allowsInvalidGroup: Boolean(old.dataSource?.apiGroup ?? old.dataSourceRef?.apiGroup),
    allowsInvalidSelector: found.length > 0,
  };
}

/** What stays: everything, but that a volume and a class may be found, and a bound claim may grow. */
function checkFixed(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  errors: Errors,
): void {
  let [now, before] = [claim.spec ?? {}, old.spec ?? {}];
  if (!before.volumeName) before = withValue(before, 'volumeName', now.volumeName);
  const [annotation, oldAnnotation] = [
    claim.metadata.annotations?.[classKey],
    old.metadata.annotations?.[classKey],
  ];
  const hadNone = before.storageClassName === undefined;
  const name = now.storageClassName;
  const isUpgrade =
    oldAnnotation !== undefined &&
    hadNone &&
    name === oldAnnotation &&
    (annotation === undefined || annotation === oldAnnotation);
  if (isUpgrade) now = without(now, 'storageClassName');
  else {
    if ((annotation ?? '') !== (oldAnnotation ?? '')) {
      const path = `metadata.annotations[${classKey}]`;
      errors.push(invalid(path, annotation ?? '', immutableText));
    }
    const isNamed = name !== undefined && (oldAnnotation === undefined || name === oldAnnotation);
    if (hadNone && isNamed) now = without(now, 'storageClassName');
  }
  if (claim.status?.phase === 'Bound') now = grown(now, before);
  if (deepEqual(now, before)) return;
  const type = 'core/v1.PersistentVolumeClaimSpec';
  const text =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName ' +
    `for bound claims\n${diffOf(goValue(type, before), goValue(type, now))}`;
  errors.push(forbidden('spec', text));
}

/** The spec with the old one's size and class of attributes. */
function grown(
  spec: PersistentVolumeClaimSpec,
  old: PersistentVolumeClaimSpec,
): PersistentVolumeClaimSpec {
  const storage = old.resources?.requests?.['storage'];
  const sized =
    storage === undefined
      ? spec
      : within(spec, 'resources', resources =>
          within(resources, 'requests', requests => ({ ...requests, storage })),
        );
  return withValue(sized, 'volumeAttributesClassName', old.volumeAttributesClassName);
}

function withValue<T extends object, K extends keyof T>(object: T, field: K, value: T[K]): T {
  return value === undefined ? without(object, field) : { ...object, [field]: value };
}

function checkAttributesClass(
  { volumeAttributesClassName: name }: PersistentVolumeClaimSpec,
  old: PersistentVolumeClaim,
  errors: Errors,
): void {
  if (name === old.spec?.volumeAttributesClassName) return;
  if (old.status?.currentVolumeAttributesClassName === undefined || name) return;
  const what = name === undefined ? 'nil' : 'empty string';
  const text = `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  errors.push(forbidden('spec.volumeAttributesClassName', text));
}

const resizeStatuses = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].sort();

/** What is wrong with an update of a claim's status. */
export function validateClaimStatus(claim: PersistentVolumeClaim): readonly FieldError[] {
  const errors: Errors = [];
  const { metadata, spec, status = {} } = claim;
  if (!metadata.resourceVersion) errors.push(required('resourceVersion'));
  if ((spec?.accessModes ?? []).length === 0) errors.push(required('Spec.accessModes'));
  for (const name in status.capacity) {
    checkBasic(status.capacity[name], `status.capacity[${name}]`, errors);
  }
  const statuses = status.allocatedResourceStatuses ?? {};
  for (const name in statuses) {
    const path = 'status.allocatedResourceStatuses';
    checkKey(name, path, errors);
    if (resizeStatuses.includes(statuses[name] ?? '')) continue;
    errors.push(notSupported(path, name, resizeStatuses));
  }
  for (const name in status.allocatedResources) {
    const text = status.allocatedResources[name];
    const path = `status.allocatedResources[${name}]`;
    if (!checkKey(name, 'status.allocatedResources', errors)) continue;
    if (checkBasic(text, path, errors)) checkQuantityValue('storage', amount(text), path, errors);
  }
  return errors;
}

/** An amount as a number that is not negative. */
export function checkBasic(text: string | undefined, path: string, errors: Errors): boolean {
  const value = amount(text).value();
  if (value >= 0) return true;
  errors.push(invalid(path, value, 'must be a valid resource quantity'));
  return false;
}

function checkKey(name: string, path: string, errors: Errors): boolean {
  const texts = qualifiedNameErrors(name);
  tell(texts, name, path, errors);
  if (texts.length > 0) return false;
  if (!isNativeResource(name) || name === 'storage') return true;
  errors.push(notSupported(path, name, ['storage']));
  return false;
}
