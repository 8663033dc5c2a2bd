/**
 * POST: creates an object.
 * @upstream apiserver/pkg/endpoints/handlers/create.go, registry/generic/registry/store.go Create
 */
import type { FieldError } from '../../api/field-error.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import {
  alreadyExists,
  badRequest,
  forbidden,
  generateNameConflict,
  invalid,
  isFailure,
  plainError,
  printedResource,
  type Failure,
  type GroupKind,
} from '../../api/status.js';
import { rfc3339 } from '../../api/time.js';
import type { Random } from '../../engine/random.js';
import { storageKey } from '../../store/collection.js';
import { AdmissionRun } from '../admit.js';
import { failureAnswer } from '../answers.js';
import { defaulted, readObject } from '../body.js';
import { makeCompanions } from '../companions.js';
import { intoStorage, isConverted, readied } from '../conversions.js';
import { FieldOwners } from '../field-owners.js';
import { trackFields } from '../managed-fields.js';
import type { Core } from '../core.js';
import { commonMetaErrors, metaErrors } from '../meta-validation.js';
import { newMeta, withMeta, withResourceVersion } from '../object-meta.js';
import { uniqueOwners } from '../owners.js';
import { respond } from '../respond.js';
import type { ServedResource } from '../registry.js';
import type { StrategyContext, Unmet } from '../resources/strategy.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { inStorage, writtenView } from '../views.js';
import { managerOf, writeOptions, type WriteOptions } from '../write-options.js';

const generateAttemptsMax = 8;
const none: readonly FieldError[] = [];
const generatedBaseMax = 58;

/** Answers 201 and the object. */
export function* createObject(scope: Scope): Steps<ApiAnswer> {
  const created = yield* createFromBody(scope);
  return isFailure(created) ? failureAnswer(scope.context, created) : respond(scope, 201, created);
}

function* createFromBody(scope: Scope): Steps<KubeObject | Failure> {
  const definition = scope.resource.custom?.definition;
  if (definition?.metadata.deletionTimestamp !== undefined) {
    return forbidden(
      scope.resource.kind,
      nameInBody(scope),
      'create not allowed while custom resource definition is terminating',
    );
  }
  const options = writeOptions(scope.context, 'CreateOptions');
  if (isFailure(options)) return options;
  const read = readObject(scope, options);
  if (isFailure(read)) return read;
  scope.audit?.requestObject(read);
  const placed = placedObject(scope, read);
  if (isFailure(placed)) return placed;
  const object = uniqueOwners(scope.context, placed, { isAfterAdmission: false });
  const owners = ownersOf(scope, object, options);
  const hasVersion = isVersion(read.metadata.resourceVersion);
  const stored = yield* createPlaced(scope, object, { options, owners, hasVersion });
  const { context } = scope;
  if (context.connection.omitsManagedFields === true && !isFailure(stored)) {
    context.created = { read, placed: object, stored };
  }
  return stored;
}

/** The name that the body gives, for a refusal before it is read as a whole. */
function nameInBody(scope: Scope): string {
  const options = writeOptions(scope.context, 'CreateOptions');
  const read = isFailure(options) ? options : readObject(scope, options);
  return isFailure(read) ? '' : (read.metadata.name ?? '');
}

/** How an object comes to be: by a POST, or by a PUT or an apply of what did not exist. */
export interface Creation {
  readonly options: WriteOptions;
  readonly owners: FieldOwners;
  /** Of an update that creates: admission ran already. */
  readonly admission?: AdmissionRun;
  /** Whether the client gave it a version of its own: refused by who stores it. */
  readonly hasVersion?: boolean;
}

/** What is no number counts as none, as upstream. */
function isVersion(text = ''): boolean {
  return /^\d+$/.test(text) && Number(text) > 0;
}

/** Runs admission and stores. The object has its namespace and no system fields. */
export function* createPlaced(
  scope: Scope,
  object: KubeObject,
  creation: Creation,
): Steps<KubeObject | Failure> {
  const { options } = creation;
  const admission = new AdmissionRun({
    operation: 'CREATE',
    scope,
    isDryRun: options.isDryRun,
    options: options.object,
    oldObject: undefined,
    defaulted: changed => defaulted(scope, changed),
    managers: { object: () => creation.owners.entries(trackFields(scope.resource)) },
  });
  const admitted = yield* admission.mutate(object, object.metadata.name ?? '');
  if (isFailure(admitted)) return admitted;
  const unique = uniqueOwners(scope.context, admitted, { isAfterAdmission: true });
  const result = yield* storeNew(scope, unique, Object.assign({}, creation, { admission }));
  admission.finish(!isFailure(result));
  return result;
}

