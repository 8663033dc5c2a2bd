/** JSON patches, merge patches and strategic merge patches, and what is said of their results. */
import { fromUnstructured } from '../../api/from-unstructured.js';
import { ordered, sortedValue } from '../../api/encode.js';
import { isRecord } from '../../api/equality.js';
import { shapeOfKind, type Shape, type StructShape } from '../../api/facts.js';
import { invalid as invalidField } from '../../api/field-error.js';
import { compareText, goValue } from '../../api/go-text.js';
import type { KubeObject } from '../../api/object.js';
import { applyJsonPatch, readJsonPatch } from '../../api/patch/json-patch.js';
import { applyMergePatch } from '../../api/patch/merge-patch.js';
import { applyStrategicMergePatch } from '../../api/patch/strategic-merge-patch.js';
import {
  badRequest,
  internalError,
  invalid,
  isFailure,
  plainError,
  rejectedRequest,
  requestEntityTooLarge,
  type Failure,
} from '../../api/status.js';
import { tidied } from '../../api/tidy.js';
import { defaulted } from '../body.js';
import { decodeCustom } from '../custom/decode.js';
import { causeOf, decodeBuiltIn, warnAll } from '../decoding/built-in.js';
import { duplicateFields, type ReadText } from '../decoding/text.js';
import type { Scope } from '../scope.js';
import { shapeOfResource } from '../shapes.js';
import type { WriteOptions } from '../write-options.js';
import { patchedText, touchedByMerge, touchedByOperations, type Touched } from './patch-text.js';
import type { PreparedPatch } from './patch-types.js';
import type { Produced } from './update.js';

type Json = Readonly<Record<string, unknown>>;

/** A patch that is to be read. */
export interface Patching {
  readonly scope: Scope;
  readonly options: WriteOptions;
  readonly text: ReadText;
}

const operationsMax = 10000;

