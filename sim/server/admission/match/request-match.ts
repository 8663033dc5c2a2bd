/**
 * Whether a request is one that a webhook or a policy wants to see, and as which version.
 * @upstream apiserver/pkg/admission/plugin/webhook/predicates, plugin/policy/matching/matching.go
 */
import type { RuleWithOperations } from '../../../api/kinds/admissionregistration.js';
import { namespaces } from '../../../api/kinds/core.js';
import type { LabelSelector } from '../../../api/kinds/meta.js';
import type { Kind, KubeObject } from '../../../api/object.js';
import { selectorOf } from '../../../api/selectors.js';
import { notFound, type Failure } from '../../../api/status.js';
import type { ServerAccess } from '../../access.js';
import { isKind } from '../shared/matching.js';
import type { AdmissionAttributes } from '../plugin.js';

/** What is to be matched. */
export interface Criteria {
  readonly rules: readonly (RuleWithOperations & { readonly resourceNames?: readonly string[] })[];
  readonly excludedRules?: Criteria['rules'];
  readonly matchPolicy?: string | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly objectSelector?: LabelSelector | undefined;
}

/** The version that the webhook or policy gets to see. */
export interface Match {
  readonly resource: Kind;
  readonly kind: AdmissionAttributes['kind'];
}

/** The match, a refusal (the namespace is missing), or undefined: not concerned. */
export function matchRequest(
  criteria: Criteria,
  attributes: AdmissionAttributes,
  access: ServerAccess,
): Match | Failure | undefined {
  const { excludedRules = [] } = criteria;
  if (excludedRules.length > 0 && matchRules(excludedRules, criteria, attributes, access)) {
    return undefined;
  }
  const match =
    criteria.rules.length === 0
      ? { resource: attributes.resource, kind: attributes.kind }
      : matchRules(criteria.rules, criteria, attributes, access);
  if (match === undefined || !objectsMatch(criteria.objectSelector, attributes)) return undefined;
  const isIn = namespaceMatches(criteria.namespaceSelector, attributes, access);
  if (typeof isIn !== 'boolean') return isIn;
  return isIn ? match : undefined;
}

function matchRules(
  rules: Criteria['rules'],
  { matchPolicy }: Criteria,
  attributes: AdmissionAttributes,
  access: ServerAccess,
): Match | undefined {
  const { resource, kind } = attributes;
  // Most requests are of a group that no rule is about.
  if (!rules.some(({ apiGroups }) => holds(apiGroups, resource.group))) return undefined;
  if (rules.some(rule => ruleMatches(rule, attributes, resource))) return { resource, kind };
  if (matchPolicy === 'Exact') return undefined;
  const near = rules.filter(rule => mayMatch(rule, resource));
  if (near.length === 0) return undefined;
  const others = equivalentsOf(resource, access);
  for (const rule of near) {
    for (const other of others) {
      if (!ruleMatches(rule, attributes, other)) continue;
      return { resource: other, kind: attributes.subresource === '' ? other : kind };
    }
  }
  return undefined;
}

/** Whether the rule is about the resource in some version: most are not, and the search is spared. */
function mayMatch({ apiGroups, resources = [] }: Criteria['rules'][number], resource: Kind) {
  if (!holds(apiGroups, resource.group)) return false;
  return resources.some(wanted => wanted.startsWith('*') || wanted.startsWith(resource.resource));
}

function holds(values: readonly string[] | undefined, value: string): boolean {
  return values !== undefined && (values.includes('*') || values.includes(value));
}

/** Other versions in which the same stored objects are served. */
function equivalentsOf(resource: Kind, access: ServerAccess): readonly Kind[] {
  return access.kinds().filter(kind => isKind(kind, resource) && kind.version !== resource.version);
}

function ruleMatches(
  rule: Criteria['rules'][number],
  attributes: AdmissionAttributes,
  resource: Kind,
): boolean {
  const { operations, apiGroups, apiVersions, resources = [], resourceNames = [], scope } = rule;
  if (!holds(apiGroups, resource.group) || !holds(apiVersions, resource.version)) return false;
  if (!holds(operations, attributes.operation) || !scopeMatches(scope, attributes)) return false;
  if (resourceNames.length > 0 && !resourceNames.includes(attributes.name)) return false;
  return resources.some(wanted => isNamed(wanted, resource.resource, attributes.subresource));
}

/** Whether a rule's `pods`, `pods/*`, `pods/status` names a resource, or one of its parts. */
export function isNamed(wanted: string, resource: string, subresource: string): boolean {
  const [name = '', part = ''] = wanted.split('/', 2);
  if (name !== '*' && name !== resource) return false;
  return part === '*' || part === subresource;
}

/** Namespaces themselves are of the cluster. */
function scopeMatches(scope: string | undefined, attributes: AdmissionAttributes): boolean {
  if (scope === undefined || scope === '*') return true;
  const isOfCluster = attributes.namespace === '' || isKind(attributes.resource, namespaces);
  return isOfCluster === (scope === 'Cluster');
}

function isEmpty(selector: LabelSelector | undefined): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function labelsOf(object: KubeObject | undefined) {
  return object?.metadata.labels ?? {};
}

function objectsMatch(
  selector: LabelSelector | undefined,
  { object, oldObject }: AdmissionAttributes,
): boolean {
  return isEmpty(selector) || isSelected(selector, object) || isSelected(selector, oldObject);
}

/** Whether the labels of an object are what an objectSelector asks for. None asks for nothing. */
export function isSelected(
  selector: LabelSelector | undefined,
  object: KubeObject | undefined,
): boolean {
  if (object === undefined) return false;
  return isEmpty(selector) || selectorOf(selector).matches(labelsOf(object));
}

function namespaceMatches(
  selector: LabelSelector | undefined,
  attributes: AdmissionAttributes,
  access: ServerAccess,
): boolean | Failure {
  if (isEmpty(selector)) return true;
  const { namespace, resource, object, operation } = attributes;
  if (namespace === '') return true;
  const isWritten = isKind(resource, namespaces) && operation !== 'DELETE' && object !== undefined;
  const stored = isWritten ? object : access.get(namespaces, '', namespace);
  if (stored === undefined) return notFound(namespaces, namespace);
  return selectorOf(selector).matches(labelsOf(stored));
}

const configurations = new Set([
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);

/** The configurations of admission themselves are never subject to it, lest nobody could undo them. */
export function isAdmissionConfiguration({ group, resource }: Kind): boolean {
  return group === 'admissionregistration.k8s.io' && configurations.has(resource);
}

/** Reviews are not stored; policies leave them alone. */
export function isReview({ group }: Kind): boolean {
  return group === 'authentication.k8s.io' || group === 'authorization.k8s.io';
}
