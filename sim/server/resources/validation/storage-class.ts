/** Checks of classes of storage and of attachments. @upstream pkg/apis/storage/validation/validation.go */
import type { TopologySelectorTerm } from '../../../api/kinds/core.js';
import type {
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
  VolumeError,
} from '../../../api/kinds/storage.js';
import { deepEqual } from '../../../api/equality.js';
import { byteLength, compareText } from '../../../api/go-text.js';
import { rangeText } from '../../../api/labels.js';
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  type FieldError,
} from '../field-error.js';
import {
  checkImmutable,
  checkQualifiedName,
  checkSubdomain,
  immutableText,
  type Errors,
} from './checks.js';
import { goMapOf, goValue } from './go-value.js';
import { checkVolumeSpec } from './persistent-volume.js';
import { checkDriverName } from './storage-volumes.js';

const bytesMax = 256 * 1024;
const parametersMax = 512;
const policies = ['Delete', 'Retain'];
const modes = ['Immediate', 'WaitForFirstConsumer'];

/** What is wrong with a StorageClass. */
export function validateStorageClass(storageClass: StorageClass): readonly FieldError[] {
  const errors: Errors = [];
  const { provisioner, parameters, reclaimPolicy: policy, volumeBindingMode: mode } = storageClass;
  checkProvisioner(provisioner ?? '', 'provisioner', errors);
  checkParameters(parameters, true, errors);
  if (policy && !policies.includes(policy)) {
    errors.push(notSupported('reclaimPolicy', policy, policies));
  }
  if (mode === undefined) errors.push(required('volumeBindingMode'));
  else if (!modes.includes(mode)) errors.push(notSupported('volumeBindingMode', mode, modes));
  checkTopologies(storageClass.allowedTopologies ?? [], errors);
  return errors;
}