/** Stores an object that admission has let pass; a name that was generated and is taken is generated anew. */
export function* storeNew(
  scope: Scope,
  object: KubeObject,
  creation: Creation,
): Steps<KubeObject | Failure> {
  const { name = '', generateName = '', namespace = '' } = object.metadata;
  // Admission may have moved it.
  if (namespace !== '' && namespace !== scope.namespace) return wrongNamespace();
  const attemptsMax = name === '' && generateName !== '' ? generateAttemptsMax : 1;
  for (let attempt = 1; ; attempt++) {
    const result = yield* storeOnce(scope, object, creation);
    const isTaken = isFailure(result) && result.reason === 'AlreadyExists';
    if (!isTaken || attempt === attemptsMax) return result;
  }
}

function* storeOnce(
  scope: Scope,
  sent: KubeObject,
  { options, owners, admission, hasVersion }: Creation,
): Steps<KubeObject | Failure> {
  const { core, resource } = scope;
  const valid = validNew(scope, withSystemFields(scope, sent), options);
  if (isFailure(valid)) return valid;
  const { name = '', namespace = '' } = valid.metadata;
  const refusal = yield* admission?.validate(valid, name) ?? nothing();
  if (refusal !== undefined) return refusal;
  if (hasVersion === true && !options.isDryRun) {
    return plainError('resourceVersion should not be set on objects to be created');
  }
  const object = isConverted(resource)
    ? yield* intoStorage(scope, valid, owners)
    : inStorage(scope, valid);
  if (isFailure(object)) return object;
  const key = storageKey(namespace, name);
  const taken = resource.collection.get(key);
  if (taken !== undefined) return takenFailure(scope, valid, taken.object);
  if (!options.isDryRun) makeCompanions(scope, object);
  const stored = options.isDryRun
    ? { key, object, revision: 0, beside: owners }
    : core.store.put(resource.collection, {
        key,
        object: withResourceVersion(object, core.store.nextResourceVersion()),
        beside: owners,
        user: scope.context.user.name,
      });
  if (!options.isDryRun) {
    core.options.past?.stored(printedResource(resource.kind), namespace, name);
  }
  const unshown = isConverted(resource) ? yield* readied(scope, [stored]) : undefined;
  return unshown ?? writtenView(scope, stored);
}

function* nothing(): Steps<undefined> {
  return undefined;
}

/** What the strategy makes of the object, or why it is invalid. In its stored version. */
function validNew(
  scope: Scope,
  object: KubeObject,
  { isDryRun }: WriteOptions,
): KubeObject | Failure {
  const { core, resource, context } = scope;
  const { strategy, storedStrategy, custom } = resource;
  const { strategyContext } = core;
  strategyContext.target = context;
  strategyContext.isDryRun = isDryRun;
  const inStored = custom === undefined ? (strategy.toStored?.(object) ?? object) : object;
  const prepared = storedStrategy.prepareForCreate?.(inStored, strategyContext) ?? inStored;
  const errors = newErrors(prepared, resource, strategyContext);
  if (isFailure(errors) || errors.length > 0) return refusal(prepared, resource, errors);
  // Our own components do not read warnings.
  if (context.connection.omitsManagedFields) return prepared;
  const warnings = storedStrategy.warningsOnCreate?.(prepared, strategyContext);
  if (warnings !== undefined) for (const warning of warnings) context.warn(warning);
  return prepared;
}

/** @upstream apiserver/pkg/registry/rest/create.go BeforeCreate */
function newErrors(object: KubeObject, resource: ServedResource, context: StrategyContext): Unmet {
  const { strategy, storedStrategy } = resource;
  const unmet = storedStrategy.reserve?.(object, context);
  if (unmet !== undefined) return unmet;
  const isChecked = storedStrategy.checksOwnMeta !== false;
  const validate = strategy.validate ?? storedStrategy.validate;
  const own = validate?.(object, context) ?? none;
  const errors = isChecked ? [...metaErrors(object, resource), ...own] : own;
  return isChecked || errors.length > 0 ? errors : commonMetaErrors(object, resource);
}

