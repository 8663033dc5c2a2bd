/** DELETE of a collection: answers what it deleted. @upstream registry/generic/registry/store.go DeleteCollection */
import type { ApiAnswer } from '../../api/request.js';
import { isFailure } from '../../api/status.js';
import type { Stored } from '../../store/stored.js';
import { failureAnswer } from '../answers.js';
import { readiedAll } from '../conversions.js';
import type { FieldOwners } from '../field-owners.js';
import { respondList } from '../respond.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { selectedView, viewFor } from '../views.js';
import { deleteOptions, warnOfPropagation } from './delete-options.js';
import { deleteStored } from './delete.js';
import { listOptions } from './list-options.js';
import { selectionIn } from './selection.js';

/** Answers the list of the objects as they were. */
export function* deleteCollection(scope: Scope): Steps<ApiAnswer> {
  const { context, core, resource } = scope;
  const list = listOptions(context, false);
  if (isFailure(list)) return failureAnswer(context, list);
  const selection = selectionIn({ ...scope, name: '' });
  if (isFailure(selection)) return failureAnswer(context, selection);
  const options = deleteOptions(scope);
  if (isFailure(options)) return failureAnswer(context, options);
  warnOfPropagation(scope, options);
  const all = resource.collection.list({ namespace: selection.namespace });
  const problem = yield* readiedAll(scope, all);
  if (problem !== undefined) return failureAnswer(context, problem);
  const matching = all.filter(one => selection.matches(selectedView(resource, one)));
  const chosen = list.limit > 0 ? matching.slice(0, list.limit) : matching;
  const deleted: Stored<FieldOwners>[] = [];
  for (const stored of chosen) {
    const { namespace = '', name = '' } = stored.object.metadata;
    const result = yield* deleteStored({ ...scope, namespace, name }, options, '');
    if (!isFailure(result)) deleted.push(stored);
    else if (result.code !== 404) return failureAnswer(context, result);
  }
  return respondList(scope, {
    resourceVersion: String(core.store.revision),
    items: deleted.map(stored => viewFor(scope, stored)),
  });
}
