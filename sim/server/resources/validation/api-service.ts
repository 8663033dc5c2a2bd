/** Checks of APIServices. @upstream staging/src/k8s.io/kube-aggregator/pkg/apis/apiregistration/validation */
import type { APIService } from '../../../api/kinds/apiregistration.js';
import { dns1035LabelErrors, pathSegmentErrors, portNumberErrors } from '../../../api/labels.js';
import { base64Size } from '../defaults/base64.js';
import { invalid, notSupported, required, type FieldError } from '../field-error.js';
import { checkSubdomain, tell, type Errors } from './checks.js';

const groupMax = 20000;
const versionMax = 1000;

/** What is wrong with an APIService. */
export function validateAPIService({ metadata, spec }: APIService): readonly FieldError[] {
  const errors: Errors = [];
  const { group = '', version = '' } = spec ?? {};
  const wanted = `${version}.${group}`;
  for (const field of ['generateName', 'name'] as const) {
    const { [field]: name = '' } = metadata;
    if (name === '' || pathSegmentErrors(name).length > 0 || name === wanted) continue;
    const text = `must be \`spec.version+"."+spec.group\`: "${wanted}"`;
    errors.push(invalid(`metadata.${field}`, name, text));
  }
  if (group === '' && version !== 'v1') {
    const text = 'only v1 may have an empty group and it better be legacy kube';
    errors.push(required('spec.group', text));
  }
  if (group !== '') checkSubdomain(group, 'spec.group', errors);
  tell(dns1035LabelErrors(version), version, 'spec.version', errors);
  const { groupPriorityMinimum: minimum = 0, versionPriority: priority = 0 } = spec ?? {};
  if (minimum <= 0 || minimum > groupMax) {
    const text = `must be positive and less than ${groupMax}`;
    errors.push(invalid('spec.groupPriorityMinimum', minimum, text));
  }
  if (priority <= 0 || priority > versionMax) {
    const text = `must be positive and less than ${versionMax}`;
    errors.push(invalid('spec.versionPriority', priority, text));
  }
  checkService(spec, errors);
  return errors;
}

function checkService(spec: APIService['spec'], errors: Errors): void {
  const { service, caBundle = '', insecureSkipTLSVerify: isInsecure = false } = spec ?? {};
  const path = 'spec.insecureSkipTLSVerify';
  const bytes = base64Size(caBundle ?? '');
  if (!service) {
    const text = 'local APIServices may not have';
    if (bytes > 0) errors.push(invalid('spec.caBundle', `${bytes} bytes`, `${text} a caBundle`));
    if (isInsecure) errors.push(invalid(path, true, `${text} insecureSkipTLSVerify`));
    return;
  }
  if (!service.namespace) errors.push(required('spec.service.namespace'));
  if (!service.name) errors.push(required('spec.service.name'));
  const { port = 0 } = service;
  const texts = portNumberErrors(port);
  if (texts.length > 0) {
    errors.push(invalid('spec.service.port', port, `port is not valid: ${texts.join(', ')}`));
  }
  if (isInsecure && bytes > 0) {
    errors.push(invalid(path, true, 'may not be true if caBundle is present'));
  }
}

const statuses = ['True', 'False', 'Unknown'];

/** What is wrong with an update of an APIService's status. */
export function validateAPIServiceStatus({ status }: APIService): readonly FieldError[] {
  const errors: Errors = [];
  for (const [index, condition] of (status?.conditions ?? []).entries()) {
    if (statuses.includes(condition.status)) continue;
    const path = `status.conditions[${index}].status`;
    errors.push(notSupported(path, condition.status, statuses));
  }
  return errors;
}
