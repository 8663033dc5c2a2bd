/** Checks of Ingresses. @upstream pkg/apis/networking/validation/validation.go validateIngress */
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressServiceBackend,
  IngressSpec,
  IngressTLS,
} from '../../../api/kinds/networking.js';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  portNameErrors,
  portNumberErrors,
  wildcardSubdomainErrors,
} from '../../../api/labels.js';
import { invalid, notSupported, required, type FieldError } from '../field-error.js';
import { checkSegment, checkSubdomain, tell, type Errors } from './checks.js';
import { checkLegacyIP, parseAddress } from './ip.js';
import { goNoItems } from './go-value.js';

const classKey = 'kubernetes.io/ingress.class';

/** What is wrong with a new Ingress. */
export function validateIngress(ingress: Ingress): readonly FieldError[] {
  const errors: Errors = [];
  const { spec = {}, metadata } = ingress;
  checkSpec(spec, {}, errors);
  const annotation = metadata.annotations?.[classKey];
  const name = spec.ingressClassName;
  if (annotation !== undefined && name !== undefined && annotation !== name) {
    const text = 'must match `ingressClassName` when both are specified';
    errors.push(invalid(`annotations.${classKey}`, annotation, text));
  }
  return errors;
}

/** What is wrong with an update of an Ingress. */
export function validateIngressUpdate(ingress: Ingress, old: Ingress): readonly FieldError[] {
  const errors: Errors = [];
  checkSpec(ingress.spec ?? {}, leniencyOf(old), errors);
  return errors;
}

/** What an update may leave wrong because it was before. */
interface Leniency {
  readonly allowsSecretName?: boolean;
  readonly allowsWildcardRule?: boolean;
}

function leniencyOf({ spec }: Ingress): Leniency {
  const isBadName = ({ secretName = '' }: IngressTLS) =>
    secretName !== '' && dns1123SubdomainErrors(secretName).length > 0;
  const isBadRule = (rule: IngressRule) => {
    if (!rule.host?.includes('*')) return false;
    const found: Errors = [];
    checkRuleValue(rule, '', found);
    return found.length > 0;
  };
  return {
    allowsSecretName: (spec?.tls ?? []).some(isBadName),
    allowsWildcardRule: (spec?.rules ?? []).some(isBadRule),
  };
}

function checkSpec(spec: IngressSpec, leniency: Leniency, errors: Errors): void {
  const { defaultBackend, tls = [], ingressClassName: name } = spec;
  const rules = spec.rules ?? [];
  if (rules.length === 0 && defaultBackend === undefined) {
    const text = 'either `defaultBackend` or `rules` must be specified';
    errors.push(invalid('spec', goNoItems(spec, 'rules'), text));
  }
  if (defaultBackend !== undefined) checkBackend(defaultBackend, 'spec.defaultBackend', errors);
  for (const [index, rule] of rules.entries()) {
    checkRule(rule, leniency, `spec.rules[${index}]`, errors);
  }
  for (const [index, entry] of tls.entries())
    checkTLS(entry, leniency, `spec.tls[${index}]`, errors);
  if (name !== undefined) checkSubdomain(name, 'spec.ingressClassName', errors);
}

function checkHost(host: string, path: string, errors: Errors): void {
  const textsOf = host.includes('*') ? wildcardSubdomainErrors : dns1123SubdomainErrors;
  tell(textsOf(host), host, path, errors);
}

function checkTLS(tls: IngressTLS, leniency: Leniency, path: string, errors: Errors): void {
  for (const [index, host] of (tls.hosts ?? []).entries()) {
    checkHost(host, `${path}.hosts[${index}]`, errors);
  }
  if (leniency.allowsSecretName === true || !tls.secretName) return;
  checkSubdomain(tls.secretName, `${path}.secretName`, errors);
}

const nameText = 'must be a DNS name, not an IP address';

function checkRule(rule: IngressRule, leniency: Leniency, path: string, errors: Errors): void {
  const { host = '' } = rule;
  if (host !== '') {
    if (parseAddress(host).isOk) errors.push(invalid(`${path}.host`, host, nameText));
    checkHost(host, `${path}.host`, errors);
  }
  if (host.includes('*') && leniency.allowsWildcardRule === true) return;
  checkRuleValue(rule, path, errors);
}

