/**
 * Checks the metadata of objects: what all kinds have in common.
 * @upstream apimachinery/pkg/api/validation/objectmeta.go
 */
import { deepEqual } from '../api/equality.js';
import { forbidden, invalid, required, tooLong, type FieldError } from '../api/field-error.js';
import { byteLength, compareText, goQuote } from '../api/go-text.js';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from '../api/kinds/meta.js';
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  pathSegmentErrors,
  qualifiedNameErrors,
} from '../api/labels.js';
import type { KubeObject } from '../api/object.js';
import type { ServedResource } from './registry.js';
import { isPlain, metaChecksOf } from './resources/meta-checks.js';
import type { NameRule } from './resources/strategy.js';
import { checkFinalizers } from './resources/validation/finalizers.js';
import { addressErrors } from './resources/validation/ip.js';
import { managerErrors } from './write-options.js';

const annotationBytesMax = 256 * 1024;
const subresourceBytesMax = 256;
const none: readonly FieldError[] = [];

type Check = (value: string) => readonly string[];

const nameChecks: Readonly<Record<NameRule, Check>> = {
  subdomain: dns1123SubdomainErrors,
  made: dns1123SubdomainErrors,
  label: dns1123LabelErrors,
  'dns1035-label': dns1035LabelErrors,
  path: pathSegmentErrors,
  ip: addressErrors,
  any: () => [],
};

/** What is wrong with the metadata of a new object. */
export function metaErrors(object: KubeObject, { kind, storedStrategy }: ServedResource) {
  return objectMetaErrors(object.metadata, {
    rule: storedStrategy.nameRule ?? 'subdomain',
    isNamespaced: kind.isNamespaced,
  });
}

/** What is wrong with the metadata of any new object, whatever its kind asks of names. */
export function commonMetaErrors({ metadata }: KubeObject, { kind }: Pick<ServedResource, 'kind'>) {
  return objectMetaErrors(metadata, { rule: 'path', isNamespaced: kind.isNamespaced });
}

/** @upstream apimachinery/pkg/api/validation/objectmeta.go ValidateObjectMetaAccessor */
export function objectMetaErrors(
  metadata: ObjectMeta,
  { rule, isNamespaced }: { readonly rule: NameRule; readonly isNamespaced: boolean },
): readonly FieldError[] {
  return [
    ...nameErrors(metadata, rule),
    ...placeErrors(metadata, isNamespaced),
    ...detailErrors(metadata),
    ...changedFinalizerErrors(metadata),
  ];
}

/**
 * What is wrong with the metadata of a new version of an object. Parts that stayed are not looked at again.
 * The server looks at it before the kind does, which looks at it once more or twice: each time is told.
 * @upstream apiserver/pkg/registry/rest/update.go validateCommonFields
 */
export function metaUpdateErrors(
  object: KubeObject,
  old: KubeObject,
  { resource, subresource }: { readonly resource: ServedResource; readonly subresource: string },
): readonly FieldError[] {
  const { kind, custom, storedStrategy } = resource;
  const { metadata } = object;
  const before = old.metadata;
  const isRenamed = metadata.generateName !== before.generateName;
  const misplaced = placeErrors(metadata, kind.isNamespaced);
  const details = detailErrors(metadata, before);
  const finalizers = changedFinalizerErrors(metadata, before);
  const unknown =
    custom === undefined && !isPlain(kind) ? unknownFinalizerErrors(metadata, before) : none;
  const changed = immutableErrors(metadata, before);
  const found = [misplaced, details, finalizers, unknown, changed];
  if (!isRenamed && found.every(errors => errors.length === 0)) return none;
  const looks = {
    whole: [
      ...(isRenamed ? nameErrors(metadata, storedStrategy.nameRule ?? 'subdomain') : none),
      ...misplaced,
      ...details,
      ...finalizers,
      ...unknown,
    ],
    change: [...changed, ...details, ...unknown],
  };
  return [
    ...(isRenamed ? nameErrors(metadata, 'path') : none),
    ...misplaced,
    ...details,
    ...finalizers,
    ...changed,
    ...details,
    ...(custom === undefined ? metaChecksOf(kind, subresource) : customChecks).flatMap(
      check => looks[check],
    ),
  ];
}

