/** Checks of the versions of custom resources. @upstream apiextensions-apiserver/pkg/apis/apiextensions/validation */
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  CustomResourceValidation,
  SelectableField,
} from '../../../api/kinds/apiextensions.js';
import { deepEqual } from '../../../api/equality.js';
import { byteLength } from '../../../api/go-text.js';
import { dns1035LabelErrors } from '../../../api/labels.js';
import { definitionSchemaErrors, selectableErrors } from '../../custom/check-definition.js';
import { without } from '../defaults/fill.js';
import { invalid, required } from '../field-error.js';
import type { Errors } from './checks.js';
import { goValue } from './go-value.js';

/** A spec as it is within: what all versions share stands at the top. */
export interface Hoisted {
  readonly versions: readonly CustomResourceDefinitionVersion[];
  readonly validation?: CustomResourceValidation;
  readonly subresources?: CustomResourceSubresources;
  readonly columns: readonly CustomResourceColumnDefinition[];
  readonly selectable: readonly SelectableField[];
}

/** @upstream apiextensions-apiserver/pkg/apis/apiextensions/v1/conversion.go */
export function hoisted(spec: CustomResourceDefinitionSpec): Hoisted {
  let versions = spec.versions ?? [];
  const [first] = versions;
  if (first === undefined) return { versions, columns: [], selectable: [] };
  const shared = <K extends keyof CustomResourceDefinitionVersion>(field: K) => {
    if (!versions.every(version => deepEqual(version[field], first[field]))) return undefined;
    versions = versions.map(version => without(version, field));
    return first[field];
  };
  const subresources = shared('subresources');
  const validation = shared('schema');
  const columns = shared('additionalPrinterColumns') ?? [];
  const selectable = shared('selectableFields') ?? [];
  return {
    versions,
    ...(validation !== undefined && { validation }),
    ...(subresources !== undefined && { subresources }),
    columns,
    selectable,
  };
}

