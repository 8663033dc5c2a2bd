/**
 * What an access review asks, as an authorizer is asked it; and how its spec is checked.
 * @upstream pkg/registry/authorization/util/helpers.go, pkg/apis/authorization/validation
 */
import { forbidden, invalid, required, type FieldError } from '../../api/field-error.js';
import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  NonResourceAttributes,
  ResourceAttributes,
} from '../../api/kinds/authorization.js';
import { parseFieldSelector } from '../../api/field-selectors.js';
import { parseSelector } from '../../api/selectors.js';
import type { User } from '../user.js';
import type { AuthorizationAttributes } from './authorizer.js';

/** The part of a spec that all access reviews have. */
export interface ReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

/** The question of a review about the user. */
export function attributesOf(spec: ReviewSpec, user: User): AuthorizationAttributes {
  const asked = spec.resourceAttributes;
  return {
    user,
    isResourceRequest: asked !== undefined,
    verb: (asked ?? spec.nonResourceAttributes)?.verb ?? '',
    group: asked?.group ?? '',
    version: asked?.version ? asked.version : '*',
    resource: asked?.resource ?? '',
    subresource: asked?.subresource ?? '',
    namespace: asked?.namespace ?? '',
    name: asked?.name ?? '',
    path: spec.nonResourceAttributes?.path ?? '',
    ...(asked?.fieldSelector && { fieldSelector: fieldSelectorText(asked.fieldSelector) }),
  };
}

/** Exactly one kind of attributes, and selectors in one form. */
export function validateSpec(spec: ReviewSpec): readonly FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = spec;
  const errors: FieldError[] = [];
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const path = 'spec.nonResourceAttributes';
    const text = 'cannot be specified in combination with resourceAttributes';
    errors.push(invalid(path, printedAttributes(nonResourceAttributes), text));
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const one = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalid('spec.resourceAttributes', null, one));
  }
  return errors;
}

/** The checks of selectors come after those of the users. */
export function validateSelectors(spec: ReviewSpec): readonly FieldError[] {
  const { fieldSelector, labelSelector } = spec.resourceAttributes ?? {};
  const path = 'spec.resourceAttributes';
  return [
    ...validateSelector(fieldSelector, `${path}.fieldSelector`),
    ...validateSelector(labelSelector, `${path}.labelSelector`),
  ];
}

/** A value in the names of the internal type. */
export function printedAttributes(attributes: NonResourceAttributes) {
  return { Path: attributes.path ?? '', Verb: attributes.verb ?? '' };
}

type Selector = FieldSelectorAttributes | LabelSelectorAttributes;

function validateSelector(selector: Selector | undefined, path: string): readonly FieldError[] {
  if (selector === undefined) return [];
  const { rawSelector = '', requirements = [] } = selector;
  const errors: FieldError[] = [];
  if (rawSelector !== '' && requirements.length > 0) {
    const text = 'may not specified at the same time as requirements';
    errors.push(invalid(`${path}.rawSelector`, rawSelector, text));
  }
  if (rawSelector === '' && requirements.length === 0) {
    const text = `when ${path} is specified, requirements or rawSelector is required`;
    errors.push(required(`${path}.requirements`, text));
  }
  requirements.forEach(({ key, operator, values = [] }, index) => {
    const at = `${path}.requirements[${index}]`;
    if (key === '') errors.push(required(`${at}.key`, 'must be specified'));
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
      const text = "must be specified when `operator` is 'In' or 'NotIn'";
      errors.push(required(`${at}.values`, text));
    }
    if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
      const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push(forbidden(`${at}.values`, text));
    }
  });
  return errors;
}

/** What of the selectors could not be understood, as the status tells it; '' when all was. */
export function selectorErrors(spec: ReviewSpec): string {
  const { fieldSelector, labelSelector } = spec.resourceAttributes ?? {};
  const errors: string[] = [];
  const add = (name: string, understood: number) => {
    const ignored = understood > 0 ? 'partially ignored' : 'ignored';
    errors.push(`spec.resourceAttributes.${name} ${ignored} due to parse error`);
  };
  if (fieldSelector !== undefined) {
    const terms = (fieldSelector.requirements ?? []).map(fieldTerm);
    const isRawBad = !isFieldSelector(fieldSelector.rawSelector ?? '');
    if (isRawBad || terms.includes(undefined)) {
      add('fieldSelector', terms.filter(term => term !== undefined).length);
    }
  }
  if (labelSelector !== undefined) {
    const requirements = labelSelector.requirements ?? [];
    const known = requirements.filter(({ operator }) => labelOperators.includes(operator));
    const isRawBad = !isLabelSelector(labelSelector.rawSelector ?? '');
    if (isRawBad || known.length < requirements.length) add('labelSelector', known.length);
  }
  return errors.join('; ');
}

const labelOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

function isLabelSelector(text: string): boolean {
  return parseSelector(text).isOk;
}

function isFieldSelector(text: string): boolean {
  return parseFieldSelector(text).isOk;
}

function fieldSelectorText(selector: FieldSelectorAttributes): string {
  if (selector.requirements === undefined) return selector.rawSelector ?? '';
  const terms = selector.requirements.map(fieldTerm);
  return terms.filter(term => term !== undefined).join(',');
}

/** `key=value` or `key!=value`; undefined for what field selectors cannot say. */
function fieldTerm(requirement: {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}): string | undefined {
  const { key, operator, values = [] } = requirement;
  const [value] = values;
  if (values.length !== 1 || value === undefined) return undefined;
  if (operator === 'In') return `${key}=${value}`;
  return operator === 'NotIn' ? `${key}!=${value}` : undefined;
}