const customChecks = ['change'] as const;

/** Finalizers whose names no kind of Kubernetes' own may bear, unless the object had them all before. */
export function unknownFinalizerErrors(
  metadata: ObjectMeta,
  old?: ObjectMeta,
): readonly FieldError[] {
  if (metadata.finalizers === undefined || metadata.finalizers === old?.finalizers) return none;
  const errors: FieldError[] = [];
  checkFinalizers(metadata, errors);
  return errors;
}

function nameErrors(metadata: ObjectMeta, rule: NameRule): readonly FieldError[] {
  const { name = '', generateName = '' } = metadata;
  const check = nameChecks[rule];
  const errors: FieldError[] = [];
  if (generateName !== '' && rule !== 'made') {
    const isBase = rule === 'subdomain' || rule === 'label' || rule === 'dns1035-label';
    const base = isBase ? maskedDash(generateName) : generateName;
    for (const text of check(base)) {
      errors.push(invalid('metadata.generateName', generateName, text));
    }
  }
  if (name === '') errors.push(required('metadata.name', 'name or generateName is required'));
  else for (const text of check(name)) errors.push(invalid('metadata.name', name, text));
  return errors.length === 0 ? none : errors;
}

/** A base may end in a dash, as a suffix follows. */
function maskedDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

function placeErrors(metadata: ObjectMeta, isNamespaced: boolean): readonly FieldError[] {
  const { namespace = '', generation = 0 } = metadata;
  const errors: FieldError[] = [];
  if (!isNamespaced) {
    if (namespace !== '') errors.push(forbidden('metadata.namespace', 'not allowed on this type'));
  } else if (namespace === '') errors.push(required('metadata.namespace'));
  else {
    for (const text of dns1123LabelErrors(namespace)) {
      errors.push(invalid('metadata.namespace', namespace, text));
    }
  }
  if (generation < 0) {
    errors.push(invalid('metadata.generation', generation, 'must be greater than or equal to 0'));
  }
  return errors.length === 0 ? none : errors;
}

function detailErrors(metadata: ObjectMeta, old?: ObjectMeta): readonly FieldError[] {
  const { labels, annotations, ownerReferences, managedFields } = metadata;
  return [
    ...(labels === undefined || labels === old?.labels ? none : labelErrors(labels)),
    ...(annotations === undefined || annotations === old?.annotations
      ? none
      : annotationErrors(annotations)),
    ...(ownerReferences === undefined || ownerReferences === old?.ownerReferences
      ? none
      : ownerErrors(ownerReferences)),
    ...(managedFields === undefined ? none : managedFieldsErrors(managedFields)),
  ];
}

function changedFinalizerErrors(
  { finalizers }: ObjectMeta,
  old?: ObjectMeta,
): readonly FieldError[] {
  if (finalizers === undefined || finalizers === old?.finalizers) return none;
  return finalizerErrors(finalizers);
}

/** @upstream apimachinery/pkg/apis/meta/v1/validation ValidateLabels */
export function labelErrors(
  labels: Readonly<Record<string, string>> | null,
  path = 'metadata.labels',
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const text of qualifiedNameErrors(key)) errors.push(invalid(path, key, text));
    for (const text of labelValueErrors(value)) errors.push(invalid(path, value, text));
  }
  return errors;
}

/** @upstream ValidateAnnotations */
export function annotationErrors(
  annotations: Readonly<Record<string, string>> | null,
  path = 'metadata.annotations',
): readonly FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const text of qualifiedNameErrors(key.toLowerCase())) {
      errors.push(invalid(path, key, text));
    }
    bytes += byteLength(key) + byteLength(value);
  }
  if (bytes > annotationBytesMax) errors.push(tooLong(path, annotationBytesMax));
  return errors;
}

