/**
 * Changes a stored object, or creates it where a kind allows that: what PUT, PATCH and subresources share.
 * @upstream apiserver/pkg/registry/generic/registry/store.go Update, registry/rest/update.go
 */
import { deepEqual } from '../../api/equality.js';
import { invalid as invalidField, type FieldError } from '../../api/field-error.js';
import type { ManagedFieldsEntry } from '../../api/kinds/meta.js';
import type { Kind, KubeObject } from '../../api/object.js';
import {
  conflict,
  invalid,
  isFailure,
  modifiedText,
  notFound,
  plainError,
  type Failure,
} from '../../api/status.js';
import type { Stored } from '../../store/stored.js';
import type { Managers } from '../admission/plugin.js';
import { AdmissionRun, type Admission } from '../admit.js';
import { forbiddenByAuthorization } from '../authorization/index.js';
import { defaulted } from '../body.js';
import { dropCompanions, makeCompanions } from '../companions.js';
import { intoStorage, isConverted, readied, readiedForOwners } from '../conversions.js';
import { FieldOwners } from '../field-owners.js';
import { trackFields } from '../managed-fields.js';
import { metaUpdateErrors } from '../meta-validation.js';
import { keptMeta, withMeta, withResourceVersion, withoutManagedFields } from '../object-meta.js';
import { uniqueOwners } from '../owners.js';
import type { UpdateStrategy } from '../resources/strategy.js';
import { keyIn, type Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { comparable, fullView, inStorage, plainView, writtenView } from '../views.js';
import type { WriteOptions } from '../write-options.js';
import { placedObject, storeNew, refusal } from './create.js';
import { ownersAfter, ownersOf } from './ownership.js';
import { uidFailure } from './uid-failure.js';

const attemptsMax = 100;

/** What an apply works out besides the object. */
export interface Produced {
  readonly object: KubeObject;
  /** Known owners: from an apply. Absent: the change is tracked as an update by the manager. */
  readonly owners?: readonly ManagedFieldsEntry[];
}

/** A change of one object. */
export interface Change {
  readonly options: WriteOptions;
  /** The new object from the live one (as the version of the request shows it, with managedFields if asked). */
  readonly produce: (live: KubeObject | undefined) => Produced | Failure;
  /** Whether `produce` looks at managedFields. */
  readonly readsManagedFields?: boolean;
  /** How this way of writing treats what was sent. */
  readonly strategy: UpdateStrategy;
  /** Whether this way of writing may count the generation up. */
  readonly countsGeneration: boolean;
  /** Creates what does not exist, whatever the kind allows: apply. */
  readonly createsMissing?: boolean;
  /** The uid that a PUT carries. */
  readonly uid?: string | undefined;
  readonly admissionKind?: Admission['kind'];
  /** Admission has let the request pass as another object: a Binding, an Eviction. */
  readonly isAdmitted?: boolean;
  /** The owners of fields stay as they are. */
  readonly isUntracked?: boolean;
}

/** What became of a change. */
export interface Changed {
  readonly object: KubeObject;
  readonly isNew: boolean;
}

/** Changes the object that the request names. When it changed while admission waited, all begins anew. */
export function* changeObject(scope: Scope, change: Change): Steps<Changed | Failure> {
  const { collection } = scope.resource;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const live = collection.get(keyIn(scope));
    const isCurrent = () => collection.get(keyIn(scope)) === live;
    const changed =
      live === undefined
        ? yield* createMissing(scope, change)
        : yield* changeLive(scope, change, { live, isCurrent });
    if (changed !== undefined) return changed;
  }
  return conflict(scope.resource.kind, scope.name, modifiedText);
}

