/** Checks of ResourceQuotas. @upstream pkg/apis/core/validation/validation.go ValidateResourceQuota */
import type {
  ResourceQuota,
  ResourceQuotaSpec,
  ScopedResourceSelectorRequirement,
} from '../../../api/kinds/core.js';
import { compareText } from '../../../api/go-text.js';
import { invalid, required, type FieldError } from '../field-error.js';
import { amount, immutableText, type Errors } from './checks.js';
import { goNoItems, goValue } from './go-value.js';
import { checkQuotaResourceName, isQuotaResource } from './resource-names.js';
import { checkQuantityValue } from './resource-requirements.js';

type Amounts = Readonly<Record<string, string>> | undefined;

/** What is wrong with a quota. */
export function validateQuota(quota: ResourceQuota): readonly FieldError[] {
  const errors: Errors = [];
  checkSpec(quota.spec ?? {}, errors);
  checkStatus(quota, errors);
  return errors;
}

/** What is wrong with an update of a quota. */
export function validateQuotaUpdate(quota: ResourceQuota, old: ResourceQuota) {
  const errors: Errors = [];
  checkSpec(quota.spec ?? {}, errors);
  const [now, before] = [quota.spec?.scopes ?? [], new Set(old.spec?.scopes ?? [])];
  const isSame = new Set(now).size === before.size && now.every(scope => before.has(scope));
  const value = now.length > 0 ? now : goNoItems(quota.spec ?? {}, 'scopes');
  if (!isSame) errors.push(invalid('spec.scopes', value, immutableText));
  return errors;
}

/** What is wrong with an update of a quota's status. */
export function validateQuotaStatus(quota: ResourceQuota): readonly FieldError[] {
  const errors: Errors = [];
  if (!quota.metadata.resourceVersion) errors.push(required('resourceVersion'));
  checkStatus(quota, errors);
  return errors;
}

function checkStatus({ status }: ResourceQuota, errors: Errors): void {
  checkAmounts(status?.hard, 'status.hard', errors);
  checkAmounts(status?.used, 'status.used', errors);
}

function checkAmounts(list: Amounts, path: string, errors: Errors): void {
  for (const name in list) {
    checkQuotaResourceName(name, `${path}[${name}]`, errors);
    checkQuantityValue(name, amount(list[name]), `${path}[${name}]`, errors);
  }
}

function checkSpec(spec: ResourceQuotaSpec, errors: Errors): void {
  checkAmounts(spec.hard, 'spec.hard', errors);
  const names = Object.keys(spec.hard ?? {}).sort(compareText);
  const { scopes = [] } = spec;
  const path = 'spec.scopes';
  for (const scope of scopes) {
    if (!allScopes.has(scope)) errors.push(invalid(path, scopes, 'unsupported scope'));
    for (const _ of misfits(scope, names)) errors.push(invalid(path, scopes, misfitText));
  }
  checkConflicts(new Set(scopes), scopes, path, errors);
  checkSelector(spec, names, errors);
}

const misfitText = 'unsupported scope applied to resource';

const allScopes = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'VolumeAttributesClass',
  'CrossNamespacePodAffinity',
]);

const counted = new Set(['pods']);
const computed = new Set([
  'pods',
  'cpu',
  'memory',
  'limits.cpu',
  'limits.memory',
  'requests.cpu',
  'requests.memory',
]);
const stored = new Set(['persistentvolumeclaims', 'requests.storage']);

const scopeResources: Readonly<Record<string, ReadonlySet<string>>> = {
  Terminating: computed,
  NotTerminating: computed,
  NotBestEffort: computed,
  PriorityClass: computed,
  CrossNamespacePodAffinity: computed,
  BestEffort: counted,
  VolumeAttributesClass: stored,
};

function misfits(scope: string, names: readonly string[]): readonly string[] {
  const resources = scopeResources[scope];
  if (resources === undefined) return [];
  return names.filter(name => isQuotaResource(name) && !resources.has(name));
}

const opposites = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

function checkConflicts(
  found: ReadonlySet<string>,
  scopes: readonly string[],
  path: string,
  errors: Errors,
): void {
  for (const [one, other] of opposites) {
    if (!found.has(one) || !found.has(other)) continue;
    errors.push(invalid(path, scopes.length === 0 ? null : scopes, 'conflicting scopes'));
  }
}

const existing = new Set([
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
]);

function checkSelector(spec: ResourceQuotaSpec, names: readonly string[], errors: Errors): void {
  if (spec.scopeSelector === undefined) return;
  const path = 'spec.scopeSelector.matchExpressions';
  const found = new Set<string>();
  for (const requirement of spec.scopeSelector.matchExpressions ?? []) {
    const { scopeName } = requirement;
    if (!allScopes.has(scopeName)) {
      errors.push(invalid(`${path}.scopeName`, scopeName, 'unsupported scope'));
    }
    for (const _ of misfits(scopeName, names)) {
      const value = goValue('core/v1.ScopeSelector', spec.scopeSelector);
      errors.push(invalid(path, value, misfitText));
    }
    checkRequirement(requirement, path, errors);
    found.add(scopeName);
  }
  checkConflicts(found, spec.scopes ?? [], path, errors);
}

function checkRequirement(
  { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement,
  path: string,
  errors: Errors,
): void {
  if (existing.has(scopeName) && operator !== 'Exists') {
    const text =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, " +
      'ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ' +
      'ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity';
    errors.push(invalid(`${path}.operator`, operator, text));
  }
  if (operator === 'In' || operator === 'NotIn') {
    const text = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.push(required(`${path}.values`, text));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const text = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.push(invalid(`${path}.values`, values, text));
  } else errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
}
