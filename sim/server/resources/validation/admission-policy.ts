/** Checks of admission policies and their bindings. @upstream pkg/apis/admissionregistration/validation */
import type {
  AuditAnnotation,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
  ParamKind,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Validation,
  Variable,
} from '../../../api/kinds/admissionregistration.js';
import { errorType, type CelType } from '../../../api/cel/types.js';
import { byteLength } from '../../../api/go-text.js';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../../../api/labels.js';
import { duplicate, invalid, notSupported, required, type FieldError } from '../field-error.js';
import {
  checkMatchConditions,
  checkMatchResources,
  checkMutatingOperations,
  checkOneOf,
  checkParamRef,
  failurePolicies,
  reinvocations,
} from './admission-rules.js';
import { checkQualifiedName, checkSubdomain, type Errors } from './checks.js';
import { checkConditions } from './conditions.js';
import { checkCompiled, type Names } from './expressions.js';
import { goValue } from './go-value.js';

const annotationsMax = 20;

/** What is wrong with a policy that validates. */
export function validatePolicy(policy: ValidatingAdmissionPolicy): readonly FieldError[] {
  const errors: Errors = [];
  const { metadata, spec = {} } = policy;
  const names = checkShared(spec, errors);
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const text = 'validations or auditAnnotations must contain at least one item';
    errors.push(required('spec.validations', text), required('spec.auditAnnotations', text));
    return errors;
  }
  for (const [index, validation] of validations.entries()) {
    checkValidation(validation, `spec.validations[${index}]`, names, errors);
  }
  checkAnnotations(auditAnnotations, metadata.name ?? '', names, errors);
  return errors;
}

/** What is wrong with what its types were found to be. JSONPaths are not parsed. */
export function validatePolicyStatus({
  status = {},
}: ValidatingAdmissionPolicy): readonly FieldError[] {
  const errors: Errors = [];
  const { typeChecking, conditions } = status;
  for (const [index, found] of (typeChecking?.expressionWarnings ?? []).entries()) {
    const path = `status.typeChecking.expressionWarnings[${index}]`;
    if (!found.warning) errors.push(required(`${path}.warning`));
    if (found.fieldRef.trim() === '') errors.push(required(`${path}.fieldRef`));
  }
  checkConditions(conditions, 'status.conditions', errors);
  return errors;
}

interface SharedSpec {
  readonly failurePolicy?: string;
  readonly paramKind?: ParamKind;
  readonly matchConstraints?: Parameters<typeof checkMatchResources>[0];
  readonly matchConditions?: Parameters<typeof checkMatchConditions>[0];
  readonly variables?: readonly Variable[];
}

/** Returns what the expressions that follow may name. */
function checkShared(spec: SharedSpec, errors: Errors, between?: () => void): Names {
  const { failurePolicy, paramKind, matchConstraints } = spec;
  if (failurePolicy === undefined) errors.push(required('spec.failurePolicy'));
  checkOneOf(failurePolicy, failurePolicies, 'spec.failurePolicy', errors);
  if (paramKind !== undefined) checkParamKind(paramKind, 'spec.paramKind', errors);
  const path = 'spec.matchConstraints';
  if (matchConstraints === undefined) errors.push(required(path));
  else {
    checkMatchResources(matchConstraints, path, errors);
    if ((matchConstraints.resourceRules ?? []).length === 0) {
      errors.push(required(`${path}.resourceRules`));
    }
    between?.();
  }
  const names = { hasParams: paramKind !== undefined, hasAuthorizer: true };
  checkMatchConditions(spec.matchConditions, 'spec.matchConditions', errors, names);
  const variables = new Map<string, CelType>();
  for (const [index, variable] of (spec.variables ?? []).entries()) {
    const at = `spec.variables[${index}]`;
    const type = checkVariable(variable, at, { ...names, variables }, errors);
    // What is not told is not compiled, and so nobody knows it.
    if ((variable.expression ?? '').trim() !== '') variables.set(variable.name ?? '', type);
  }
  return spec.variables === undefined ? names : { ...names, variables };
}

