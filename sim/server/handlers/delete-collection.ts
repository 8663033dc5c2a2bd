/** DELETE of a collection: answers what it deleted. @upstream registry/generic/registry/store.go DeleteCollection */
import type { ApiAnswer } from '../../api/request.js';
import { isFailure } from '../../api/status.js';
import { failureAnswer } from '../answers.js';
import { respondList } from '../respond.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { deleteOptions, warnOfPropagation } from './delete-options.js';
import { deleteStored } from './delete.js';
import { listOptions, type ListOptions } from './list-options.js';
import { listed } from './list.js';
import { selectionIn } from './selection.js';

/** Answers the list of the objects as they were, of which a page or a revision may have been asked for. */
export function* deleteCollection(scope: Scope): Steps<ApiAnswer> {
  const { context } = scope;
  const list = listOptions(context, false);
  if (isFailure(list)) return failureAnswer(context, list);
  const selection = selectionIn({ ...scope, name: '' });
  if (isFailure(selection)) return failureAnswer(context, selection);
  const options = deleteOptions(scope);
  if (isFailure(options)) return failureAnswer(context, options);
  warnOfPropagation(scope, options);
  const page = yield* listed(scope, paged(list), selection);
  if (isFailure(page)) return failureAnswer(context, page);
  for (const { metadata } of page.items) {
    const { namespace = '', name = '' } = metadata;
    const result = yield* deleteStored({ ...scope, namespace, name }, options, '');
    if (isFailure(result) && result.code !== 404) return failureAnswer(context, result);
  }
  return respondList(scope, page);
}

/** What is deleted is always listed in pages, and so a revision that is asked for is meant exactly. */
function paged(list: ListOptions): ListOptions {
  const isExact = list.match === '' && Number(list.resourceVersion) > 0;
  return isExact ? { ...list, match: 'Exact' } : list;
}