/** The kind whose strategy judges: other versions of Events are core/v1's. */
export function storedKind({ custom, kind, storedStrategy }: ServedResource): GroupKind {
  return custom === undefined ? storedStrategy.kind : kind;
}

/** The answer to an object that cannot have what it asks for, or is invalid. */
export function refusal(object: KubeObject, resource: ServedResource, unmet: Unmet): Failure {
  if (isFailure(unmet)) return unmet;
  const kind = kindOfObject(object, storedKind(resource));
  return invalid(kind, object.metadata.name ?? '', unmet);
}

/** What a 422 names: the body's own kind, which for custom resources may be a wrong one. */
export function kindOfObject(object: KubeObject, kind: GroupKind): GroupKind {
  if (object.kind === undefined || object.kind === kind.kind) return kind;
  return { group: kind.group, kind: object.kind };
}

function withSystemFields({ core, resource }: Scope, object: KubeObject): KubeObject {
  const { metadata } = object;
  const { name = '', generateName = '' } = metadata;
  const isGenerated = name === '' && generateName !== '';
  const given = isGenerated ? generatedName(core, resource, object) : name;
  return withMeta(
    object,
    newMeta(metadata, {
      name: given,
      uid: recordedUid(core, resource, metadata.namespace, given) ?? core.random.uuid(),
      creationTimestamp: rfc3339(core.clock.now()),
      generation: resource.storedStrategy.hasGeneration ? 1 : metadata.generation,
    }),
  );
}

function generatedName(core: Core, { kind }: ServedResource, object: KubeObject): string {
  const { generateName = '' } = object.metadata;
  const recorded = core.options.past?.name(printedResource(kind), object);
  return recorded ?? generatedFrom(generateName, core.random);
}

/** A name that begins so, with five random characters. */
export function generatedFrom(generateName: string, random: Random): string {
  return generateName.slice(0, generatedBaseMax) + random.suffix();
}

function recordedUid(
  { options: { past } }: Core,
  { kind }: ServedResource,
  namespace = '',
  name = '',
): string | undefined {
  return past?.uid(printedResource(kind), namespace, name);
}

function takenFailure({ resource }: Scope, object: KubeObject, taken: KubeObject): Failure {
  const { name = '', generateName = '' } = object.metadata;
  const failed =
    generateName === ''
      ? alreadyExists(resource.kind, name)
      : generateNameConflict(resource.kind, name);
  if (taken.metadata.deletionTimestamp === undefined) return failed;
  return { ...failed, message: `object is being deleted: ${failed.message}` };
}

/** The object without what only the server sets, in the namespace of the request. */
export function placedObject(scope: Scope, object: KubeObject): KubeObject | Failure {
  const { resource, namespace } = scope;
  const { metadata } = object;
  if (resource.kind.isNamespaced) {
    const own = metadata.namespace ?? '';
    if (own !== '' && own !== namespace) return wrongNamespace();
  }
  return withMeta(object, placedMeta(metadata, resource.kind.isNamespaced ? namespace : undefined));
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What a client may say in the metadata of a new object. */
function placedMeta(meta: ObjectMeta, namespace: string | undefined): ObjectMeta {
  const { name, generateName, generation, labels, annotations } = meta;
  const { ownerReferences, finalizers } = meta;
  const placed: Writable<ObjectMeta> = {};
  if (name !== undefined) placed.name = name;
  if (generateName !== undefined) placed.generateName = generateName;
  if (namespace !== undefined) placed.namespace = namespace;
  if (generation !== undefined) placed.generation = generation;
  if (labels !== undefined) placed.labels = labels;
  if (annotations !== undefined) placed.annotations = annotations;
  if (ownerReferences !== undefined) placed.ownerReferences = ownerReferences;
  if (finalizers !== undefined) placed.finalizers = finalizers;
  return placed;
}

/** 400 of an object in another namespace than the request's. */
export function wrongNamespace(): Failure {
  return badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  );
}

function ownersOf(scope: Scope, object: KubeObject, options: WriteOptions): FieldOwners {
  const { resource, context, subresource } = scope;
  const update = {
    manager: managerOf(context, options),
    subresource,
    apiVersion: resource.apiVersion,
    timeMs: context.nowMs,
    before: undefined,
    after: object,
  };
  return FieldOwners.none.after(update, trackFields(resource));
}