function* createMissing(scope: Scope, change: Change): Steps<Changed | Failure> {
  const { resource, name, context, core, namespace, subresource } = scope;
  const { options } = change;
  const isAllowed =
    change.createsMissing === true ||
    (resource.storedStrategy.allowsCreateOnUpdate === true && subresource === '');
  if (!isAllowed) return notFound(resource.kind, name);
  if (change.uid !== undefined && change.uid !== '') {
    return uidFailure(scope, { ...change, uid: change.uid }, undefined);
  }
  const produced = change.produce(undefined);
  if (isFailure(produced)) return produced;
  const placed = placedObject(scope, {
    ...produced.object,
    metadata: { ...produced.object.metadata, resourceVersion: '' },
  });
  if (isFailure(placed)) return placed;
  const owners =
    produced.owners === undefined
      ? ownersAfter(scope, { options, before: undefined, after: placed, owners: FieldOwners.none })
      : FieldOwners.of(produced.owners);
  const admission = admissionOf(scope, change, undefined, {
    object: () => owners.entries(trackFields(resource)),
  });
  const admitted = yield* admission.mutate(placed, name);
  if (isFailure(admitted)) return admitted;
  const attributes = {
    user: context.user,
    verb: 'create',
    isResourceRequest: true,
    group: resource.kind.group,
    version: resource.kind.version,
    resource: resource.kind.resource,
    subresource,
    namespace,
    name,
    path: context.info.path,
  };
  const { decision, reason } = core.authorizer.authorize(attributes);
  if (decision !== 'allow') {
    return forbiddenByAuthorization(attributes, reason);
  }
  const object = uniqueOwners(context, admitted, { isAfterAdmission: true });
  const stored = yield* storeNew(scope, object, { options, owners, admission });
  admission.finish(!isFailure(stored));
  return isFailure(stored) ? stored : { object: stored, isNew: true };
}

function admissionOf(
  scope: Scope,
  change: Change,
  old: KubeObject | undefined,
  managers: Managers,
): AdmissionRun {
  const { options, admissionKind, isAdmitted } = change;
  return new AdmissionRun({
    operation: old === undefined ? 'CREATE' : 'UPDATE',
    scope,
    isDryRun: options.isDryRun,
    options: asOperation(options.object, old === undefined ? 'CreateOptions' : 'UpdateOptions'),
    oldObject: old,
    defaulted: object => defaulted(scope, object),
    managers,
    ...(admissionKind !== undefined && { kind: admissionKind }),
    ...(isAdmitted === true && { isDone: true }),
  });
}

/** A PATCH reaches admission with the options of the write that it becomes. */
function asOperation(options: WriteOptions['object'], kind: string): WriteOptions['object'] {
  if (options['kind'] === kind) return options;
  const { force: _, ...rest } = options;
  return { ...rest, kind };
}

interface Live {
  readonly live: Stored<FieldOwners>;
  /** False when the object was changed while admission waited. */
  readonly isCurrent: () => boolean;
}

/** Undefined: the object changed meanwhile; try again. */
function* changeLive(
  scope: Scope,
  change: Change,
  { live, isCurrent }: Live,
): Steps<Changed | Failure | undefined> {
  const { resource, context } = scope;
  const { options, uid } = change;
  const liveUid = live.object.metadata.uid;
  if (uid !== undefined && uid !== '' && uid !== liveUid) {
    return uidFailure(scope, { options, uid }, liveUid);
  }
  const unreadable = isConverted(resource) ? yield* readied(scope, [live]) : undefined;
  if (unreadable !== undefined) return unreadable;
  const view = plainView(resource, live);
  const produced = change.produce(change.readsManagedFields ? fullView(resource, live) : view);
  if (isFailure(produced)) return produced;
  const sent = withoutManagedFields(produced.object);
  const isTold =
    !isConverted(resource) ||
    produced.owners !== undefined ||
    (yield* readiedForOwners(scope, live.beside, [view, sent]));
  const ownership = { change, produced, live, view, sent, isTold };
  const admission = admissionOf(scope, change, view, {
    object: () => ownersOf(scope, ownership).entries(trackFields(resource)),
    oldObject: () => live.beside.entries(trackFields(resource)),
  });
  const admitted = yield* admission.mutate(sent, scope.name);
  if (isFailure(admitted)) return admitted;
  const object = uniqueOwners(context, admitted, { isAfterAdmission: true });
  const versioned = withLiveVersion(scope, object, live);
  if (isFailure(versioned)) return versioned;
  const old = resource.custom === undefined ? live.object : view;
  const valid = validChanged(scope, change, { object: versioned, old });
  if (isFailure(valid)) return valid;
  const refusal = yield* admission.validate(valid, scope.name);
  if (refusal !== undefined) return refusal;
  const owners = ownersOf(scope, ownership);
  const stored = isConverted(resource)
    ? yield* intoStorage(scope, valid, owners)
    : inStorage(scope, valid);
  if (isFailure(stored)) return stored;
  if (!isCurrent()) {
    admission.finish(false);
    return undefined;
  }
  const written = commit(scope, { live, object: stored, owners, options });
  admission.finish(true);
  const unshown = isConverted(resource) ? yield* readied(scope, [written]) : undefined;
  return unshown ?? { object: writtenView(scope, written), isNew: false };
}

