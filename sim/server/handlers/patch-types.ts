/** The four forms of a patch, read once and applied to whatever the object is by then. */
import { isRecord } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import { badRequest, failure, unsupportedMediaType, type Failure } from '../../api/status.js';
import { contentTypeIn, defaulted, sizeFailure } from '../body.js';
import type { Scope } from '../scope.js';
import type { ServedResource } from '../registry.js';
import type { RequestContext } from '../request-context.js';
import { writeOptions, type WriteOptions } from '../write-options.js';
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
  return unsupportedMediaType(
    Object.keys(contentTypes).filter(name => !name.includes('strategic')),
  );
}

/** What a route says to a patch of an unknown form; custom resources answer it later. */
export function patchTypeFailure(
  context: RequestContext,
  { custom }: ServedResource,
): Failure | undefined {
  if (context.request.method !== 'PATCH' || custom !== undefined) return undefined;
  const type = context.header('content-type').split(';')[0]?.trim() ?? '';
  if (contentTypes[type] !== undefined) return undefined;
  return failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

/** Reads the patch of a Scale. */
export function preparedScalePatch(scope: Scope): PreparedPatch | Failure {
  const type = patchTypeOf(scope);
  if (typeof type !== 'string') return type;
  const options = writeOptions(scope.context, 'PatchOptions', { isApply: type === 'apply' });
  return 'code' in options ? options : preparedPatch(scope, type, options);
}

/** Reads the patch. */
export function preparedPatch(
  scope: Scope,
  type: PatchType,
  _options: WriteOptions,
): PreparedPatch | Failure {
  const { body } = scope.context.request;
  const tooLarge = sizeFailure(body);
  if (tooLarge !== undefined) return tooLarge;
  const patch = body instanceof Uint8Array ? textValue(body) : body;
  if (type === 'merge' || type === 'strategic') {
    return {
      creates: false,
      apply: live => ({ object: defaulted(scope, merged(live, patch) as KubeObject) }),
    };
  }
  return badRequest(`patches of the form ${type} are not read yet`);
}

function textValue(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function merged(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}
