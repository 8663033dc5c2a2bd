/**
 * GET of a collection: as it is now, in pages of one revision, or as it was.
 * @upstream apiserver/pkg/storage/etcd3/store.go GetList, cacher/delegator.go
 */
import type { ApiAnswer } from '../../api/request.js';
import { badRequest, failure, isFailure, resourceExpired, type Failure } from '../../api/status.js';
import { storageKey } from '../../store/collection.js';
import type { Stored } from '../../store/stored.js';
import { failureAnswer } from '../answers.js';
import { isConverted, readiedAll } from '../conversions.js';
import type { FieldOwners } from '../field-owners.js';
import { respondList, type ObjectList } from '../respond.js';
import type { Scope } from '../scope.js';
import { wait, type Steps } from '../steps.js';
import { selectedView, viewFor } from '../views.js';
import { continueToken, keyBefore, positionOf, type Position } from './continue-token.js';
import { listOptions, versionProblem, type ListOptions } from './list-options.js';
import { selectionIn, type Selection } from './selection.js';

const futureWaitMs = 3000;

/** Answers the list. */
export function* listObjects(scope: Scope): Steps<ApiAnswer> {
  const options = listOptions(scope.context, false);
  if (isFailure(options)) return failureAnswer(scope.context, options);
  const selection = selectionIn({ ...scope, name: '' });
  if (isFailure(selection)) return failureAnswer(scope.context, selection);
  const list = yield* listed(scope, options, selection);
  return isFailure(list) ? failureAnswer(scope.context, list) : respondList(scope, list);
}

/** The list that is asked for, once its revision has come and its objects are in the version of the request. */
export function* listed(
  scope: Scope,
  options: ListOptions,
  selection: Selection,
): Steps<ObjectList | Failure> {
  const early = yield* awaitVersion(scope, options);
  if (early !== undefined) return early;
  return isConverted(scope.resource)
    ? yield* convertedPage(scope, options, selection)
    : pageOf(scope, options, selection);
}

/** A version from the future is waited for, but not for long. */
function* awaitVersion(scope: Scope, options: ListOptions): Steps<Failure | undefined> {
  const { resourceVersion } = options;
  if (resourceVersion === '' || resourceVersion === '0') return undefined;
  const problem = versionProblem(resourceVersion);
  if (problem !== undefined) {
    const value = JSON.stringify(resourceVersion);
    return badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${value}: ${problem}`,
    );
  }
  return yield* futureFailure(scope, Number(resourceVersion));
}

/** 504 when the revision has not come 3 s later. */
export function* futureFailure(scope: Scope, revision: number): Steps<Failure | undefined> {
  const { clock, store } = scope.core;
  if (revision <= store.revision) return undefined;
  yield* wait<void>(resume => void clock.after(futureWaitMs, 'await-revision', () => resume()));
  if (revision <= store.revision) return undefined;
  return failure(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${revision}, current: ${store.revision}`,
    {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  );
}

/** The objects that are meant, as far as the page goes. */
export function pageOf(
  scope: Scope,
  options: ListOptions,
  selection: Selection,
): ObjectList | Failure {
  const found = foundFor(scope, options, selection);
  return isFailure(found) ? found : pageOfFound(scope, options, selection, found);
}

/** The same, after a webhook has converted all that may be meant. */
function* convertedPage(
  scope: Scope,
  options: ListOptions,
  selection: Selection,
): Steps<ObjectList | Failure> {
  const found = foundFor(scope, options, selection);
  if (isFailure(found)) return found;
  const problem = yield* readiedAll(scope, found.stored);
  return problem ?? pageOfFound(scope, options, selection, found);
}

/** What may be meant, before the selectors are asked. */
interface Found {
  readonly start: Position | undefined;
  readonly revision: number;
  readonly stored: readonly Stored<FieldOwners>[];
}

function foundFor(scope: Scope, options: ListOptions, selection: Selection): Found | Failure {
  const start = startOf(options);
  if (isFailure(start)) return start;
  const revision = revisionOf(scope, options, start);
  if (isFailure(revision)) return revision;
  return { start, revision, stored: candidates(scope, { selection, revision, start }) };
}

function pageOfFound(
  scope: Scope,
  options: ListOptions,
  selection: Selection,
  { start, revision, stored }: Found,
): ObjectList {
  const { store } = scope.core;
  const matching = selection.isAll
    ? stored
    : stored.filter(one => selection.matches(selectedView(scope.resource, one)));
  const limit = options.resourceVersion === '0' ? 0 : options.limit;
  const isWhole = limit <= 0 || matching.length <= limit;
  const items = isWhole ? matching : matching.slice(0, limit);
  const last = items.at(-1);
  const shownRevision = start?.revision === -1 ? store.revision : revision;
  return {
    resourceVersion: String(shownRevision),
    items: items.map(item => viewFor(scope, item)),
    ...(!isWhole &&
      last !== undefined && {
        continue: continueToken(shownRevision, belowPrefix(last.key, selection.namespace)),
        ...(selection.isAll && { remainingItemCount: matching.length - limit }),
      }),
  };
}

function startOf({ continueToken: token, resourceVersion }: ListOptions) {
  if (token === '') return undefined;
  const position = positionOf(token);
  if (isFailure(position)) return position;
  if (resourceVersion !== '' && resourceVersion !== '0') {
    return badRequest('specifying resource version is not allowed when using continue');
  }
  return position;
}

const expiredPage =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** The revision that the list is of. */
function revisionOf(
  { core, resource }: Scope,
  { match, resourceVersion, limit }: ListOptions,
  start: Position | undefined,
): number | Failure {
  const { store } = core;
  const compacted = core.compaction.revision();
  const isKept = (revision: number) =>
    revision >= compacted && resource.collection.isKeptAt(revision);
  if (start !== undefined) {
    if (start.revision === -1) return store.revision;
    if (isKept(start.revision)) return start.revision;
    const token = continueToken(-1, keyBefore(start));
    return { ...resourceExpired(expiredPage), metadata: { continue: token } };
  }
  // Pages of a revision were exact before there was a match to ask for.
  const isFirstPage = match === '' && limit > 0 && Number(resourceVersion) > 0;
  if (match !== 'Exact' && !isFirstPage) return store.revision;
  const exact = Number(resourceVersion);
  if (isKept(exact)) return exact;
  return resourceExpired('The resourceVersion for the provided list is too old.');
}

function candidates(
  { resource }: Scope,
  wanted: {
    readonly selection: Selection;
    readonly revision: number;
    readonly start: Position | undefined;
  },
): readonly Stored<FieldOwners>[] {
  const { selection, revision, start } = wanted;
  const { collection, kind } = resource;
  const { namespace, name } = selection;
  const isNow = collection.lastChange <= revision;
  if (name !== undefined && start === undefined && isNow) {
    if (!kind.isNamespaced || namespace !== '') {
      const one = collection.get(storageKey(kind.isNamespaced ? namespace : '', name));
      return one === undefined ? [] : [one];
    }
  }
  const prefix = namespace === '' ? '' : `${namespace}/`;
  return collection.listAt(revision, {
    namespace,
    ...(start !== undefined && { after: prefix + keyBefore(start) }),
  });
}

function belowPrefix(key: string, namespace: string): string {
  return namespace === '' ? key : key.slice(namespace.length + 1);
}
