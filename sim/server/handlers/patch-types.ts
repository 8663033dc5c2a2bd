/**
 * The forms of a patch, read once and applied to whatever the object is by then.
 * @upstream apiserver/pkg/endpoints/handlers/patch.go
 */
import { isRecord } from '../../api/equality.js';
import { noRepeatedKeys } from '../../api/json-parse.js';
import type { KubeObject } from '../../api/object.js';
import {
  badRequest,
  failure,
  isFailure,
  unsupportedMediaType,
  type Failure,
} from '../../api/status.js';
import { contentTypeIn, sizeFailure } from '../body.js';
import { readJson, textOf, type ReadText } from '../decoding/text.js';
import type { ServedResource } from '../registry.js';
import type { RequestContext } from '../request-context.js';
import type { Scope } from '../scope.js';
import { writeOptions, type WriteOptions } from '../write-options.js';
import { preparedApply, readApplied } from './apply.js';
import { jsonPatch, mergePatch, strategicPatch } from './patch-forms.js';
import { appliedScale } from './scale-owners.js';
import type { ProduceScale } from './scale.js';
import type { Produced } from './update.js';

/** The form of a patch. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

const contentTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** A patch whose body was read. */
export interface PreparedPatch {
  /** Whether it creates what does not exist. */
  readonly creates: boolean;
  apply(live: KubeObject | undefined): Produced | Failure;
}

/** The form, by the content type, or a 415. */
export function patchTypeOf(scope: Scope): PatchType | Failure {
  const type = contentTypes[contentTypeIn(scope)];
  const isCustom = scope.resource.custom !== undefined;
  if (type !== undefined && !(isCustom && type === 'strategic')) return type;
  if (!isCustom) return failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  return unsupportedMediaType(customTypes);
}

const customTypes = Object.keys(contentTypes).filter(name => !name.includes('strategic'));

/** What is said, before the name is looked at, to a patch of a custom resource that has an unknown form. */
export function customPatchTypeFailure(context: RequestContext): Failure | undefined {
  const type = context.header('content-type').split(';')[0]?.trim() ?? '';
  return customTypes.includes(type) ? undefined : unsupportedMediaType(customTypes);
}

/** What a route says to a patch of an unknown form; custom resources answer it later. */
export function patchTypeFailure(
  context: RequestContext,
  { custom }: ServedResource,
): Failure | undefined {
  if (context.request.method !== 'PATCH' || custom !== undefined) return undefined;
  // What is proxied is a patch of nothing that is stored here.
  if (context.info.subresource === 'proxy') return undefined;
  const type = context.header('content-type').split(';')[0]?.trim() ?? '';
  if (contentTypes[type] !== undefined) return undefined;
  return failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

/** How a patch changes a Scale. */
export interface PreparedScalePatch {
  readonly options: WriteOptions;
  readonly produce: ProduceScale;
}

/** Reads the patch of a Scale. */
export function preparedScalePatch(scope: Scope): PreparedScalePatch | Failure {
  const type = patchTypeOf(scope);
  if (typeof type !== 'string') return type;
  const options = writeOptions(scope.context, 'PatchOptions', { isApply: type === 'apply' });
  if (isFailure(options)) return options;
  if (type === 'apply') {
    const patch = readApplied(scope);
    if (isFailure(patch)) return patch;
    const { value } = patch;
    const produce: ProduceScale = (before, entries) =>
      appliedScale(scope, entries, { before, patch: value, options });
    return { options, produce };
  }
  const patch = preparedPatch(scope, type, options);
  if (isFailure(patch)) return patch;
  const produce: ProduceScale = before => {
    const produced = patch.apply(before);
    return isFailure(produced) ? produced : { scale: produced.object };
  };
  return { options, produce };
}

/** Reads the patch. One that cannot be read says so once there is an object to change. */
export function preparedPatch(
  scope: Scope,
  type: PatchType,
  options: WriteOptions,
): PreparedPatch | Failure {
  const tooLarge = sizeFailure(scope.context.request.body);
  if (tooLarge !== undefined) return tooLarge;
  if (type === 'apply') return preparedApply(scope, options);
  const patch = readPatch(scope, type, options);
  return isFailure(patch) ? { creates: false, apply: () => patch } : patch;
}

function readPatch(
  scope: Scope,
  type: Exclude<PatchType, 'apply'>,
  options: WriteOptions,
): PreparedPatch | Failure {
  const { body } = scope.context.request;
  const read = body instanceof Uint8Array ? readJson(textOf(body)) : undefined;
  if (read !== undefined && !read.isOk) return decodingFailure(type, read.error);
  const text = read?.value ?? { value: body, repeated: noRepeatedKeys, duplicates: [] };
  const patching = { scope, options, text };
  if (type === 'json') return jsonPatch(patching);
  const problem = mapProblem(text);
  if (problem !== undefined) return decodingFailure(type, problem);
  return type === 'merge' ? mergePatch(patching) : strategicPatch(patching);
}

/** Strategic patches tell Go's error as it is. */
function decodingFailure(type: PatchType, error: string): Failure {
  return badRequest(type === 'strategic' ? error : `error decoding patch: ${error}`);
}

function mapProblem({ value }: ReadText): string | undefined {
  if (isRecord(value) || value === null) return undefined;
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}
