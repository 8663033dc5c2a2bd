/** Embedded objects must have kind, apiVersion and valid metadata. @upstream apiextensions-apiserver/pkg/apiserver/schema/objectmeta/validation.go */
import { isRecord } from '../../api/equality.js';
import { invalid, required, type FieldError } from '../../api/field-error.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { dns1035LabelErrors, pathSegmentErrors } from '../../api/labels.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import { annotationErrors, labelErrors } from '../meta-validation.js';
import { Passed, unlessPassed } from './passed.js';
import { isEmbedded, itemsOf, membersOf } from '../../api/json-schema.js';

const passed = new Passed<readonly FieldError[]>();

/** What is wrong with the embedded objects. */
export function embeddedErrors(
  value: unknown,
  schema: JSONSchemaProps,
  path = '',
): readonly FieldError[] {
  return unlessPassed(passed, { value, schema, path }, errorsAnew);
}

function errorsAnew(value: unknown, schema: JSONSchemaProps, path: string): readonly FieldError[] {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items === undefined) return [];
    return value.flatMap((item, index) => embeddedErrors(item, items, `${path}[${index}]`));
  }
  if (!isRecord(value)) return [];
  const own = isEmbedded(schema) ? objectErrors(value, path) : [];
  const members = membersOf(schema);
  const below = Object.entries(value).flatMap(([key, item]) => {
    const property = schema.properties?.[key];
    if (property !== undefined) {
      return embeddedErrors(item, property, path === '' ? key : `${path}.${key}`);
    }
    return members === undefined ? [] : embeddedErrors(item, members, `${path}[${key}]`);
  });
  return [...own, ...below];
}

function objectErrors(
  value: Readonly<Record<string, unknown>>,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    errors.push(required(`${path}.apiVersion`));
  } else if (apiVersion.split('/').length > 2) {
    errors.push(
      invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`),
    );
  }
  if (typeof kind !== 'string' || kind === '') {
    errors.push(required(`${path}.kind`));
  } else {
    for (const text of dns1035LabelErrors(kind.toLowerCase())) {
      errors.push(
        invalid(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${text}`),
      );
    }
  }
  if (isRecord(metadata))
    errors.push(...metadataErrors(metadata as ObjectMeta, `${path}.metadata`));
  return errors;
}

function metadataErrors(metadata: ObjectMeta, path: string): readonly FieldError[] {
  const { name = '', labels = {}, annotations = {} } = metadata;
  return [
    ...(name === '' ? [] : pathSegmentErrors(name)).map(text =>
      invalid(`${path}.name`, name, text),
    ),
    ...labelErrors(labels, `${path}.labels`),
    ...annotationErrors(annotations, `${path}.annotations`),
  ];
}
