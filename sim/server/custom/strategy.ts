/**
 * The strategy of a custom resource, made from its definition.
 * @upstream apiextensions-apiserver/pkg/registry/customresource/strategy.go, validator.go
 */
import { deepEqual, isRecord } from '../../api/equality.js';
import { invalid, type FieldError } from '../../api/field-error.js';
import { compareText, goQuote, goTypeName } from '../../api/go-text.js';
import { qualifiedNameErrors } from '../../api/labels.js';
import type { CustomResourceDefinitionVersion } from '../../api/kinds/apiextensions.js';
import { apiVersionOf, type Kind, type KubeObject } from '../../api/object.js';
import { commonMetaErrors } from '../meta-validation.js';
import type { ScalePaths, Strategy } from '../resources/strategy.js';
import { hasRules, ruleErrors } from './cel-rules.js';
import { customColumns } from './columns.js';
import { embeddedErrors } from './embedded.js';
import { valueAt } from './json-path.js';
import { listTypeErrors } from './list-types.js';
import { readBack, renamed, type Coercion } from './coerced.js';
import { withDefaults } from './schema.js';
import { schemaErrors, type Old } from './validate-schema.js';

const int32Max = 2 ** 31 - 1;

/** The strategy of one version. */
export function customStrategy(
  kind: Kind,
  version: CustomResourceDefinitionVersion,
  coercion: Coercion,
): Strategy {
  const schema = version.schema?.openAPIV3Schema;
  const hasStatus = version.subresources?.status !== undefined;
  const scale = version.subresources?.scale;
  const check = validatorOf(kind, version);
  return {
    kind,
    hasGeneration: true,
    bumpsGeneration: (object, old) => !deepEqual(withoutMeta(object), withoutMeta(old)),
    allowsUnconditionalUpdate: false,
    defaults: object => withDefaults(object, schema),
    fromStored: stored => renamed(readBack(stored, coercion), apiVersionOf(kind), coercion),
    prepareForCreate: object => (hasStatus ? withoutStatus(object) : object),
    validate: (object, { warn }) => check(object, undefined, { part: 'all', warn }),
    warningsOnCreate: object => finalizerWarnings(object, undefined),
    prepareForUpdate: (object, old) => (hasStatus ? withStatusOf(object, old) : object),
    validateUpdate: (object, old, { warn }) => check(object, old, { part: 'all', warn }),
    warningsOnUpdate: finalizerWarnings,
    status: {
      prepareForUpdate: (object, old) => {
        const { resourceVersion, managedFields } = object.metadata;
        const metadata = {
          ...old.metadata,
          resourceVersion,
          ...(managedFields !== undefined && { managedFields }),
        } as KubeObject['metadata'];
        return withStatusOf({ ...old, metadata }, object);
      },
      validateUpdate: (object, old, { warn }) => check(object, old, { part: 'status', warn }),
    },
    ...(scale !== undefined && { scale: scaleOf(scale) }),
    selectableFields: selectableOf(version),
    fieldSelectorError: 'not-supported',
    ...customColumns(version.additionalPrinterColumns),
  };
}

function withoutMeta({ metadata: _, ...rest }: KubeObject): unknown {
  return rest;
}

function withoutStatus(object: KubeObject): KubeObject {
  if (object['status'] === undefined) return object;
  const { status: _, ...rest } = object;
  return rest as KubeObject;
}

function withStatusOf(object: KubeObject, other: KubeObject): KubeObject {
  const status = other['status'];
  return status === undefined ? withoutStatus(object) : { ...object, status };
}

function selectableOf({ selectableFields }: CustomResourceDefinitionVersion) {
  const fields: Record<string, (object: KubeObject) => string> = {};
  for (const { jsonPath } of selectableFields ?? []) {
    const textOf = (object: KubeObject): string => {
      const value = valueAt(object, jsonPath);
      return value === undefined || value === null ? '' : String(value);
    };
    fields[jsonPath.replace(/^\./, '')] = textOf;
  }
  return fields;
}

type Scale = NonNullable<NonNullable<CustomResourceDefinitionVersion['subresources']>['scale']>;

function scaleOf({ specReplicasPath, statusReplicasPath, labelSelectorPath }: Scale): ScalePaths {
  const numberAt = (object: KubeObject, path: string) => {
    const value = valueAt(object, path);
    return typeof value === 'number' ? value : undefined;
  };
  return {
    missingReplicas: object =>
      numberAt(object, specReplicasPath) === undefined
        ? `the spec replicas field ${goQuote(specReplicasPath)} does not exist`
        : undefined,
    replicas: object => numberAt(object, specReplicasPath) ?? 0,
    withReplicas: (object, replicas) => withValue(object, pathOf(specReplicasPath), replicas),
    statusReplicas: object => numberAt(object, statusReplicasPath) ?? 0,
    selector: object => {
      const value = labelSelectorPath ? valueAt(object, labelSelectorPath) : undefined;
      return typeof value === 'string' ? value : '';
    },
  };
}

