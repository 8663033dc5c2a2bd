/** Checks of what a pod asks for as a whole. @upstream pkg/apis/core/validation/validation.go validatePodResources */
import { wasSentEmpty } from '../../../api/go-struct.js';
import type { PodSpec } from '../../../api/kinds/core.js';
import { containerLimits, containerRequests } from '../pod-totals.js';
import { forbidden, invalid } from '../field-error.js';
import { amount, type Errors } from './checks.js';
import { checkPodResourceName, isHugePages } from './resource-names.js';
import { checkRequirements } from './resource-requirements.js';

/** Pod-level resources bound those of the containers. */
export function checkPodResources(
  spec: PodSpec,
  claims: ReadonlySet<string>,
  path: string,
  errors: Errors,
): void {
  const resources = spec.resources;
  if (resources === undefined) return;
  const at = `${path}.resources`;
  if (spec.os?.name === 'windows') {
    errors.push(forbidden(at, 'may not be set for a windows pod'));
    return;
  }
  if (resources.claims !== undefined || wasSentEmpty(resources, 'claims')) {
    const text = 'claims may not be set for Resources at pod-level';
    errors.push(forbidden(`${at}.claims`, text));
  }
  checkRequirements(resources, claims, at, errors, checkPodResourceName);
  checkRequests(spec, at, errors);
  checkHugePageLimits(spec, at, errors);
  checkContainerLimits(spec, at, errors);
}

function checkRequests(spec: PodSpec, path: string, errors: Errors): void {
  for (const [name, sum] of containerRequests(spec)) {
    const text = spec.resources?.requests?.[name];
    if (text === undefined || sum.compare(amount(text)) <= 0) continue;
    const bound = `must be greater than or equal to aggregate container requests of ${sum}`;
    errors.push(invalid(`${path}.requests[${name}]`, amount(text).toString(), bound));
  }
}

function checkHugePageLimits(spec: PodSpec, path: string, errors: Errors): void {
  for (const [name, sum] of containerLimits(spec)) {
    const text = spec.resources?.limits?.[name];
    if (!isHugePages(name) || text === undefined || sum.compare(amount(text)) <= 0) continue;
    const bound = `must be greater than or equal to aggregate container limits of ${sum}`;
    errors.push(invalid(`${path}.limits[${name}]`, amount(text).toString(), bound));
  }
}

function checkContainerLimits(spec: PodSpec, path: string, errors: Errors): void {
  for (const [index, container] of (spec.containers ?? []).entries()) {
    const limits = container.resources?.limits;
    for (const name in limits) {
      const text = spec.resources?.limits?.[name];
      const limit = amount(limits[name]);
      if (text === undefined || limit.compare(amount(text)) <= 0) continue;
      const at = `${path}.containers[${index}][${name}].limits`;
      const bound = `must be less than or equal to pod limits of ${amount(text)}`;
      errors.push(invalid(at, limit.toString(), bound));
    }
  }
}
