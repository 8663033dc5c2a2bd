/** Checks of requests and limits. @upstream pkg/apis/core/validation/validation.go validateResourceRequirements */
import { compareText } from '../../../api/go-text.js';
import type { ResourceClaim, ResourceRequirements } from '../../../api/kinds/core.js';
import type { Quantity } from '../../../api/quantity.js';
import { duplicate, forbidden, invalid, required, type FieldError } from '../field-error.js';
import { amount, checkLabel, negativeText, type Errors } from './checks.js';
import {
  allowsOvercommit,
  checkContainerResourceName,
  isHugePages,
  isIntegerResource,
} from './resource-names.js';

type CheckName = (name: string, path: string, errors: Errors) => void;

/** Requests and limits of a container, or by other names of a pod. */
export function checkRequirements(
  resources: ResourceRequirements | undefined,
  claims: ReadonlySet<string>,
  path: string,
  errors: Errors,
  checkName: CheckName = checkContainerResourceName,
): void {
  if (resources === undefined || soundRequirements.get(resources) === checkName) return;
  const errorsBefore = errors.length;
  const { limits, requests } = resources;
  for (const name in limits) {
    checkAmount(name, limits[name], `${path}.limits[${name}]`, checkName, errors);
  }
  for (const name in requests) {
    const at = `${path}.requests[${name}]`;
    const request = amount(requests[name]);
    checkName(name, at, errors);
    checkQuantityValue(name, request, at, errors);
    checkAgainstLimit(name, request, limits?.[name], path, errors);
    checkHugePageValue(name, request, at, errors);
  }
  checkHugePagesNeed(resources, path, errors);
  if (resources.claims !== undefined) {
    checkClaimNames(resources.claims, claims, `${path}.claims`, errors);
  } else if (errors.length === errorsBefore) soundRequirements.set(resources, checkName);
}

/** Requirements that were found sound, and by which names: pods of one template share theirs. */
const soundRequirements = new WeakMap<ResourceRequirements, CheckName>();

function checkAmount(
  name: string,
  text: string | undefined,
  path: string,
  checkName: CheckName,
  errors: Errors,
): void {
  const quantity = amount(text);
  checkName(name, path, errors);
  checkQuantityValue(name, quantity, path, errors);
  checkHugePageValue(name, quantity, path, errors);
}

/** An amount is not negative, and whole where only whole ones make sense. */
export function checkQuantityValue(
  name: string,
  quantity: Quantity,
  path: string,
  errors: Errors,
): void {
  if (quantity.sign() < 0) errors.push(invalid(path, quantity.toString(), negativeText));
  if (name === 'cpu' || name === 'memory' || !isIntegerResource(name)) return;
  if (quantity.milliValue() % 1000 !== 0) {
    errors.push(invalid(path, quantity.toString(), 'must be an integer'));
  }
}

function checkAgainstLimit(
  name: string,
  request: Quantity,
  limitText: string | undefined,
  path: string,
  errors: Errors,
): void {
  const isFlexible = allowsOvercommit(name);
  if (limitText === undefined) {
    if (isFlexible) return;
    const text = 'Limit must be set for non overcommitable resources';
    errors.push(required(`${path}.limits`, text));
    return;
  }
  const limit = amount(limitText);
  const order = request.compare(limit);
  if (order === 0 || (isFlexible && order < 0)) return;
  const bound = isFlexible ? 'less than or equal to' : 'equal to';
  const text = `must be ${bound} ${name} limit of ${limit.toString()}`;
  errors.push(invalid(`${path}.requests`, request.toString(), text));
}

function checkHugePageValue(name: string, quantity: Quantity, path: string, errors: Errors): void {
  if (!isHugePages(name)) return;
  const size = amount(name.slice('hugepages-'.length)).value();
  if (size > 0 && quantity.value() % size === 0) return;
  const text = `${quantity.toString()} is not positive integer multiple of ${name}`;
  errors.push(invalid(path, quantity.toString(), text));
}

function checkHugePagesNeed(
  { limits, requests }: ResourceRequirements,
  path: string,
  errors: Errors,
): void {
  let hasHugePages = false;
  for (const list of [limits, requests]) {
    for (const name in list) {
      if (name === 'cpu' || name === 'memory') return;
      hasHugePages ||= isHugePages(name);
    }
  }
  if (hasHugePages) errors.push(forbidden(path, 'HugePages require cpu or memory'));
}

function checkClaimNames(
  claims: readonly ResourceClaim[],
  known: ReadonlySet<string>,
  path: string,
  errors: Errors,
): void {
  const names = new Set<string>();
  for (const [index, claim] of claims.entries()) {
    const at = `${path}[${index}]`;
    const { name = '', request = '' } = claim;
    if (name === '') {
      errors.push(required(at));
      continue;
    }
    checkClaimOnce(name, request, names, at, errors);
    if (!known.has(name)) errors.push(unknownClaim(name, known, at));
  }
}

function checkClaimOnce(
  name: string,
  request: string,
  names: Set<string>,
  path: string,
  errors: Errors,
): void {
  if (names.has(name)) {
    errors.push(duplicate(path, name));
    return;
  }
  if (request !== '') checkLabel(request, `${path}.request`, errors);
  const key = request === '' ? name : `${name}/${request}`;
  if (names.has(key)) errors.push(duplicate(path, key));
  else if (request === '') {
    for (const other of names) {
      if (other.startsWith(`${name}/`)) errors.push(duplicate(path, name));
    }
  }
  names.add(key);
}

function unknownClaim(name: string, known: ReadonlySet<string>, path: string): FieldError {
  const list = [...known].sort(compareText).join(', ');
  const rest = known.size === 0 ? ' which is empty' : `: ${list}`;
  const text = `must be one of the names in pod.spec.resourceClaims${rest}`;
  return { type: 'NotFound', path, text: `Not found: "${name}": ${text}` };
}
