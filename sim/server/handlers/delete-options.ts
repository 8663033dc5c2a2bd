/** DeleteOptions: from the body, or from the query when there is none. */
import { invalid as invalidField, notSupported, type FieldError } from '../../api/field-error.js';
import { invalid, isFailure, type Failure } from '../../api/status.js';
import type { Scope } from '../scope.js';
import { dryRunErrors } from '../write-options.js';
import { integerParameter } from './list-options.js';
import { readDeleteOptions } from '../body.js';

/** How to delete. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly isDryRun: boolean;
  /** As admission sees them. */
  readonly object: Readonly<Record<string, unknown>>;
}

interface Sent {
  readonly gracePeriodSeconds?: number | null;
  readonly propagationPolicy?: string | null;
  readonly orphanDependents?: boolean | null;
  readonly preconditions?: {
    readonly uid?: string | null;
    readonly resourceVersion?: string | null;
  } | null;
  readonly dryRun?: readonly string[] | null;
}

const policies = ['Foreground', 'Background', 'Orphan'];

/** Reads the options, or says what is wrong with them. */
export function deleteOptions(scope: Scope): DeleteOptions | Failure {
  const sent = sentOptions(scope);
  if (isFailure(sent)) return sent;
  const errors = optionErrors(sent);
  if (errors.length > 0)
    return invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun } = sent;
  return {
    ...(isGiven(gracePeriodSeconds) && { gracePeriodSeconds }),
    ...(isGiven(propagationPolicy) && { propagationPolicy }),
    ...(isGiven(orphanDependents) && { orphanDependents }),
    ...(isGiven(preconditions?.uid) && { uid: preconditions.uid }),
    ...(isGiven(preconditions?.resourceVersion) && {
      resourceVersion: preconditions.resourceVersion,
    }),
    isDryRun: (dryRun?.length ?? 0) > 0,
    object: { ...sent, kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' },
  };
}

/** Warns when nothing is said of dependents and the kind then keeps them. */
export function warnOfPropagation({ context, resource }: Scope, options: DeleteOptions): void {
  const { propagationWarning } = resource.storedStrategy;
  const isSaid = options.propagationPolicy ?? options.orphanDependents;
  if (propagationWarning !== undefined && isSaid === undefined) context.warn(propagationWarning);
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

function sentOptions(scope: Scope): Sent | Failure {
  const { context } = scope;
  const body = readDeleteOptions(scope);
  if (body !== undefined) {
    if (!isFailure(body)) scope.audit?.requestObject(body);
    return body;
  }
  if (context.info.query === '') return {};
  const gracePeriodSeconds = integerParameter(context, 'gracePeriodSeconds');
  if (isFailure(gracePeriodSeconds)) return gracePeriodSeconds;
  const propagationPolicy = context.parameter('propagationPolicy');
  const orphan = context.parameter('orphanDependents');
  const dryRun = context.parameters('dryRun');
  const uid = context.parameter('uid') ?? '';
  const resourceVersion = context.parameter('resourceVersion') ?? '';
  const preconditions = {
    ...(uid !== '' && { uid }),
    ...(resourceVersion !== '' && { resourceVersion }),
  };
  return {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy !== undefined && { propagationPolicy }),
    ...(orphan !== undefined && { orphanDependents: orphan !== 'false' && orphan !== '0' }),
    ...(Object.keys(preconditions).length > 0 && { preconditions }),
    ...(dryRun.length > 0 && { dryRun }),
  };
}

/** @upstream ValidateDeleteOptions */
function optionErrors({ orphanDependents, propagationPolicy, dryRun }: Sent) {
  const path = 'propagationPolicy';
  const errors: FieldError[] = [];
  if (isGiven(orphanDependents) && isGiven(propagationPolicy)) {
    const text = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(invalidField(path, propagationPolicy, text));
  }
  if (isGiven(propagationPolicy) && !policies.includes(propagationPolicy)) {
    errors.push(notSupported(path, propagationPolicy, [...policies, 'nil']));
  }
  errors.push(...dryRunErrors(dryRun ?? []));
  return errors;
}