/** Checks the resourceVersion that was sent against the live one. */
function withLiveVersion(
  { resource, name }: Scope,
  object: KubeObject,
  live: Stored,
): KubeObject | Failure {
  const { kind, storedStrategy } = resource;
  const sent = object.metadata.resourceVersion ?? '';
  const current = live.object.metadata.resourceVersion ?? '';
  if (sent === current) return object;
  if (sent !== '' && !/^\d+$/.test(sent)) {
    return plainError(`strconv.ParseUint: parsing ${JSON.stringify(sent)}: invalid syntax`);
  }
  if (sent !== '' && Number(sent) !== 0) return conflict(kind, name, modifiedText);
  if (storedStrategy.allowsUnconditionalUpdate === false) {
    const error = invalidField('metadata.resourceVersion', 0, 'must be specified for an update');
    return invalid({ group: kind.group, kind: kind.resource }, name, [error]);
  }
  const metadata = Object.assign({}, object.metadata, { resourceVersion: current });
  return Object.assign({}, object, { metadata });
}

/** What the strategy makes of the change, or why it is invalid. In the stored version. */
function validChanged(
  scope: Scope,
  { strategy, countsGeneration, options }: Change,
  { object, old }: { readonly object: KubeObject; readonly old: KubeObject },
): KubeObject | Failure {
  const { core, resource, context } = scope;
  const { storedStrategy, kind, custom, strategy: strategyOfVersion } = resource;
  core.strategyContext.target = context;
  core.strategyContext.isDryRun = options.isDryRun;
  const inStored =
    custom === undefined
      ? comparable(scope, strategyOfVersion.toStored?.(object) ?? object)
      : object;
  const kept = inStored.metadata === old.metadata ? inStored : withKeptFields(inStored, old, kind);
  const prepared = strategy.prepareForUpdate?.(kept, old, core.strategyContext) ?? kept;
  const isCounted = countsGeneration && storedStrategy.hasGeneration === true;
  const moves = isCounted && generationMoves(scope, prepared, old);
  // Metadata that is the live object's own needs neither putting together nor checking.
  const isSameMeta = prepared.metadata === old.metadata;
  const completed =
    isSameMeta && !moves && beginsWithType(prepared)
      ? prepared
      : withMeta(prepared, updatedMeta(prepared, old, moves));
  const unmet = strategy.reserveUpdate?.(completed, old, core.strategyContext);
  if (unmet !== undefined) return refusal(completed, resource, unmet);
  const ofVersion = strategy === storedStrategy ? strategyOfVersion.validateUpdate : undefined;
  const validateUpdate = ofVersion ?? strategy.validateUpdate;
  const metaErrors = isSameMeta ? noErrors : metaUpdateErrors(completed, old, scope);
  const ownErrors = validateUpdate?.(completed, old, core.strategyContext) ?? noErrors;
  const errors = metaErrors.length === 0 ? ownErrors : [...metaErrors, ...ownErrors];
  if (errors.length > 0) return refusal(completed, resource, errors);
  // Our own components do not read warnings.
  if (context.connection.omitsManagedFields) return completed;
  const warnings = strategy.warningsOnUpdate?.(completed, old, core.strategyContext);
  if (warnings !== undefined) for (const warning of warnings) context.warn(warning);
  return completed;
}

