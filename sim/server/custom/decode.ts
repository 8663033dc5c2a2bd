/** Decodes bodies of custom resources. @upstream apiextensions-apiserver/pkg/apiserver/customresource_handler.go */
import type { KubeObject } from '../../api/object.js';
import { badRequest, type Failure } from '../../api/status.js';
import type { ReadText } from '../decoding/text.js';
import { typeMetaOf } from '../decoding/type-meta.js';
import type { Scope } from '../scope.js';

/** The object, pruned, or why the body is none of this kind. */
export function decodeCustom(
  { resource }: Scope,
  read: ReadText,
  { summary }: { readonly fieldValidation: string; readonly summary: string },
): KubeObject | Failure {
  const { kind } = resource.kind;
  const probed = typeMetaOf(read.value);
  if (!probed.isOk) {
    return badRequest(
      `the object provided is unrecognized (must be of type ${kind}): ${probed.error} (${summary})`,
    );
  }
  return read.value as KubeObject;
}
