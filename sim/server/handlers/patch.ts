/** PATCH in its four forms. @upstream apiserver/pkg/endpoints/handlers/patch.go */
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { conflict, isFailure, notFound, type Failure } from '../../api/status.js';
import { failureAnswer } from '../answers.js';
import { respond } from '../respond.js';
import type { UpdateStrategy } from '../resources/strategy.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { writeOptions, type WriteOptions } from '../write-options.js';
import { nameFailure, placeFailure } from './replace.js';
import { preparedPatch, patchTypeOf, type PreparedPatch } from './patch-types.js';
import { changeObject, type Changed, type Produced } from './update.js';

/** Answers 200 (or 201, when an apply created it) and the object. */
export function* patchObject(scope: Scope, strategy: UpdateStrategy): Steps<ApiAnswer> {
  const changed = yield* patchFromBody(scope, strategy);
  if (isFailure(changed)) return failureAnswer(scope.context, changed);
  return respond(scope, changed.isNew ? 201 : 200, changed.object);
}

function* patchFromBody(scope: Scope, strategy: UpdateStrategy): Steps<Changed | Failure> {
  const type = patchTypeOf(scope);
  if (typeof type !== 'string') return type;
  const options = writeOptions(scope.context, 'PatchOptions', { isApply: type === 'apply' });
  if (isFailure(options)) return options;
  scope.audit?.requestObject(scope.context.request.body);
  const patch = preparedPatch(scope, type, options);
  if (isFailure(patch)) return patch;
  return yield* changeObject(scope, {
    options,
    produce: live => produced(scope, { patch, live, options }),
    readsManagedFields: scope.context.connection.omitsManagedFields !== true || type === 'apply',
    strategy,
    countsGeneration: scope.subresource === '',
    createsMissing: type === 'apply' && scope.subresource === '',
  });
}

interface Patching {
  readonly patch: PreparedPatch;
  readonly live: KubeObject | undefined;
  readonly options: WriteOptions;
}

function produced(scope: Scope, { patch, live }: Patching): Produced | Failure {
  if (live === undefined && !patch.creates) return notFound(scope.resource.kind, scope.name);
  const result = patch.apply(live);
  if (isFailure(result)) return result;
  const { object } = result;
  if (live === undefined && object.metadata.uid) {
    const text = `uid mismatch: the provided object specified uid ${object.metadata.uid}, and no existing object was found`;
    return conflict(scope.resource.kind, scope.name, text);
  }
  return placeFailure(scope, object) ?? nameFailure(scope, object) ?? result;
}