/** The versions, and after them in upstream's order the names and what the versions share. */
export function checkVersions(
  spec: CustomResourceDefinitionSpec,
  errors: Errors,
  checkNames: () => void,
): void {
  const within = hoisted(spec);
  const { versions, validation, columns } = within;
  if (validation?.openAPIV3Schema === undefined) {
    for (const [index, { schema }] of versions.entries()) {
      if (schema?.openAPIV3Schema !== undefined) continue;
      errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`));
    }
  }
  for (const [index, version] of versions.entries()) {
    const hasStatus = (within.subresources ?? version.subresources)?.status !== undefined;
    checkVersion(version, `spec.versions[${index}]`, { hasStatus, errors });
  }
  checkWhole(Array.isArray(spec.versions) ? versions : undefined, errors);
  const name = versions[0]?.name ?? '';
  const texts = dns1035LabelErrors(name);
  if (name !== '' && texts.length > 0) errors.push(invalid('spec.version', name, texts.join(',')));
  checkNames();
  const all = [within.subresources, ...versions.map(version => version.subresources)];
  const hasStatus = all.some(each => each?.status !== undefined);
  checkSchema(validation, 'spec.validation', hasStatus, errors);
  checkSubresources(within.subresources, 'spec.subresources', errors);
  for (const [index, column] of columns.entries()) {
    checkColumn(column, `spec.additionalPrinterColumns[${index}]`, errors);
  }
  checkSelectable(within.selectable, validation, 'spec.selectableFields', errors);
}

function checkSchema(
  validation: CustomResourceValidation | undefined,
  path: string,
  hasStatus: boolean,
  errors: Errors,
): void {
  const schema = validation?.openAPIV3Schema;
  if (schema !== undefined) errors.push(...definitionSchemaErrors(schema, path, { hasStatus }));
}

function checkSelectable(
  fields: readonly SelectableField[],
  validation: CustomResourceValidation | undefined,
  path: string,
  errors: Errors,
): void {
  const schema = validation?.openAPIV3Schema;
  if (schema !== undefined) errors.push(...selectableErrors(fields, schema, path));
}

function checkWhole(
  sent: readonly CustomResourceDefinitionVersion[] | undefined,
  errors: Errors,
): void {
  const versions = sent ?? [];
  const path = 'spec.versions';
  const value = () =>
    sent?.map(version => goValue('apiextensions/v1.CustomResourceDefinitionVersion', version)) ??
    null;
  if (new Set(versions.map(version => version.name)).size < versions.length) {
    errors.push(invalid(path, value(), 'must contain unique version names'));
  }
  if (versions.filter(version => version.storage).length === 1) return;
  const text = 'must have exactly one version marked as storage version';
  errors.push(invalid(path, value(), text));
}

const warningMax = 256;

function checkVersion(
  version: CustomResourceDefinitionVersion,
  path: string,
  { hasStatus, errors }: { readonly hasStatus: boolean; readonly errors: Errors },
): void {
  const { name = '', deprecated = false, deprecationWarning: warning } = version;
  const texts = dns1035LabelErrors(name);
  if (texts.length > 0) errors.push(invalid(`${path}.name`, name, texts.join(',')));
  const at = `${path}.deprecationWarning`;
  if (warning !== undefined && !deprecated) {
    errors.push(invalid(at, warning, 'can only be set for deprecated versions'));
  } else if (warning !== undefined) {
    for (const text of warningTexts(warning)) errors.push(invalid(at, warning, text));
  }
  checkSchema(version.schema, `${path}.schema`, hasStatus, errors);
  checkSubresources(version.subresources, `${path}.subresources`, errors);
  for (const [index, column] of (version.additionalPrinterColumns ?? []).entries()) {
    checkColumn(column, `${path}.additionalPrinterColumns[${index}]`, errors);
  }
  checkSelectable(
    version.selectableFields ?? [],
    version.schema,
    `${path}.selectableFields`,
    errors,
  );
}

function warningTexts(warning: string): readonly string[] {
  const texts: string[] = [];
  if (byteLength(warning) > warningMax) texts.push('must be <= 256 characters long');
  if (warning === '') texts.push('must not be an empty string');
  const found = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(warning);
  if (found !== null) {
    const index = byteLength(warning.slice(0, found.index));
    const text = 'must only contain printable UTF-8 characters; non-printable character found at';
    texts.push(`${text} index ${index}`);
  }
  return texts;
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = [
  'byte',
  'date',
  'date-time',
  'double',
  'float',
  'int32',
  'int64',
  'password',
];

function checkColumn(column: CustomResourceColumnDefinition, path: string, errors: Errors): void {
  const { name, type = '', format = '', jsonPath = '' } = column;
  if (!name) errors.push(required(`${path}.name`));
  const oneOf = `must be one of ${columnTypes.join(',')}`;
  if (type === '') errors.push(required(`${path}.type`, oneOf));
  else if (!columnTypes.includes(type)) errors.push(invalid(`${path}.type`, type, oneOf));
  if (format !== '' && !columnFormats.includes(format)) {
    errors.push(invalid(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`));
  }
  if (jsonPath === '') errors.push(required(`${path}.JSONPath`));
  else checkPath(jsonPath, `${path}.JSONPath`, errors);
}

function checkPath(value: string, path: string, errors: Errors): boolean {
  if (value.startsWith('.')) return true;
  errors.push(invalid(path, value, 'must be a simple json path starting with .'));
  return false;
}

function checkSubresources(
  subresources: CustomResourceSubresources | undefined,
  path: string,
  errors: Errors,
): void {
  const scale = subresources?.scale;
  if (scale === undefined) return;
  for (const [field, root] of [
    ['specReplicasPath', '.spec'],
    ['statusReplicasPath', '.status'],
  ] as const) {
    const at = `${path}.scale.${field}`;
    const value = scale[field];
    if (!value) errors.push(required(at));
    else if (checkPath(value, at, errors) && !value.startsWith(`${root}.`)) {
      errors.push(invalid(at, value, `should be a json path under ${root}`));
    }
  }
  const { labelSelectorPath: selector } = scale;
  if (!selector) return;
  const at = `${path}.scale.labelSelectorPath`;
  if (!checkPath(selector, at, errors)) return;
  if (selector.startsWith('.spec.') || selector.startsWith('.status.')) return;
  errors.push(invalid(at, selector, 'should be a json path under either .spec or .status'));
}
