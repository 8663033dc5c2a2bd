/** Checks of configurations of webhooks. @upstream pkg/apis/admissionregistration/validation/validation.go */
import type {
  MutatingWebhook,
  ValidatingWebhook,
} from '../../../api/kinds/admissionregistration.js';
import { deepEqual } from '../../../api/equality.js';
import { dns1123SubdomainErrors } from '../../../api/labels.js';
import { duplicate, invalid, required, type FieldError } from '../field-error.js';
import {
  checkMatchConditions,
  checkOneOf,
  checkOperations,
  failurePolicies,
  matchPolicies,
  reinvocations,
} from './admission-rules.js';
import { checkSelector, type Errors } from './checks.js';
import { checkClient, checkReviewVersions } from './webhook-client.js';

type Webhook = ValidatingWebhook | MutatingWebhook;

interface Configuration {
  readonly webhooks?: readonly Webhook[];
}

const noEffects = ['None', 'NoneOnDryRun'];
const allEffects = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];

/** What is wrong with a configuration; what was wrong before may stay so. */
export function validateWebhooks(
  { webhooks }: Configuration,
  old?: Configuration,
): readonly FieldError[] {
  const errors: Errors = [];
  const before = old?.webhooks ?? [];
  const effects = before.every(hook => noEffects.includes(hook.sideEffects))
    ? noEffects
    : allEffects;
  const wereUnique = new Set(before.map(hook => hook.name)).size === before.length;
  const names = new Set<string>();
  for (const [index, hook] of (webhooks ?? []).entries()) {
    const path = `webhooks[${index}]`;
    const isSame = deepEqual(hook.matchConditions, before[index]?.matchConditions);
    checkWebhook(hook, effects, old === undefined || !isSame, path, errors);
    const missing = 'must specify one of v1, v1beta1';
    const versions = hook.admissionReviewVersions ?? [];
    checkReviewVersions(versions, missing, `${path}.admissionReviewVersions`, errors);
    if (!wereUnique || !hook.name) continue;
    if (names.has(hook.name)) errors.push(duplicate(`${path}.name`, hook.name));
    names.add(hook.name);
  }
  return errors;
}

const secondsMax = 30;
const partsMin = 3;

function checkWebhook(
  hook: Webhook,
  effects: readonly string[],
  looksAtConditions: boolean,
  path: string,
  errors: Errors,
): void {
  checkName(hook.name ?? '', `${path}.name`, errors);
  for (const [index, rule] of (hook.rules ?? []).entries()) {
    checkOperations(rule, `${path}.rules[${index}]`, errors);
  }
  checkOneOf(hook.failurePolicy, failurePolicies, `${path}.failurePolicy`, errors);
  checkOneOf(hook.matchPolicy, matchPolicies, `${path}.matchPolicy`, errors);
  const { sideEffects, timeoutSeconds: seconds } = hook;
  if (sideEffects === undefined || sideEffects === null) {
    errors.push(required(`${path}.sideEffects`, `must specify one of ${effects.join(', ')}`));
  } else checkOneOf(sideEffects, effects, `${path}.sideEffects`, errors);
  if (seconds !== undefined && (seconds > secondsMax || seconds < 1)) {
    const text = `the timeout value must be between 1 and ${secondsMax} seconds`;
    errors.push(invalid(`${path}.timeoutSeconds`, seconds, text));
  }
  checkSelector(hook.namespaceSelector, `${path}.namespaceSelector`, errors);
  checkSelector(hook.objectSelector, `${path}.objectSelector`, errors);
  if ('reinvocationPolicy' in hook) {
    checkOneOf(hook.reinvocationPolicy, reinvocations, `${path}.reinvocationPolicy`, errors);
  }
  checkClient(hook.clientConfig ?? {}, `${path}.clientConfig`, errors);
  if (looksAtConditions) {
    checkMatchConditions(hook.matchConditions, `${path}.matchConditions`, errors);
  }
}

/** @upstream apimachinery/pkg/util/validation IsFullyQualifiedName */
function checkName(name: string, path: string, errors: Errors): void {
  const texts = dns1123SubdomainErrors(name);
  if (name === '') errors.push(required(path));
  else if (texts.length > 0) errors.push(invalid(path, name, texts.join(',')));
  else if (name.split('.').length < partsMin) {
    const text = 'should be a domain with at least three segments separated by dots';
    errors.push(invalid(path, name, text));
  }
}