function ownerErrors(owners: readonly OwnerReference[] | null): readonly FieldError[] {
  const path = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  let controller = '';
  for (const owner of owners ?? []) {
    errors.push(...oneOwnerErrors(owner, path));
    if (owner.controller !== true) continue;
    const current = `${owner.kind}/${owner.name}`;
    if (controller === '') controller = current;
    else {
      const text = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`;
      errors.push(invalid(path, owners, text));
    }
  }
  return errors;
}

function oneOwnerErrors(owner: OwnerReference, path: string): readonly FieldError[] {
  const { apiVersion = '', kind = '', name = '', uid = '' } = owner;
  const errors: FieldError[] = [];
  const parts = apiVersion.split('/');
  if (parts.length > 2 || parts.at(-1) === '') {
    errors.push(invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty'));
  }
  if (kind === '') errors.push(invalid(`${path}.kind`, kind, 'must not be empty'));
  if (name === '') errors.push(invalid(`${path}.name`, name, 'must not be empty'));
  if (uid === '') errors.push(invalid(`${path}.uid`, uid, 'must not be empty'));
  if (apiVersion === 'v1' && kind === 'Event') {
    errors.push(invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return errors;
}

function finalizerErrors(finalizers: readonly string[] | null): readonly FieldError[] {
  const path = 'metadata.finalizers';
  const errors: FieldError[] = [];
  for (const finalizer of finalizers ?? []) {
    for (const text of qualifiedNameErrors(finalizer)) errors.push(invalid(path, finalizer, text));
  }
  if (finalizers?.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const text = 'finalizer orphan and foregroundDeletion cannot be both set';
    errors.push(invalid(path, finalizers, text));
  }
  return errors;
}

function managedFieldsErrors(entries: readonly ManagedFieldsEntry[] | null): readonly FieldError[] {
  return (entries ?? []).flatMap((entry, index) => {
    const path = `metadata.managedFields[${index}]`;
    const { operation = '', fieldsType = '', manager = '', subresource = '' } = entry;
    const errors: FieldError[] = [];
    if (operation !== 'Apply' && operation !== 'Update') {
      errors.push(invalid(`${path}.operation`, operation, 'must be `Apply` or `Update`'));
    }
    if (fieldsType !== '' && fieldsType !== 'FieldsV1') {
      errors.push(invalid(`${path}.fieldsType`, fieldsType, 'must be `FieldsV1`'));
    }
    errors.push(...managerErrors(manager, `${path}.manager`));
    if (byteLength(subresource) > subresourceBytesMax) {
      errors.push(tooLong(`${path}.subresource`, subresourceBytesMax));
    }
    return errors;
  });
}

const immutableText = 'field is immutable';

/** @upstream ValidateObjectMetaAccessorUpdate */
function immutableErrors(metadata: ObjectMeta, old: ObjectMeta): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const known = new Set(old.finalizers);
    const extra = [...new Set(metadata.finalizers)].filter(finalizer => !known.has(finalizer));
    if (extra.length > 0) {
      const list = extra.sort(compareText).map(goQuote).join(', ');
      const text = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
      errors.push(forbidden('metadata.finalizers', text));
    }
  }
  if (errors.length === 0 && haveSameFixed(metadata, old)) return none;
  for (const field of immutableFields) {
    const value = metadata[field];
    if (deepEqual(value, old[field])) continue;
    errors.push(invalid(`metadata.${field}`, value ?? null, immutableText));
  }
  return errors.length === 0 ? none : errors;
}

/** Whether the fields below are the same: named one by one, since nearly every change asks. */
function haveSameFixed(one: ObjectMeta, other: ObjectMeta): boolean {
  return (
    one.name === other.name &&
    one.namespace === other.namespace &&
    one.uid === other.uid &&
    one.creationTimestamp === other.creationTimestamp &&
    one.deletionTimestamp === other.deletionTimestamp &&
    one.deletionGracePeriodSeconds === other.deletionGracePeriodSeconds
  );
}

const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;
