/** Checks of claims of devices and of their templates. @upstream pkg/apis/resource/validation/validation.go */
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceClass,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceClaimTemplate,
} from '../../../api/kinds/resource.js';
import { deepEqual } from '../../../api/equality.js';
import { forbidden, invalid, notSupported, required, type FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { checkLabel, checkSubdomain, immutableText, type Errors } from './checks.js';
import { checkTemplateMeta } from './claims.js';
import { checkList, checkSet } from './collections.js';
import {
  checkConfiguration,
  checkDeviceSelectors,
  checkDeviceToleration,
  checkFullAttributeName,
} from './devices.js';
import { goValue } from './go-value.js';
import { isExtendedResource } from './resource-names.js';

const requestsMax = 32;
const constraintsMax = 32;
const configMax = 32;
const alternativesMax = 8;

/** What is wrong with a claim. */
export function validateResourceClaim(
  { metadata, spec }: ResourceClaim,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  checkAdminAccess(spec?.devices?.requests, metadata.namespace ?? '', context, errors);
  checkDevices(spec?.devices ?? {}, 'spec.devices', errors);
  return errors;
}

const adminLabel = 'resource.kubernetes.io/admin-access';

/** Devices that are in use are lent to administrators, in namespaces of theirs. @upstream pkg/registry/resource/utils.go */
function checkAdminAccess(
  requests: readonly DeviceRequest[] | undefined,
  name: string,
  context: StrategyContext,
  errors: Errors,
): void {
  const index = requests?.findIndex(({ exactly }) => exactly?.adminAccess === true) ?? -1;
  const path = `spec.devices.requests[${index}].adminAccess`;
  if (index >= 0) checkAdminNamespace(name, path, context, errors);
}

/** The namespace must say that it is for administrators. */
export function checkAdminNamespace(
  name: string,
  path: string,
  context: StrategyContext,
  errors: Errors,
): void {
  const namespace = context.get({ group: '', resource: 'namespaces' }, '', name);
  if (namespace?.metadata.labels?.[adminLabel] === 'true') return;
  const text = `admin access to devices requires the \`${adminLabel}: true\` label on the containing namespace`;
  errors.push(forbidden(path, text));
}

/** What is wrong with an update of a claim: nothing may change. */
export function validateResourceClaimUpdate(claim: ResourceClaim, old: ResourceClaim) {
  return sameErrors(claim.spec, old.spec, 'resource/v1.ResourceClaimSpec');
}

function sameErrors(now: unknown, old: unknown, type: string): readonly FieldError[] {
  return deepEqual(now, old) ? [] : [invalid('spec', goValue(type, now), immutableText)];
}

/** What is wrong with a template of claims. */
export function validateClaimTemplate(
  { metadata, spec }: ResourceClaimTemplate,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  checkAdminAccess(spec.spec?.devices?.requests, metadata.namespace ?? '', context, errors);
  checkClaimTemplateSpec(spec, errors);
  return errors;
}

function checkClaimTemplateSpec(spec: ResourceClaimTemplate['spec'], errors: Errors): void {
  checkTemplateMeta(spec.metadata ?? {}, 'spec.metadata', errors);
  checkDevices(spec.spec?.devices ?? {}, 'spec.spec.devices', errors);
}

/** What is wrong with an update of a template of claims: nothing may change, and it is checked anew. */
export function validateClaimTemplateUpdate(
  template: ResourceClaimTemplate,
  old: ResourceClaimTemplate,
): readonly FieldError[] {
  const errors: Errors = [];
  checkClaimTemplateSpec(template.spec, errors);
  return [
    ...errors,
    ...sameErrors(template.spec, old.spec, 'resource/v1.ResourceClaimTemplateSpec'),
  ];
}

/** What is wrong with a class of devices. */
export function validateDeviceClass({ spec }: DeviceClass): readonly FieldError[] {
  const errors: Errors = [];
  checkDeviceSelectors(spec.selectors, 'spec.selectors', errors);
  const check = (config: object, at: string) => checkConfiguration(config, at, errors);
  checkList(spec.config, configMax, check, 'spec.config', errors);
  const name = spec.extendedResourceName;
  if (name !== undefined && !isExtendedResource(name)) {
    const text = 'must be a valid extended resource name';
    errors.push(invalid('spec.extendedResourceName', name, text));
  }
  return errors;
}

/** The requests of a claim, and under each the names of its alternatives. */
export type RequestNames = ReadonlyMap<string, ReadonlySet<string>>;

/** The names by which a claim's requests may be called. */
export function requestNamesOf({ requests }: DeviceClaim): RequestNames {
  return new Map(
    (requests ?? []).map(({ name, firstAvailable }) => [
      name,
      new Set((firstAvailable ?? []).map(each => each.name)),
    ]),
  );
}

const referenceText =
  'must be the name of a request in the claim or the name of a request and a subrequest ' +
  "separated by '/'";

/** The name of a request, or of one of its alternatives. */
export function checkRequestReference(
  name: string,
  names: RequestNames,
  path: string,
  errors: Errors,
): void {
  const [request = '', alternative, ...more] = name.split('/');
  if (more.length > 0) {
    errors.push(invalid(path, name, referenceText));
    return;
  }
  checkLabel(request, path, errors);
  if (alternative !== undefined) checkLabel(alternative, path, errors);
  const known = names.get(request);
  const isKnown = alternative === undefined ? known !== undefined : known?.has(alternative);
  if (isKnown !== true) errors.push(invalid(path, name, referenceText));
}

/** References to requests, none twice. */
export function checkRequestReferences(
  list: readonly string[] | undefined,
  names: RequestNames,
  path: string,
  errors: Errors,
): void {
  const check = (name: string, at: string) => checkRequestReference(name, names, at, errors);
  checkSet(list, requestsMax, check, name => name, path, errors);
}

function checkDevices(devices: DeviceClaim, path: string, errors: Errors): void {
  const names = requestNamesOf(devices);
  const checkOne = (request: DeviceRequest, at: string) => checkRequest(request, at, errors);
  const { requests, constraints, config } = devices;
  checkSet(requests, requestsMax, checkOne, each => each.name, `${path}.requests`, errors);
  const checkRule = (constraint: DeviceConstraint, at: string) =>
    checkConstraint(constraint, names, at, errors);
  checkList(constraints, constraintsMax, checkRule, `${path}.constraints`, errors);
  const checkConfig = (each: DeviceClaimConfiguration, at: string) => {
    checkRequestReferences(each.requests, names, `${at}.requests`, errors);
    checkConfiguration(each, at, errors);
  };
  checkList(config, configMax, checkConfig, `${path}.config`, errors);
}

const oneText = 'exactly one of `exactly` or `firstAvailable` is required';

function checkRequest(request: DeviceRequest, path: string, errors: Errors): void {
  checkLabel(request.name ?? '', `${path}.name`, errors);
  const { exactly } = request;
  const firstAvailable = request.firstAvailable ?? [];
  if (exactly !== undefined && firstAvailable.length > 0) {
    errors.push(invalid(path, null, `${oneText}, but multiple fields are set`));
  } else if (exactly !== undefined) checkAsked(exactly, `${path}.exactly`, errors);
  else if (firstAvailable.length === 0) errors.push(required(path, oneText));
  else {
    const check = (each: DeviceSubRequest, at: string) => {
      checkLabel(each.name ?? '', `${at}.name`, errors);
      checkAsked(each, at, errors);
    };
    const at = `${path}.firstAvailable`;
    checkSet(firstAvailable, alternativesMax, check, each => each.name, at, errors);
  }
}

const modes = ['All', 'ExactCount'];

function checkAsked(
  request: ExactDeviceRequest | DeviceSubRequest,
  path: string,
  errors: Errors,
): void {
  const { deviceClassName = '', allocationMode: mode = '', count = 0 } = request;
  if (deviceClassName === '') errors.push(required(`${path}.deviceClassName`));
  else checkSubdomain(deviceClassName, `${path}.deviceClassName`, errors);
  checkDeviceSelectors(request.selectors, `${path}.selectors`, errors);
  if (mode === 'All') {
    const text = "must not be specified when allocationMode is 'All'";
    if (count !== 0) errors.push(invalid(`${path}.count`, count, text));
  } else if (mode === 'ExactCount') {
    if (count <= 0) errors.push(invalid(`${path}.count`, count, 'must be greater than zero'));
  } else errors.push(notSupported(`${path}.allocationMode`, mode, modes));
  for (const [index, toleration] of (request.tolerations ?? []).entries()) {
    checkDeviceToleration(toleration, `${path}.tolerations[${index}]`, errors);
  }
}

function checkConstraint(
  constraint: DeviceConstraint,
  names: RequestNames,
  path: string,
  errors: Errors,
): void {
  checkRequestReferences(constraint.requests, names, `${path}.requests`, errors);
  const { matchAttribute: match, distinctAttribute: distinct } = constraint;
  if (match !== undefined) checkFullAttributeName(match, `${path}.matchAttribute`, errors);
  else if (distinct !== undefined) {
    checkFullAttributeName(distinct, `${path}.distinctAttribute`, errors);
  } else {
    const text =
      'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
    errors.push(required(path, text));
  }
}