const noErrors: readonly FieldError[] = [];

/** The object with the generation and the namespace of the one that is there. */
function withKeptFields(object: KubeObject, old: KubeObject, kind: Kind): KubeObject {
  const { generation, namespace } = old.metadata;
  const kept = Object.assign({}, object, {
    metadata: Object.assign(
      {},
      object.metadata,
      { generation },
      kind.isNamespaced && { namespace },
    ),
  }) as KubeObject;
  if (!kind.isNamespaced) delete (kept.metadata as { namespace?: string }).namespace;
  return kept;
}

/** Whether kind and apiVersion stand first, as they do in all that is stored. */
function beginsWithType(object: KubeObject): boolean {
  for (const key in object) return key === 'kind';
  return false;
}

function generationMoves({ resource }: Scope, object: KubeObject, old: KubeObject): boolean {
  const { bumpsGeneration } = resource.storedStrategy;
  if (bumpsGeneration !== undefined) return bumpsGeneration(object, old);
  return !deepEqual(object['spec'], old['spec']);
}

/** The metadata with what no client can change. */
function updatedMeta(object: KubeObject, old: KubeObject, isCounted: boolean) {
  const generation = object.metadata.generation ?? 0;
  return keptMeta(object.metadata, old.metadata, isCounted ? generation + 1 : generation);
}

interface Commit {
  readonly live: Stored<FieldOwners>;
  readonly object: KubeObject;
  readonly owners: FieldOwners;
  readonly options: WriteOptions;
}

/** Stores the object unless nothing changed; removes it when its last finalizer went. */
function commit(scope: Scope, { live, object, owners, options }: Commit): Stored<FieldOwners> {
  const { core, resource, context } = scope;
  const { key } = live;
  const user = context.user.name;
  const mayGo = resource.storedStrategy.mayGo?.(object) ?? true;
  if (mayGo && isFinished(object, live.object)) {
    if (!options.isDryRun) {
      const last = withResourceVersion(live.object, core.store.nextResourceVersion());
      core.store.remove(resource.collection, { key, object: last, beside: live.beside, user });
      dropCompanions(scope, live.object);
    }
    return { ...live, object, beside: owners };
  }
  if (deepEqual(object, live.object) && !ownersMoved(scope, live, owners)) {
    return live;
  }
  if (options.isDryRun) return { ...live, object, beside: owners };
  makeCompanions(scope, object, live.object);
  const stored = core.store.put(resource.collection, {
    key,
    object: withResourceVersion(object, core.store.nextResourceVersion()),
    beside: owners,
    user,
  });
  dropCompanions(scope, live.object, object);
  return stored;
}

/** Whether the owners changed though the object did not: by an apply, or because a client sent others. */
function ownersMoved(
  { resource, context }: Scope,
  live: Stored<FieldOwners>,
  owners: FieldOwners,
): boolean {
  if (context.connection.omitsManagedFields) return false;
  const track = trackFields(resource);
  return !deepEqual(owners.entries(track).map(timeless), live.beside.entries(track).map(timeless));
}

function timeless({ time: _, ...entry }: ManagedFieldsEntry): unknown {
  return entry;
}

/** @upstream ShouldDeleteDuringUpdate */
function isFinished(object: KubeObject, old: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = old.metadata;
  if (deletionTimestamp === undefined) return false;
  return (object.metadata.finalizers?.length ?? 0) === 0 && deletionGracePeriodSeconds === 0;
}
