/**
 * Enforces, audits and warns about the pod security levels that namespaces choose by labels.
 * @upstream staging/src/k8s.io/pod-security-admission/admission/admission.go
 */
import { namespaces, pods, type Namespace } from '../../api/kinds/core.js';
import { invalid } from '../../api/status.js';
import { isKind } from './shared/matching.js';
import { forbid, objectOf, oldObjectOf, refuse } from './shared/outcome.js';
import type {
  AdmissionAttributes,
  AdmissionContext,
  AdmissionOutcome,
  AdmissionPlugin,
} from './plugin.js';
import { detailText, evaluate } from './pod-security/evaluate.js';
import { namespaceWarnings } from './pod-security/namespace-pods.js';
import {
  compareLevels,
  isFullyPrivileged,
  levelText,
  policyOf,
  type LevelVersion,
  type PodSecurityPolicy,
} from './pod-security/policy.js';
import { isSignificantUpdate, podPartOf, type PodPart } from './pod-security/pod-part.js';
import { printedError, type FieldError } from '../../api/field-error.js';
import { deepEqual } from '../../api/equality.js';

const prefix = 'pod-security.kubernetes.io/';
const podSubresources = ['', 'ephemeralcontainers', 'resize'];

/** The plug-in PodSecurity. */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  handles: (operation, resource, subresource) => {
    if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
    if (isKind(resource, pods)) return podSubresources.includes(subresource);
    if (subresource !== '') return false;
    return isKind(resource, namespaces) || podPartOf(resource) !== undefined;
  },
  validate(attributes, context) {
    const { resource } = attributes;
    if (isKind(resource, namespaces)) return validateNamespace(attributes, context);
    return validatePod(attributes, context, { isPod: isKind(resource, pods) });
  },
};

function validateNamespace(
  attributes: AdmissionAttributes,
  { access, request }: AdmissionContext,
): AdmissionOutcome {
  const namespace = objectOf<Namespace>(attributes);
  const { policy, errors } = policyOf(namespace.metadata.labels);
  const name = namespace.metadata.name ?? '';
  if (attributes.operation === 'CREATE') {
    return errors.length > 0 ? refuse(invalid(attributes.kind, name, errors)) : undefined;
  }
  const old = policyOf(oldObjectOf<Namespace>(attributes).metadata.labels);
  if (errors.length > 0 && !deepEqual(errors, old.errors)) {
    return refuse(invalid(attributes.kind, name, errors));
  }
  if (isStricter(policy.enforce, old.policy.enforce)) {
    const warnings = namespaceWarnings(access.list(pods, name), name, policy.enforce);
    for (const warning of warnings) request.warn(warning);
  }
  return undefined;
}

function isStricter(enforce: LevelVersion, old: LevelVersion): boolean {
  if (enforce.level === 'privileged' || deepEqual(enforce, old)) return false;
  return enforce.version !== old.version || compareLevels(enforce.level, old.level) > 0;
}

function validatePod(
  attributes: AdmissionAttributes,
  context: AdmissionContext,
  { isPod }: { readonly isPod: boolean },
): AdmissionOutcome {
  const { access, request } = context;
  const labels = access.get(namespaces, '', attributes.namespace)?.metadata.labels;
  const { policy, errors } = policyOf(labels);
  if (errors.length === 0 && isPod && isFullyPrivileged(policy)) {
    request.annotate(`${prefix}enforce-policy`, levelText(policy.enforce));
    return undefined;
  }
  const isSilent = policy.warn.level === 'privileged' && policy.audit.level === 'privileged';
  if (errors.length === 0 && !isPod && isSilent) return undefined;
  const part = podPartOf(attributes.resource)?.(attributes.object);
  if (part === undefined) return undefined;
  if (isPod && attributes.operation === 'UPDATE' && attributes.oldObject !== undefined) {
    const old = podPartOf(attributes.resource)?.(attributes.oldObject);
    if (old !== undefined && !isSignificantUpdate(part.spec, old.spec)) return undefined;
  }
  if (errors.length > 0) request.annotate(`${prefix}error`, errorText(errors));
  return evaluated(attributes, context, { policy, part, isPod });
}

function errorText(errors: readonly FieldError[]): string {
  const texts = errors.map(printedError);
  return `Failed to parse policy: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`;
}

/** Warnings are not given with a refusal; what is only audited is, too. */
function evaluated(
  attributes: AdmissionAttributes,
  { request }: AdmissionContext,
  asked: {
    readonly policy: PodSecurityPolicy;
    readonly part: PodPart;
    readonly isPod: boolean;
  },
): AdmissionOutcome {
  const { policy, part, isPod } = asked;
  const known = new Map<string, string>();
  // `violates PodSecurity "restricted:latest": ...` refuses, `would violate PodSecurity ...` warns.
  const violations = (level: LevelVersion) => {
    const key = levelText(level);
    let text = known.get(key);
    if (text === undefined) {
      text = detailText(evaluate(level, part.metadata, part.spec));
      known.set(key, text);
    }
    return text === '' ? '' : `PodSecurity "${key}": ${text}`;
  };
  const enforced = isPod ? violations(policy.enforce) : '';
  if (isPod) request.annotate(`${prefix}enforce-policy`, levelText(policy.enforce));
  const audited = violations(policy.audit);
  if (audited !== '') request.annotate(`${prefix}audit-violations`, `would violate ${audited}`);
  if (enforced !== '') return forbid(attributes, `violates ${enforced}`);
  const warned = violations(policy.warn);
  if (warned !== '') request.warn(`would violate ${warned}`);
  return undefined;
}