/** What is wrong with an update of a StorageClass. */
export function validateStorageClassUpdate(
  storageClass: StorageClass,
  old: StorageClass,
): readonly FieldError[] {
  const errors: Errors = [...validateStorageClass(storageClass)];
  const { parameters } = storageClass;
  if (!deepEqual(parameters, old.parameters)) {
    errors.push(invalid('parameters', goMapOf(storageClass, 'parameters'), immutableText));
  }
  for (const field of ['provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
    checkImmutable(storageClass[field], old[field], field, errors);
  }
  return errors;
}

function checkProvisioner(name: string, path: string, errors: Errors): void {
  if (name === '') errors.push(required(path));
  else checkQualifiedName(name.toLowerCase(), path, errors);
}

function checkParameters(
  parameters: Readonly<Record<string, string>> | undefined,
  mayBeEmpty: boolean,
  errors: Errors,
): void {
  const entries = Object.entries(parameters ?? {});
  const path = 'parameters';
  if (entries.length > parametersMax) {
    errors.push(tooLong(path, parametersMax));
    return;
  }
  for (const [key] of entries) {
    if (key === '') errors.push(invalid(path, key, 'field can not be empty.'));
  }
  if (sizeOf(entries) > bytesMax) errors.push(tooLong(path, bytesMax));
  if (!mayBeEmpty && entries.length === 0) {
    errors.push(required(path, 'must contain at least one key/value pair'));
  }
}

function sizeOf(entries: readonly (readonly [string, string])[]): number {
  return entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
}

function checkTopologies(terms: readonly TopologySelectorTerm[], errors: Errors): void {
  // Upstream's list of what is known begins with as many empty terms as there are terms.
  const known = terms.map(() => emptyTerm);
  for (const [index, term] of terms.entries()) {
    const path = `allowedTopologies[${index}].matchLabelExpressions`;
    const text = checkTerm(term, path, errors);
    for (const one of known) if (one === text) errors.push(duplicate(path, ''));
    known.push(text);
  }
}

const emptyTerm = '[]';

/** Checks a term, and gives what it says in a form that can be compared. */
function checkTerm(term: TopologySelectorTerm, path: string, errors: Errors): string {
  const said = new Map<string, readonly string[]>();
  for (const [index, { key, values = [] }] of (term.matchLabelExpressions ?? []).entries()) {
    const at = `${path}[${index}]`;
    const list = values ?? [];
    if (list.length === 0) errors.push(required(`${at}.values`));
    const seen = new Set<string>();
    for (const [place, value] of list.entries()) {
      if (seen.has(value)) errors.push(duplicate(`${at}.values[${place}]`, value));
      seen.add(value);
    }
    checkQualifiedName(key, `${at}.key`, errors);
    if (said.has(key)) errors.push(duplicate(`${at}.key`, key));
    said.set(key, [...seen].sort(compareText));
  }
  return JSON.stringify([...said].sort(([left], [right]) => compareText(left, right)));
}

/** What is wrong with a VolumeAttributesClass. */
export function validateAttributesClass(
  attributesClass: VolumeAttributesClass,
): readonly FieldError[] {
  const errors: Errors = [];
  checkProvisioner(attributesClass.driverName ?? '', 'driverName', errors);
  checkParameters(attributesClass.parameters, false, errors);
  return errors;
}

/** What is wrong with an update of a VolumeAttributesClass. */
export function validateAttributesClassUpdate(
  attributesClass: VolumeAttributesClass,
  old: VolumeAttributesClass,
): readonly FieldError[] {
  const errors: Errors = [];
  for (const field of ['driverName', 'parameters'] as const) {
    if (deepEqual(attributesClass[field], old[field])) continue;
    errors.push(forbidden(field, `updates to ${field} are forbidden.`));
  }
  return [...errors, ...validateAttributesClass(attributesClass)];
}

const messageMax = 1024;
const codeMax = 2147483647;

/** What is wrong with a VolumeAttachment. */
export function validateAttachment({ spec, status }: VolumeAttachment): readonly FieldError[] {
  const errors: Errors = [];
  const { attacher = '', nodeName = '', source } = spec;
  checkDriverName(attacher, 'spec.attacher', errors);
  checkAttached(source ?? {}, 'spec.source', errors);
  checkSubdomain(nodeName, 'spec.nodeName', errors);
  const size = sizeOf(Object.entries(status?.attachmentMetadata ?? {}));
  if (size > bytesMax) errors.push(tooLong('status.attachmentMetadata', bytesMax));
  checkVolumeError(status?.attachError, 'status.attachError', errors);
  checkVolumeError(status?.detachError, 'status.detachError', errors);
  const name = source?.persistentVolumeName;
  if (name !== undefined) checkSubdomain(name, 'spec.source.persistentVolumeName', errors);
  return errors;
}

function checkAttached(
  { inlineVolumeSpec: inline, persistentVolumeName: name }: VolumeAttachment['spec']['source'],
  path: string,
  errors: Errors,
): void {
  const text = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inline === undefined && name === undefined) errors.push(required(path, text));
  else if (inline !== undefined && name !== undefined) errors.push(forbidden(path, text));
  else if (name === '') {
    const words = 'must specify non empty persistentVolumeName';
    errors.push(required(`${path}.persistentVolumeName`, words));
  } else if (inline !== undefined) {
    checkVolumeSpec(inline, '', `${path}.inlineVolumeSpec`, true, errors);
  }
}

function checkVolumeError(error: VolumeError | undefined, path: string, errors: Errors): void {
  if (error === undefined) return;
  // Upstream tells another bound than it holds to.
  if (byteLength(error.message ?? '') > messageMax) {
    errors.push(tooLong(`${path}.message`, bytesMax));
  }
  const { errorCode: code } = error;
  if (code === undefined || code >= 0) return;
  errors.push(invalid(`${path}.errorCode`, code, rangeText(0, codeMax)));
}

/** What is wrong with an update of a VolumeAttachment. */
export function validateAttachmentUpdate(
  attachment: VolumeAttachment,
  old: VolumeAttachment,
): readonly FieldError[] {
  const errors = validateAttachment(attachment);
  if (deepEqual(attachment.spec, old.spec)) return errors;
  const value = goValue('storage/v1.VolumeAttachmentSpec', attachment.spec);
  return [...errors, invalid('spec', value, immutableText)];
}
