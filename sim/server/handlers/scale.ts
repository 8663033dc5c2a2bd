/** The scale subresource of workloads. @upstream pkg/registry/apps/deployment/storage/storage.go ScaleREST */
import { invalid as invalidField, type FieldError } from '../../api/field-error.js';
import type { ManagedFieldsEntry, ObjectMeta } from '../../api/kinds/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import {
  badRequest,
  conflict,
  invalid,
  isFailure,
  notFound,
  internalError,
  type Failure,
} from '../../api/status.js';
import { bodyAnswer, failureAnswer } from '../answers.js';
import { transformedScale } from '../printers/scale.js';
import type { ScalePaths } from '../resources/strategy.js';
import { keyIn, type Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { readied } from '../conversions.js';
import { objectMetaErrors, unknownFinalizerErrors } from '../meta-validation.js';
import { withoutManagedFields } from '../object-meta.js';
import type { WriteOptions } from '../write-options.js';
import { wrongNamespace } from './create.js';
import { ownersAfterScale } from './scale-owners.js';
import { plainView } from '../views.js';
import { uidText } from './uid-failure.js';
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
export function* getScale(scope: Scope, paths: ScalePaths): Steps<ApiAnswer> {
  const stored = scope.resource.collection.get(keyIn(scope));
  if (stored === undefined) {
    return failureAnswer(scope.context, notFound(scope.resource.kind, scope.name));
  }
  const problem = yield* readied(scope, [stored], { isFresh: true });
  if (problem !== undefined) return failureAnswer(scope.context, problem);
  const object = plainView(scope.resource, stored);
  const missing = paths.missingReplicas?.(object);
  if (missing !== undefined) return failureAnswer(scope.context, internalError(missing));
  return answer(scope, scaleOf(object, paths));
}

/** The new Scale from the one that is shown; an apply also tells the owners of the scaled object. */
export type ProduceScale = (
  scale: KubeObject,
  entries: readonly ManagedFieldsEntry[],
) => { readonly scale: KubeObject; readonly owners?: readonly ManagedFieldsEntry[] } | Failure;

/** A change of a Scale. */
export interface ScaleChange {
  readonly options: WriteOptions;
  readonly produce: ProduceScale;
  /** The uid of a whole Scale that was sent: the object's must be the same. */
  readonly uid?: string | undefined;
}

/** PUT and PATCH. */
export function* changeScale(
  scope: Scope,
  paths: ScalePaths,
  { options, produce, uid }: ScaleChange,
): Steps<ApiAnswer> {
  const { context } = scope;
  const changed = yield* changeObject(scope, {
    options,
    readsManagedFields: true,
    produce: live => {
      if (live === undefined) return notFound(scope.resource.kind, scope.name);
      const before = scaleOf(live, paths);
      const { managedFields = [] } = live.metadata;
      const entries = managedFields ?? [];
      const produced = produce(before, entries);
      if (isFailure(produced)) return produced;
      const { scale: after } = produced;
      const object = scaled(withoutManagedFields(live), after, scope);
      if (isFailure(object)) return object;
      const write = { options, before, after };
      const owners = produced.owners ?? ownersAfterScale(scope, entries, write);
      return { object, owners };
    },
    strategy: scope.resource.storedStrategy,
    countsGeneration: true,
    uid,
    admissionKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  });
  if (isFailure(changed)) return failureAnswer(context, changed);
  return answer(scope, scaleOf(changed.object, paths));
}

function answer(scope: Scope, scale: KubeObject): ApiAnswer {
  const shown = transformedScale(scope, scale);
  if (isFailure(shown)) return failureAnswer(scope.context, shown);
  return bodyAnswer(scope.context, scope.media, 200, shown);
}

/** @upstream pkg/apis/autoscaling/validation/validation.go ValidateScale */
function scaleErrors(metadata: ObjectMeta, replicas: number): readonly FieldError[] {
  const errors = [
    ...objectMetaErrors(metadata, { rule: 'subdomain', isNamespaced: true }),
    ...unknownFinalizerErrors(metadata),
  ];
  if (replicas >= 0) return errors;
  return [...errors, invalidField('spec.replicas', replicas, 'must be greater than or equal to 0')];
}

function scaled(live: KubeObject, scale: KubeObject, { resource }: Scope): KubeObject | Failure {
  const { replicas = 0 } = (scale['spec'] ?? {}) as { readonly replicas?: number };
  const { resourceVersion, name, namespace, uid } = scale.metadata;
  if (namespace !== undefined && namespace !== live.metadata.namespace) return wrongNamespace();
  if (name !== undefined && name !== live.metadata.name) {
    return badRequest(
      `the name of the object (${name}) does not match the name on the URL (${live.metadata.name ?? ''})`,
    );
  }
  if (resource.custom === undefined) {
    const metadata = { ...scale.metadata, namespace: live.metadata.namespace };
    const errors = scaleErrors(metadata, replicas);
    if (errors.length > 0) {
      return invalid({ group: 'autoscaling', kind: 'Scale' }, live.metadata.name ?? '', errors);
    }
    if (uid !== undefined && uid !== '' && uid !== live.metadata.uid) {
      const kind = { ...resource.kind, resource: `${resource.kind.resource}/scale` };
      return conflict(kind, live.metadata.name ?? '', uidText(uid, live.metadata.uid));
    }
  }
  const object = resource.storedStrategy.scale?.withReplicas(live, replicas) ?? live;
  if (!resourceVersion) return object;
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}
