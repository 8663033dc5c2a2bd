/** Checks of IngressClasses. @upstream pkg/apis/networking/validation/validation.go ValidateIngressClass */
import type { IngressClass, IngressClassSpec } from '../../../api/kinds/networking.js';
import { byteLength } from '../../../api/go-text.js';
import { forbidden, notSupported, required, tooLong, type FieldError } from '../field-error.js';
import { checkImmutable, checkLabel, type Errors } from './checks.js';
import { checkReference } from './ingress.js';
import { checkDomainPath } from './paths.js';

const controllerMax = 250;
const scopes = ['Cluster', 'Namespace'];

/** What is wrong with an IngressClass. */
export function validateIngressClass({ spec = {} }: IngressClass): readonly FieldError[] {
  const errors: Errors = [];
  const { controller = '', parameters } = spec;
  if (byteLength(controller) > controllerMax) {
    errors.push(tooLong('spec.controller', controllerMax));
  }
  checkDomainPath(controller, 'spec.controller', errors);
  if (parameters !== undefined) checkParameters(parameters, 'spec.parameters', errors);
  return errors;
}

/** What is wrong with an update of an IngressClass. */
export function validateIngressClassUpdate(
  ingressClass: IngressClass,
  old: IngressClass,
): readonly FieldError[] {
  const errors: Errors = [];
  const [now, before] = [ingressClass.spec?.controller, old.spec?.controller];
  checkImmutable(now ?? '', before ?? '', 'spec.controller', errors);
  return [...errors, ...validateIngressClass(ingressClass)];
}

function checkParameters(
  parameters: NonNullable<IngressClassSpec['parameters']>,
  path: string,
  errors: Errors,
): void {
  checkReference(parameters, path, errors);
  const { scope, namespace } = parameters;
  if (scope === undefined) errors.push(required(`${path}.scope`));
  else if (!scopes.includes(scope)) errors.push(notSupported(`${path}.scope`, scope, scopes));
  else if (scope === 'Namespace') {
    if (namespace !== undefined) checkLabel(namespace, `${path}.namespace`, errors);
    else errors.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
  } else if (namespace !== undefined) {
    errors.push(forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  }
}
