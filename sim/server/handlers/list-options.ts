/**
 * The options of lists and watches.
 * @upstream apimachinery/pkg/apis/meta/internalversion/validation/validation.go, defaults.go
 */
import { parseFieldSelector } from '../../api/field-selectors.js';
import { parseSelector } from '../../api/selectors.js';
import { forbidden, notSupported, type FieldError } from '../../api/field-error.js';
import { badRequest, invalid, isFailure, type Failure } from '../../api/status.js';
import type { RequestContext } from '../request-context.js';
import { isTrue } from '../write-options.js';

/** What a list or a watch asks for besides selectors. */
export interface ListOptions {
  readonly isWatch: boolean;
  readonly allowsBookmarks: boolean;
  readonly resourceVersion: string;
  readonly match: string;
  readonly limit: number;
  readonly continueToken: string;
  readonly timeoutSeconds: number | undefined;
  readonly sendInitialEvents: boolean | undefined;
}

const listDefaults: ListOptions = {
  isWatch: false,
  allowsBookmarks: false,
  resourceVersion: '',
  match: '',
  limit: 0,
  continueToken: '',
  timeoutSeconds: undefined,
  sendInitialEvents: undefined,
};
const notOlderThan = 'NotOlderThan';

/** Reads the options, or says what is wrong with them. */
export function listOptions(context: RequestContext, isWatch: boolean): ListOptions | Failure {
  if (context.info.query === '' && !isWatch) return listDefaults;
  const limit = integerParameter(context, 'limit');
  if (isFailure(limit)) return limit;
  const timeoutSeconds = integerParameter(context, 'timeoutSeconds');
  if (isFailure(timeoutSeconds)) return timeoutSeconds;
  // Selectors are read with the other options; whether their fields are known is asked later.
  const unread = selectorProblem(context);
  if (unread !== undefined) return unread;
  const initial = context.parameter('sendInitialEvents');
  const sent: ListOptions = {
    isWatch,
    allowsBookmarks: isTrue(context.parameter('allowWatchBookmarks')),
    resourceVersion: context.parameter('resourceVersion') ?? '',
    match: context.parameter('resourceVersionMatch') ?? '',
    limit: limit ?? 0,
    continueToken: context.parameter('continue') ?? '',
    timeoutSeconds,
    sendInitialEvents: initial === undefined ? undefined : isTrue(initial),
  };
  const options = withDefaults(sent);
  const errors = isWatch ? watchErrors(options) : listErrors(options);
  if (errors.length === 0) return options;
  return invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
}

/** A watch from nowhere begins with what there is. */
function withDefaults(options: ListOptions): ListOptions {
  const { isWatch, sendInitialEvents, match, resourceVersion } = options;
  const isFromNowhere = resourceVersion === '' || resourceVersion === '0';
  if (!isWatch || sendInitialEvents !== undefined || match !== '' || !isFromNowhere) return options;
  return { ...options, sendInitialEvents: true, match: notOlderThan };
}

function listErrors(options: ListOptions): readonly FieldError[] {
  const { match, resourceVersion, continueToken, sendInitialEvents } = options;
  const path = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (match !== '') {
    if (resourceVersion === '') {
      errors.push(forbidden(path, `${path} is forbidden unless resourceVersion is provided`));
    }
    if (continueToken !== '') {
      errors.push(forbidden(path, `${path} is forbidden when continue is provided`));
    }
    if (match !== 'Exact' && match !== notOlderThan) {
      errors.push(notSupported(path, match, ['Exact', notOlderThan, '']));
    }
    if (match === 'Exact' && resourceVersion === '0') {
      errors.push(forbidden(path, `${path} "exact" is forbidden for resourceVersion "0"`));
    }
  }
  if (sendInitialEvents !== undefined) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors(options: ListOptions): readonly FieldError[] {
  const { match, continueToken, sendInitialEvents } = options;
  const path = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== notOlderThan) {
    const text = `sendInitialEvents requires setting ${path} to ${notOlderThan}`;
    errors.push(forbidden(path, text));
  }
  if (match === '') return errors;
  if (sendInitialEvents === undefined) {
    const text = `${path} is forbidden for watch unless sendInitialEvents is provided`;
    errors.push(forbidden(path, text));
  }
  if (match !== notOlderThan) errors.push(notSupported(path, match, [notOlderThan]));
  if (continueToken !== '') {
    errors.push(forbidden(path, `${path} is forbidden when continue is provided`));
  }
  return errors;
}

/** What is wrong with the text of a selector. */
function selectorProblem(context: RequestContext): Failure | undefined {
  const labels = parseSelector(context.parameter('labelSelector') ?? '');
  if (!labels.isOk) return badRequest(labels.error);
  const fields = parseFieldSelector(context.parameter('fieldSelector') ?? '');
  return fields.isOk ? undefined : badRequest(fields.error);
}

const int64Max = 2n ** 63n - 1n;

/** An integer of the query, or a 400 as Go's ParseInt words it. */
export function integerParameter(
  context: RequestContext,
  name: string,
): number | undefined | Failure {
  const text = context.parameter(name);
  if (text === undefined || text === '') return undefined;
  const problem = integerProblem(text);
  if (problem === undefined) return Number(text);
  return badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${problem}`);
}

function integerProblem(text: string): string | undefined {
  if (!/^[+-]?\d+$/.test(text)) return 'invalid syntax';
  const value = BigInt(text.replace(/^\+/, ''));
  return value > int64Max || value < -int64Max - 1n ? 'value out of range' : undefined;
}

/** What is wrong with a resourceVersion, as Go's ParseUint words it; undefined: it is a number. */
export function versionProblem(text: string): string | undefined {
  const parsing = `strconv.ParseUint: parsing ${JSON.stringify(text)}`;
  if (!/^\d+$/.test(text)) return `${parsing}: invalid syntax`;
  return BigInt(text) >= 2n ** 64n ? `${parsing}: value out of range` : undefined;
}