function checkRuleValue({ http }: IngressRule, path: string, errors: Errors): void {
  if (http === undefined) return;
  const paths = http.paths ?? [];
  if (paths.length === 0) errors.push(required(`${path}.http.paths`));
  for (const [index, each] of paths.entries()) {
    checkPath(each, `${path}.http.paths[${index}]`, errors);
  }
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const badParts = ['//', '/./', '/../', '%2f', '%2F'];
const badEnds = ['/..', '/.'];

function checkPath(each: HTTPIngressPath, path: string, errors: Errors): void {
  const { pathType, path: value = '' } = each;
  // A pointer that is always written is null when nothing was sent.
  if (typeof pathType !== 'string') {
    errors.push(required(`${path}.pathType`, 'pathType must be specified'));
    return;
  }
  const isExact = pathType === 'Exact' || pathType === 'Prefix';
  if (!pathTypes.includes(pathType)) {
    errors.push(notSupported(`${path}.pathType`, pathType, pathTypes));
  } else if (!value.startsWith('/') && (isExact || value !== '')) {
    errors.push(invalid(`${path}.path`, value, 'must be an absolute path'));
  }
  if (isExact) {
    for (const part of badParts) {
      if (!value.includes(part)) continue;
      errors.push(invalid(`${path}.path`, value, `must not contain '${part}'`));
    }
    for (const end of badEnds) {
      if (!value.endsWith(end)) continue;
      errors.push(invalid(`${path}.path`, value, `cannot end with '${end}'`));
    }
  }
  checkBackend(each.backend, `${path}.backend`, errors);
}

function checkBackend({ resource, service }: IngressBackend, path: string, errors: Errors): void {
  if (resource !== undefined && service !== undefined) {
    errors.push(invalid(path, '', 'cannot set both resource and service backends'));
  } else if (resource !== undefined) checkReference(resource, `${path}.resource`, errors);
  else if (service !== undefined) checkService(service, path, errors);
  else errors.push(invalid(path, '', 'resource or service backend is required'));
}

function checkService(
  { name, port = {} }: IngressServiceBackend,
  path: string,
  errors: Errors,
): void {
  if (!name) errors.push(required(`${path}.service.name`));
  else tell(dns1123LabelErrors(name), name, `${path}.service.name`, errors);
  const { name: portName = '', number = 0 } = port;
  if (portName !== '' && number !== 0) {
    errors.push(invalid(path, '', 'cannot set both port name & port number'));
  } else if (portName !== '') {
    tell(portNameErrors(portName), portName, `${path}.service.port.name`, errors);
  } else if (number !== 0) {
    tell(portNumberErrors(number), number, `${path}.service.port.number`, errors);
  } else errors.push(required(path, 'port name or number is required'));
}

/** A reference to an object of some kind by its name. */
export function checkReference(
  reference: { readonly apiGroup?: string; readonly kind: string; readonly name: string },
  path: string,
  errors: Errors,
): void {
  const { apiGroup, kind, name } = reference;
  if (apiGroup !== undefined && apiGroup !== null) {
    checkSubdomain(apiGroup, `${path}.apiGroup`, errors);
  }
  checkSegment(kind, `${path}.kind`, errors);
  checkSegment(name, `${path}.name`, errors);
}

/** What is wrong with an update of an Ingress's status. */
export function validateIngressStatus(ingress: Ingress, old: Ingress): readonly FieldError[] {
  const errors: Errors = [];
  const known = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  for (const [index, point] of (ingress.status?.loadBalancer?.ingress ?? []).entries()) {
    const path = `status.loadBalancer.ingress[${index}]`;
    const { ip = '', hostname = '' } = point;
    if (ip !== '') checkLegacyIP(ip, `${path}.ip`, errors, known);
    if (hostname === '') continue;
    checkSubdomain(hostname, `${path}.hostname`, errors);
    if (parseAddress(hostname).isOk) errors.push(invalid(`${path}.hostname`, hostname, nameText));
  }
  return errors;
}