function pathOf(text: string): readonly string[] {
  return text.replace(/^\./, '').split('.');
}

function withValue<T>(object: T, path: readonly string[], value: unknown): T {
  const [first, ...rest] = path;
  if (first === undefined) return value as T;
  const record: Readonly<Record<string, unknown>> = isRecord(object) ? object : {};
  return { ...record, [first]: withValue(record[first], rest, value) } as T;
}

interface Check {
  readonly part: 'all' | 'status';
  readonly warn: (text: string) => void;
}

function validatorOf(kind: Kind, version: CustomResourceDefinitionVersion) {
  const schema = version.schema?.openAPIV3Schema;
  const scale = version.subresources?.scale;
  return (
    object: KubeObject,
    old: KubeObject | undefined,
    { part, warn }: Check,
  ): readonly FieldError[] => {
    const typeErrors = typeMetaErrors(object, kind);
    if (typeErrors.length > 0) return typeErrors;
    const errors: FieldError[] = [];
    const before: Old | undefined = old === undefined ? undefined : { value: old };
    if (schema !== undefined) {
      if (part === 'all') {
        errors.push(...schemaErrors(object, schema, before === undefined ? {} : { old: before }));
      } else errors.push(...statusErrors(object, old, schema));
    }
    if (scale !== undefined && part === 'all') {
      errors.push(...replicaErrors(object, scale.specReplicasPath));
    }
    if (scale !== undefined) errors.push(...replicaErrors(object, scale.statusReplicasPath));
    if (schema === undefined) return errors;
    if (part === 'all') errors.push(...embeddedErrors(object, schema));
    if (old === undefined || listTypeErrors(old, schema).length === 0) {
      errors.push(...listTypeErrors(object, schema));
    }
    if (!hasRules(schema)) return errors;
    // What is wrong with a new object's metadata is told already, but keeps the rules from being asked.
    const metaErrors = old === undefined ? commonMetaErrors(object, { kind }) : [];
    return [...errors, ...rulesAfter([...metaErrors, ...errors], { object, old, schema, warn })];
  };
}

function statusErrors(
  object: KubeObject,
  old: KubeObject | undefined,
  schema: NonNullable<NonNullable<CustomResourceDefinitionVersion['schema']>['openAPIV3Schema']>,
): readonly FieldError[] {
  const status = object['status'];
  const property = schema.properties?.['status'];
  if (status === undefined || property === undefined) return [];
  const before = old?.['status'];
  return schemaErrors(status, property, {
    root: 'status',
    ...(before !== undefined && { old: { value: before } }),
  });
}

const blocking = new Set(['NotSupported', 'Required', 'TooLong', 'TooMany', 'TypeInvalid']);
const notChecked =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

function rulesAfter(
  errors: readonly FieldError[],
  at: {
    readonly object: KubeObject;
    readonly old: KubeObject | undefined;
    readonly warn: (text: string) => void;
    readonly schema: NonNullable<
      NonNullable<CustomResourceDefinitionVersion['schema']>['openAPIV3Schema']
    >;
  },
): readonly FieldError[] {
  if (errors.some(({ type }) => blocking.has(type))) {
    return [invalid('<nil>', null, notChecked)];
  }
  return ruleErrors(at.object, at.schema, {
    old: at.old === undefined ? undefined : { value: at.old },
    warn: at.warn,
  });
}

function typeMetaErrors(object: KubeObject, kind: Kind): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (object.kind !== kind.kind) {
    errors.push(invalid('kind', object.kind, `must be ${kind.kind}`));
  }
  if (object.apiVersion !== apiVersionOf(kind)) {
    errors.push(invalid('apiVersion', object.apiVersion, `must be ${apiVersionOf(kind)}`));
  }
  return errors;
}

function replicaErrors(object: KubeObject, path: string): readonly FieldError[] {
  const value = valueAt(object, path);
  if (value === undefined || value === null) return [];
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    const text = `${path} accessor error: ${JSON.stringify(value)} is of the type ${goTypeName(value)}, expected int64`;
    return [invalid(path, 0, text)];
  }
  if (value < 0) return [invalid(path, value, 'should be a non-negative integer')];
  if (value <= int32Max) return [];
  return [invalid(path, value, `should be less than or equal to ${int32Max}`)];
}

const standardFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

function finalizerWarnings(object: KubeObject, old: KubeObject | undefined): readonly string[] {
  const before = new Set(old?.metadata.finalizers);
  const added = [...new Set(object.metadata.finalizers)].filter(one => !before.has(one));
  return added.sort(compareText).flatMap(finalizer => {
    const at = `metadata.finalizers: ${goQuote(finalizer)}`;
    const warnings = qualifiedNameErrors(finalizer).map(text => `${at}: ${text}`);
    if (finalizer.includes('/') || standardFinalizers.has(finalizer)) return warnings;
    const path = finalizer.includes('.') ? ' including a path (/)' : '';
    return [
      ...warnings,
      `${at}: prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`,
    ];
  });
}