/** RFC 6902. */
export function jsonPatch(patching: Patching): PreparedPatch | Failure {
  const { text } = patching;
  const read = readJsonPatch(text.value, text.repeated);
  if (!read.isOk) return badRequest(`error decoding patch: ${read.error}`);
  const { operations, strict } = read.value;
  if (operations.length > operationsMax) {
    return requestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${operationsMax}, got ${operations.length}`,
    );
  }
  const touched = touchedByOperations(operations);
  return {
    creates: false,
    apply: live => {
      const patched = applyJsonPatch(live, operations);
      if (!patched.isOk) return rejectedRequest();
      return decodedPatch(patching, patched.value, { live, strict, touched });
    },
  };
}

/** RFC 7386. */
export function mergePatch(patching: Patching): PreparedPatch {
  const { text } = patching;
  const patch = (text.value ?? {}) as Json;
  const touched = touchedByMerge(patch);
  const strict = duplicateFields(text);
  return {
    creates: false,
    apply: live =>
      decodedPatch(patching, applyMergePatch(live as Json, patch), { live, strict, touched }),
  };
}

/** Kubernetes' own form, which knows the keys of lists. */
export function strategicPatch(patching: Patching): PreparedPatch {
  const { scope, text } = patching;
  const patch = (text.value ?? {}) as Json;
  const kind = shownKind(scope);
  const isResource = kind === scope.resource.kind;
  const shape = isResource ? shapeOfResource(scope.resource) : shapeOfKind(kind);
  return {
    creates: false,
    apply: live => {
      if (shape === undefined) return plainError('unable to find api field in struct');
      const merged = applyStrategicMergePatch(live as Json, patch, shape);
      if (!merged.isOk) return strategicFailure(merged.error);
      if (scope.context.connection.omitsManagedFields === true) {
        return trustedResult(scope, merged.value, live);
      }
      return decodedStrategic(patching, merged.value, shape);
    },
  };
}

/** What a scale subresource patches is a Scale. */
function shownKind({ resource, subresource }: Scope) {
  return subresource === 'scale'
    ? { group: 'autoscaling', version: 'v1', kind: 'Scale' }
    : resource.kind;
}

const badRequestErrors = [
  'invalid JSON document',
  'invalid patch format of primitive list',
  'invalid patch format of retainKeys',
  'invalid patch format of setElementOrder list',
  'strategic merge patch format is not supported',
];
const unprocessableErrors = [
  'lists of lists are not supported',
  'patch contains fields not present in retain keys list',
];

/** @upstream interpretStrategicMergePatchError */
function strategicFailure(error: string): Failure {
  if (badRequestErrors.includes(error)) return badRequest(error);
  if (unprocessableErrors.includes(error)) return rejectedRequest();
  return plainError(error);
}

interface PatchedDocument {
  readonly strict: readonly string[];
  readonly touched: Touched;
  readonly live: KubeObject | undefined;
}

/** The patched document as an object of the kind, or why it is none. */
function decodedPatch(
  { scope, options }: Patching,
  document: unknown,
  { live, strict, touched }: PatchedDocument,
): Produced | Failure {
  const { resource, context } = scope;
  if (context.connection.omitsManagedFields === true) return trustedResult(scope, document, live);
  const shown = () => patchedText(inWrittenOrder(scope, document), touched);
  const typeless = resource.custom === undefined ? undefined : typeFailure(document, shown);
  if (typeless !== undefined) return typeless;
  const warnings: string[] = [];
  const collector = { ...noContext, warn: (text: string) => void warnings.push(text) };
  const text: ReadText = { value: document, repeated: emptyRepeats, duplicates: [] };
  const kind = shownKind(scope);
  const asked = { kind, fieldValidation: 'Warn', summary: '' };
  const decoded =
    resource.custom === undefined || kind !== resource.kind
      ? decodeBuiltIn(collector as unknown as Scope['context'], text, asked)
      : decodeCustom({ ...scope, context: collector as unknown as Scope['context'] }, text, asked);
  if (isFailure(decoded)) return patchFailure(shown(), causeOf(decoded, kind.kind));
  const error = kind === resource.kind ? resource.strategy.conversionError?.(decoded) : undefined;
  if (error !== undefined) return patchFailure(shown(), error);
  const all = [...strict, ...warnings];
  if (options.fieldValidation === 'Strict' && all.length > 0) {
    return patchFailure(shown(), `strict decoding error: ${all.join(', ')}`);
  }
  if (options.fieldValidation === 'Warn') warnAll(context, all);
  return { object: kind === resource.kind ? defaulted(scope, decoded) : decoded };
}

/** What is said of a custom resource whose patch took away what it is. @upstream unstructured.go */
function typeFailure(document: unknown, shown: () => string): Failure | undefined {
  if (!isRecord(document)) {
    const kind = Array.isArray(document) ? 'array' : typeof document;
    const type = 'map[string]interface {}';
    return patchFailure(shown(), `json: cannot unmarshal ${kind} into Go value of type ${type}`);
  }
  if ((document['kind'] ?? '') === '') {
    return patchFailure(shown(), `Object 'Kind' is missing in '${shown()}'`);
  }
  if ((document['apiVersion'] ?? '') !== '') return undefined;
  return internalError("Object 'apiVersion' is missing in 'object has no apiVersion field'");
}

/** The document with its keys as the live object was written; what the kind does not know stays. */
function inWrittenOrder({ resource }: Scope, document: unknown): unknown {
  const shape = shapeOfResource(resource);
  return shape === undefined ? sortedValue(document) : orderedAll(document, shape);
}

function orderedAll(value: unknown, shape: Shape | undefined): unknown {
  if (shape === undefined) return value;
  if (Array.isArray(value)) {
    return shape.kind === 'list' ? value.map(item => orderedAll(item, shape.item)) : value;
  }
  if (!isRecord(value)) return value;
  if (shape.kind === 'map') return orderedMap(value, shape.value);
  if (shape.kind !== 'struct') return ordered(value, shape);
  const result: Record<string, unknown> = {};
  for (const { name, shape: below } of shape.jsonFields) {
    if (value[name] !== undefined) result[name] = orderedAll(value[name], below);
  }
  return { ...result, ...value, ...result };
}

function orderedMap(map: Json, item: Shape): Json {
  const names = Object.keys(map).toSorted(compareText);
  return Object.fromEntries(names.map(name => [name, orderedAll(map[name], item)]));
}

const noContext = {};
const emptyRepeats: ReadText['repeated'] = new Map();

/** 422 of kind "": the value is what was patched. */
function patchFailure(value: string, error: string): Failure {
  return invalid({ group: '', kind: '' }, '', [invalidField('patch', value, error)]);
}

function decodedStrategic(
  { scope, options, text }: Patching,
  document: Json,
  shape: StructShape,
): Produced | Failure {
  const { context, resource } = scope;
  const decoded = fromUnstructured(document, shape);
  const shown = () => goValue(text.value ?? {});
  if (!decoded.isOk) return patchFailure(shown(), decoded.error);
  const strict = [...duplicateFields(text), ...decoded.strict];
  if (options.fieldValidation === 'Strict' && strict.length > 0) {
    return patchFailure(shown(), `strict decoding error: ${strict.join(', ')}`);
  }
  if (options.fieldValidation === 'Warn') warnAll(context, strict);
  const { kind: _kind, apiVersion: _version, ...rest } = decoded.asSent;
  const { kind, apiVersion } = document;
  const object = { kind, apiVersion, ...rest } as KubeObject;
  if (shownKind(scope) !== resource.kind) return { object };
  const error = resource.strategy.conversionError?.(object);
  return error === undefined ? { object: defaulted(scope, object) } : plainError(error);
}

/** What our own components patch is well typed. */
function trustedResult(scope: Scope, document: unknown, live: KubeObject | undefined): Produced {
  const { resource } = scope;
  const kind = shownKind(scope);
  const isResource = kind === resource.kind;
  const shape = isResource ? shapeOfResource(resource) : shapeOfKind(kind);
  const object = document as KubeObject;
  const tidy = shape === undefined ? object : tidied(object, shape, live);
  const isDefaulted = !isResource || tidy['spec'] === live?.['spec'];
  return { object: isDefaulted ? tidy : defaulted(scope, tidy) };
}
