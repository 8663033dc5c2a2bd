/**
 * The reviews of access: answered as they are posted, never stored.
 * @upstream pkg/registry/authorization
 */
import { invalid, type FieldError } from '../../api/field-error.js';
import {
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  type SelfSubjectRulesReview,
  type SubjectAccessReviewSpec,
} from '../../api/kinds/authorization.js';
import type { KubeObject } from '../../api/object.js';
import { badRequest, invalid as invalidObject, type Failure } from '../../api/status.js';
import type { User } from '../user.js';
import type { VirtualContext, VirtualResource } from '../virtual-resource.js';
import {
  attributesOf,
  printedAttributes,
  selectorErrors,
  validateSelectors,
  validateSpec,
  type ReviewSpec,
} from './review-attributes.js';

type Review = { readonly object: KubeObject } | { readonly refusal: Failure };

/** The resources that only know how to be created. */
export const virtualResources: readonly VirtualResource[] = [
  { kind: subjectAccessReviews, create: reviewSubject },
  { kind: localSubjectAccessReviews, create: reviewLocalSubject },
  { kind: selfSubjectAccessReviews, create: reviewSelf },
  { kind: selfSubjectRulesReviews, create: reviewRules },
];

function reviewSubject(object: KubeObject, context: VirtualContext): Review {
  const spec = subjectSpec(object);
  const errors = [...validateSubject(spec), ...validateMetadata(object, { isLocal: false })];
  return errors.length > 0 ? refused(errors) : decided(object, spec, userOf(spec), context);
}

function reviewLocalSubject(object: KubeObject, context: VirtualContext): Review {
  const spec = subjectSpec(object);
  const errors = [...validateSubject(spec), ...validateMetadata(object, { isLocal: true })];
  const { resourceAttributes, nonResourceAttributes } = spec;
  const { namespace } = object.metadata;
  if (resourceAttributes !== undefined && (resourceAttributes.namespace ?? '') !== namespace) {
    const asked = resourceAttributes.namespace ?? '';
    const path = 'spec.resourceAttributes.namespace';
    errors.push(invalid(path, asked, 'must match metadata.namespace'));
  }
  if (nonResourceAttributes !== undefined) {
    const value = printedAttributes(nonResourceAttributes);
    const text = 'disallowed on this kind of request';
    errors.push(invalid('spec.nonResourceAttributes', value, text));
  }
  return errors.length > 0 ? refused(errors) : decided(object, spec, userOf(spec), context);
}

function reviewSelf(object: KubeObject, context: VirtualContext): Review {
  const spec = (object['spec'] ?? {}) as ReviewSpec;
  const errors = [
    ...validateSpec(spec),
    ...validateSelectors(spec),
    ...validateMetadata(object, { isLocal: false }),
  ];
  return errors.length > 0 ? refused(errors) : decided(object, spec, context.request.user, context);
}

function reviewRules(object: KubeObject, context: VirtualContext): Review {
  const { spec } = object as unknown as SelfSubjectRulesReview;
  if (!spec?.namespace) return { refusal: badRequest('no namespace on request') };
  const status = context.authorizer.rulesFor(context.request.user, spec.namespace);
  const { apiVersion, kind } = object;
  const review = { apiVersion, kind, metadata: {}, spec: {}, status };
  return { object: review as unknown as KubeObject };
}

function subjectSpec(object: KubeObject): SubjectAccessReviewSpec {
  return (object['spec'] ?? {}) as SubjectAccessReviewSpec;
}

function userOf(spec: SubjectAccessReviewSpec): User {
  const { user = '', groups = [], uid, extra } = spec;
  return { name: user, groups, ...(uid && { uid }), ...(extra && { extra }) };
}

function validateSubject(spec: SubjectAccessReviewSpec): FieldError[] {
  const errors = [...validateSpec(spec)];
  if (!spec.user && (spec.groups ?? []).length === 0) {
    errors.push(invalid('spec.user', '', 'at least one of user or group must be specified'));
  }
  return [...errors, ...validateSelectors(spec)];
}

function validateMetadata(object: KubeObject, { isLocal }: { readonly isLocal: boolean }) {
  const allowed = isLocal ? ['managedFields', 'namespace'] : ['managedFields'];
  const isBad = Object.entries(object.metadata).some(
    ([key, value]) => value !== undefined && !allowed.includes(key),
  );
  const text = isLocal ? 'must be empty except for namespace' : 'must be empty';
  return isBad ? [invalid('metadata', object.metadata, text)] : [];
}

/** The kind is missing in the text because upstream asks the internal object for it. */
function refused(errors: readonly FieldError[]): Review {
  return { refusal: invalidObject({ group: subjectAccessReviews.group, kind: '' }, '', errors) };
}

function decided(
  object: KubeObject,
  spec: ReviewSpec,
  user: User,
  context: VirtualContext,
): Review {
  const { decision, reason, error } = context.authorizer.authorize(attributesOf(spec, user));
  const errors = [error ?? '', selectorErrors(spec)].filter(text => text !== '');
  const status = {
    allowed: decision === 'allow',
    ...(decision === 'deny' && { denied: true }),
    ...(reason !== '' && { reason }),
    ...(errors.length > 0 && { evaluationError: errors.join('; ') }),
  };
  return { object: { ...object, status } };
}
