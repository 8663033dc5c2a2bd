/** Server-side apply. @upstream apiserver/pkg/endpoints/handlers/patch.go applyPatcher */
import { isRecord } from '../../api/equality.js';
import { shapeOfKind } from '../../api/facts.js';
import { fromUnstructured } from '../../api/from-unstructured.js';
import { applyPatch } from '../../api/managed-fields/apply.js';
import type { ManagedFieldsEntry } from '../../api/kinds/meta.js';
import { apiVersionOf, type KubeObject } from '../../api/object.js';
import {
  applyConflict,
  badRequest,
  isFailure,
  plainError,
  type Failure,
} from '../../api/status.js';
import { defaulted } from '../body.js';
import { decodeCustom } from '../custom/decode.js';
import { warnAll } from '../decoding/built-in.js';
import { readYaml, textOf, type ReadText } from '../decoding/text.js';
import { emptyObject, fieldsView } from '../managed-fields.js';
import type { Scope } from '../scope.js';
import type { WriteOptions } from '../write-options.js';
import type { PreparedPatch } from './patch-types.js';
import type { Produced } from './update.js';

type Json = Readonly<Record<string, unknown>>;

/** What is applied, and what YAML says of keys that stand in it twice. */
interface Applied {
  readonly value: Json;
  readonly duplicates: readonly string[];
}

/** Reads the body of an apply. */
export function readApplied({ context }: Scope): Applied | Failure {
  const { body } = context.request;
  const read = body instanceof Uint8Array ? readYaml(textOf(body)) : given(body);
  if (!read.isOk) {
    return badRequest(`error decoding YAML: error converting YAML to JSON: ${read.error}`);
  }
  const { value, duplicates } = read.value;
  if (Array.isArray(value) || (!isRecord(value) && value !== null && value !== undefined)) {
    const kind = Array.isArray(value)
      ? 'array'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;
    return badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
    );
  }
  return { value: isRecord(value) ? value : {}, duplicates };
}

/** Prepares what is applied. */
export function preparedApply(scope: Scope, options: WriteOptions): PreparedPatch | Failure {
  const read = readApplied(scope);
  if (isFailure(read)) return read;
  const { value: patch, duplicates } = read;
  return {
    creates: true,
    apply: live => {
      const problem = patchProblem(scope, patch);
      if (problem !== undefined) return problem;
      const applied = appliedObject(scope, { live, patch, options });
      if (isFailure(applied) || duplicates.length === 0) return applied;
      if (options.fieldValidation === 'Strict') {
        const lines = duplicates.map(line => `\n  ${line}`).join('');
        return badRequest(
          `error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:${lines}`,
        );
      }
      if (options.fieldValidation === 'Warn') warnAll(scope.context, duplicates);
      return applied;
    },
  };
}

function given(value: unknown): { readonly isOk: true; readonly value: ReadText } {
  return { isOk: true, value: { value, repeated: new Map(), duplicates: [] } };
}

/** What cannot be applied at all. */
function patchProblem({ resource }: Scope, patch: Json): Failure | undefined {
  const { metadata, kind, apiVersion } = patch;
  if (isRecord(metadata) && metadata['managedFields'] !== undefined) {
    return badRequest('metadata.managedFields must be nil');
  }
  const told = `${String(apiVersion ?? '')}`;
  const group = told.includes('/') ? told : `/${told}`;
  if (apiVersion !== resource.apiVersion || kind !== resource.kind.kind) {
    return badRequest(`invalid object type: ${group}, Kind=${String(kind ?? '')}`);
  }
  return undefined;
}

interface Applying {
  readonly live: KubeObject | undefined;
  readonly patch: Json;
  readonly options: WriteOptions;
}

function appliedObject(scope: Scope, { live, patch, options }: Applying): Produced | Failure {
  const { resource, subresource, context } = scope;
  const empty = emptyObject(resource);
  const entries = (live?.metadata.managedFields ?? []) as readonly ManagedFieldsEntry[];
  const applied = applyPatch({
    ...fieldsView(resource, subresource),
    manager: options.fieldManager,
    subresource,
    nowMs: context.nowMs,
    isForced: options.force,
    live: live ?? empty,
    empty,
    isCreate: live === undefined,
    entries,
    patch,
  });
  switch (applied.kind) {
    case 'error':
      return plainError(applied.message);
    case 'conflicts':
      return applyConflict(applied.causes, applied.message);
    case 'applied': {
      const object = applied.isChanged || live === undefined ? applied.object : live;
      const decoded = decodedApplied(scope, object, patch);
      return isFailure(decoded) ? decoded : { object: decoded, owners: applied.entries };
    }
  }
}

/** @upstream apimachinery/pkg/util/managedfields/internal/structuredmerge.go Apply */
function conversionText({ name, resource }: Scope, patch: Json, error: string): string {
  const { group, version, kind } = resource.kind;
  const type = `${group}/${version}, Kind=${kind}`;
  const converting = `unable to convert unstructured object to ${type}: ${error}`;
  // The namespace is told only where the patch itself says it.
  const { namespace = '' } = (patch as Partial<KubeObject>).metadata ?? {};
  return `failed to convert new object (${namespace}/${name}; ${type}) to proper version: ${converting}`;
}

/** The merged object in Go's order, with defaults. */
function decodedApplied(scope: Scope, object: Json, patch: Json): KubeObject | Failure {
  const { resource } = scope;
  if (resource.custom !== undefined) {
    const text: ReadText = { value: object, repeated: new Map(), duplicates: [] };
    const coerced = decodeCustom(scope, text, { fieldValidation: 'Ignore', summary: '' });
    return isFailure(coerced) ? coerced : defaulted(scope, coerced);
  }
  const shape = shapeOfKind(resource.kind);
  if (shape === undefined) return defaulted(scope, object as KubeObject);
  const decoded = fromUnstructured(object, shape);
  if (!decoded.isOk) return plainError(conversionText(scope, patch, decoded.error));
  const { kind: _kind, apiVersion: _version, ...rest } = decoded.asSent;
  const typed = { kind: resource.kind.kind, apiVersion: apiVersionOf(resource.kind), ...rest };
  const unconverted = resource.strategy.conversionError?.(typed as KubeObject);
  if (unconverted === undefined) return defaulted(scope, typed as KubeObject);
  const { namespace = '' } = (patch as Partial<KubeObject>).metadata ?? {};
  const place = `${namespace}/${scope.name}; ${resource.apiVersion}, Kind=${resource.kind.kind}`;
  return plainError(`failed to convert to unversioned (${place}): ${unconverted}`);
}
