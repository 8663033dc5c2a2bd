/** The scale subresource of workloads. @upstream pkg/registry/apps/deployment/storage/storage.go ScaleREST */
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { badRequest, isFailure, notFound, plainError, type Failure } from '../../api/status.js';
import { bodyAnswer, failureAnswer } from '../answers.js';
import type { ScalePaths } from '../resources/strategy.js';
import { keyIn, type Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { writeOptions } from '../write-options.js';
import { changeObject } from './update.js';

/** The Scale that an object shows. */
export function scaleOf(object: KubeObject, paths: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = paths.replicas(object);
  const selector = paths.selector(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion,
      creationTimestamp,
    } as KubeObject['metadata'],
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: paths.statusReplicas(object), ...(selector !== '' && { selector }) },
  };
}

/** GET. */
export function getScale(scope: Scope, paths: ScalePaths): ApiAnswer {
  const stored = scope.resource.collection.get(keyIn(scope));
  if (stored === undefined) {
    return failureAnswer(scope.context, notFound(scope.resource.kind, scope.name));
  }
  const missing = paths.missingReplicas?.(stored.object);
  if (missing !== undefined) return failureAnswer(scope.context, plainError(missing));
  return bodyAnswer(scope.context, scope.media, 200, scaleOf(stored.object, paths));
}

/** PUT and PATCH: `produce` gives the new Scale from the one that is shown. */
export function* changeScale(
  scope: Scope,
  paths: ScalePaths,
  produce: (scale: KubeObject) => KubeObject | Failure,
): Steps<ApiAnswer> {
  const { context } = scope;
  const kind = context.request.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions';
  const options = writeOptions(context, kind);
  if (isFailure(options)) return failureAnswer(context, options);
  const changed = yield* changeObject(scope, {
    options,
    produce: live => {
      if (live === undefined) return notFound(scope.resource.kind, scope.name);
      const scale = produce(scaleOf(live, paths));
      return isFailure(scale) ? scale : scaled(live, scale, paths);
    },
    strategy: scope.resource.storedStrategy,
    countsGeneration: true,
    admissionKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  });
  if (isFailure(changed)) return failureAnswer(context, changed);
  return bodyAnswer(context, scope.media, 200, scaleOf(changed.object, paths));
}

function scaled(live: KubeObject, scale: KubeObject, paths: ScalePaths) {
  const { replicas = 0 } = (scale['spec'] ?? {}) as { readonly replicas?: number };
  const { resourceVersion, name } = scale.metadata;
  if (name !== undefined && name !== live.metadata.name) {
    return badRequest(
      `the name of the object (${name}) does not match the name on the URL (${live.metadata.name ?? ''})`,
    );
  }
  const object = paths.withReplicas(live, replicas);
  return { object: { ...object, metadata: { ...object.metadata, resourceVersion } } as KubeObject };
}