function checkParamKind(
  { apiVersion = '', kind = '' }: ParamKind,
  path: string,
  errors: Errors,
): void {
  const at = `${path}.apiVersion`;
  const [first = '', second, ...more] = apiVersion.split('/');
  const [group, version] = second === undefined ? ['', first] : [first, second];
  if (apiVersion === '') errors.push(required(at));
  else if (more.length > 0) {
    errors.push(invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else {
    const groupTexts = dns1123SubdomainErrors(group);
    if (group !== '' && groupTexts.length > 0) {
      errors.push(invalid(at, group, groupTexts.join(',')));
    }
    const texts = dns1035LabelErrors(version);
    if (version === '') errors.push(invalid(at, apiVersion, 'version must be specified'));
    else if (texts.length > 0) errors.push(invalid(at, version, texts.join(',')));
  }
  const texts = dns1035LabelErrors(kind.toLowerCase());
  if (kind === '') errors.push(required(`${path}.kind`));
  else if (texts.length > 0) {
    const text = `may have mixed case, but should otherwise match: ${texts.join(',')}`;
    errors.push(invalid(`${path}.kind`, kind, text));
  }
}

const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const reserved = new Set(
  (
    'true false null in as break const continue else for function if import let loop package ' +
    'namespace return var void while'
  ).split(' '),
);

function checkVariable(
  { name = '', expression = '' }: Variable,
  path: string,
  names: Names,
  errors: Errors,
): CelType {
  if (name.trim() === '') errors.push(required(`${path}.name`, 'name is not specified'));
  else if (!identifier.test(name) || reserved.has(name)) {
    errors.push(invalid(`${path}.name`, name, 'must be a valid CEL identifier'));
  }
  return checkExpression(expression, `${path}.expression`, errors, { names, text: notSpecified });
}

const notSpecified = 'expression is not specified';

/** Returns the type. */
function checkExpression(
  expression: string,
  path: string,
  errors: Errors,
  rule: { readonly names: Names; readonly returns?: readonly string[]; readonly text?: string },
): CelType {
  if (expression.trim() !== '') return checkCompiled(expression, path, errors, rule);
  errors.push(required(path, rule.text));
  return errorType;
}

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

function checkValidation(validation: Validation, path: string, names: Names, errors: Errors): void {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  const rule = { names, returns: ['bool'], text: notSpecified };
  checkExpression(expression, `${path}.expression`, errors, rule);
  const text = 'must be non-empty if specified';
  if (messageExpression !== '') {
    const at = `${path}.messageExpression`;
    const ofMessage = { names: { ...names, hasAuthorizer: false }, returns: ['string'] };
    if (messageExpression.trim() === '') errors.push(invalid(at, messageExpression, text));
    else checkCompiled(messageExpression, at, errors, ofMessage);
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, text));
  } else if (/[\n\r]/.test(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'));
  }
  checkOneOf(reason, reasons, `${path}.reason`, errors);
}

const expressionMax = 5 * 1024;

function checkAnnotations(
  annotations: readonly AuditAnnotation[],
  name: string,
  names: Names,
  errors: Errors,
): void {
  const path = 'spec.auditAnnotations';
  if (annotations.length > annotationsMax) {
    const value = annotations.map(each =>
      goValue('admissionregistration/v1.AuditAnnotation', each),
    );
    const text = `must not have more than ${annotationsMax} auditAnnotations`;
    errors.push(invalid(path, value, text));
  }
  const keys = new Set<string>();
  for (const [index, { key = '', valueExpression = '' }] of annotations.entries()) {
    const at = `${path}[${index}]`;
    if (name !== '') checkQualifiedName(`${name}/${key}`, `${at}.key`, errors);
    else errors.push(invalid(`${at}.key`, key, 'requires metadata.name be non-empty'));
    const trimmed = valueExpression.trim();
    if (trimmed === '') {
      errors.push(required(`${at}.valueExpression`, 'valueExpression is not specified'));
    } else if (byteLength(trimmed) > expressionMax) {
      const text = `must not exceed ${expressionMax} bytes in length`;
      errors.push(required(`${at}.valueExpression`, text));
    } else {
      const rule = { names, returns: ['string', 'null_type'] };
      checkCompiled(valueExpression, `${at}.valueExpression`, errors, rule);
    }
    if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
    keys.add(key);
  }
}

/** What is wrong with a policy that changes objects. */
export function validateMutatingPolicy(policy: MutatingAdmissionPolicy): readonly FieldError[] {
  const errors: Errors = [];
  const { spec = {} } = policy;
  const names = checkShared(spec, errors, () => {
    checkMutatingOperations(spec.matchConstraints, 'spec.matchConstraints', errors);
  });
  const { mutations = [], reinvocationPolicy: again = '' } = spec;
  if (mutations.length === 0) {
    errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  }
  for (const [index, mutation] of mutations.entries()) {
    checkMutation(mutation, `spec.mutations[${index}]`, names, errors);
  }
  if (again === '') errors.push(required('spec.reinvocationPolicy'));
  else checkOneOf(again, reinvocations, 'spec.reinvocationPolicy', errors);
  return errors;
}

const patchTypes = ['ApplyConfiguration', 'JSONPatch'];

function checkMutation(mutation: Mutation, path: string, names: Names, errors: Errors): void {
  const { patchType } = mutation;
  if (!patchType) {
    errors.push(required(`${path}.patchType`));
    return;
  }
  if (!patchTypes.includes(patchType)) {
    errors.push(notSupported(`${path}.patchType`, patchType, patchTypes));
    return;
  }
  const isPatch = patchType === 'JSONPatch';
  const [own, other] = isPatch
    ? (['jsonPatch', 'applyConfiguration'] as const)
    : (['applyConfiguration', 'jsonPatch'] as const);
  const wanted = mutation[own];
  if (wanted === undefined) {
    errors.push(required(`${path}.${own}`, `must be specified when patchType is ${patchType}`));
  } else {
    const returns = [isPatch ? 'list(JSONPatch)' : 'Object'];
    const rule = { names: { ...names, makesObjects: true }, returns };
    checkExpression(wanted.expression ?? '', `${path}.${own}.expression`, errors, rule);
  }
  if (mutation[other] === undefined) return;
  const text = `must not be specified when patchType is ${patchType}`;
  errors.push(invalid(`${path}.${other}`, `{${other}}`, text));
}

const noBinding = { policyName: '', validationActions: [] };
const actions = ['Audit', 'Deny', 'Warn'];

/** What is wrong with a binding of a policy that validates. */
export function validateBinding({ spec = noBinding }: ValidatingAdmissionPolicyBinding) {
  const errors: Errors = [];
  checkPolicyName(spec.policyName ?? '', errors);
  checkParamRef(spec.paramRef, 'spec.paramRef', errors);
  checkMatchResources(spec.matchResources, 'spec.matchResources', errors);
  const path = 'spec.validationActions';
  const list = spec.validationActions ?? [];
  const known = new Set<string>();
  for (const [index, action] of list.entries()) {
    checkOneOf(action, actions, `${path}[${index}]`, errors);
    if (known.has(action)) errors.push(duplicate(`${path}[${index}]`, action));
    known.add(action);
  }
  if (known.has('Deny') && known.has('Warn')) {
    const text =
      'must not contain both Deny and Warn (repeating the same validation failure information ' +
      'in the API response and headers serves no purpose)';
    errors.push(invalid(path, list, text));
  }
  if (known.size === 0) errors.push(required(path, 'at least one validation action is required'));
  return errors as readonly FieldError[];
}

/** What is wrong with a binding of a policy that changes objects. */
export function validateMutatingBinding({ spec = {} }: MutatingAdmissionPolicyBinding) {
  const errors: Errors = [];
  checkPolicyName(spec.policyName ?? '', errors);
  checkParamRef(spec.paramRef, 'spec.paramRef', errors);
  checkMatchResources(spec.matchResources, 'spec.matchResources', errors);
  checkMutatingOperations(spec.matchResources, 'spec.matchResources', errors);
  return errors as readonly FieldError[];
}

function checkPolicyName(name: string, errors: Errors): void {
  if (name === '') errors.push(required('spec.policyName'));
  else checkSubdomain(name, 'spec.policyName', errors);
}
