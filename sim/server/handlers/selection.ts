/**
 * Which objects a list, a watch or a deletion is about: its label and field selectors.
 * @upstream apiserver/pkg/endpoints/handlers/get.go ListResource, storage/selection_predicate.go
 */
import { matchesFields, parseFieldSelector, type FieldTerm } from '../../api/field-selectors.js';
import { goQuote } from '../../api/go-text.js';
import { apiVersionOf, type KubeObject } from '../../api/object.js';
import { parseSelector, type Selector } from '../../api/selectors.js';
import { badRequest, type Failure } from '../../api/status.js';
import type { ServedResource } from '../registry.js';
import type { Scope } from '../scope.js';

/** The objects that are meant. */
export interface Selection {
  /** Restricts nothing. */
  readonly isAll: boolean;
  readonly namespace: string;
  /** The only name that fits, if there is one. */
  readonly name: string | undefined;
  /** The only node that fits, for pods. */
  readonly nodeName: string | undefined;
  matches(object: KubeObject): boolean;
}

/** Reads the selectors, or says what is wrong with them. */
export function selectionIn(scope: Scope): Selection | Failure {
  const { context, namespace } = scope;
  const labelText = context.parameter('labelSelector') ?? '';
  const fieldText = context.parameter('fieldSelector') ?? '';
  if (labelText === '' && fieldText === '' && scope.name === '') return allOf(namespace);
  const labels = parseSelector(labelText);
  if (!labels.isOk) return badRequest(labels.error);
  const parsed = parseFieldSelector(fieldText);
  if (!parsed.isOk) return badRequest(parsed.error);
  const terms = knownTerms(scope.resource, parsed.value);
  if ('status' in terms) return terms;
  const named = withName(terms, scope.name);
  return 'status' in named ? named : selectionOf(scope, labels.value, named);
}

function allOf(namespace: string): Selection {
  return { isAll: true, namespace, name: undefined, nodeName: undefined, matches: () => true };
}

function selectionOf(scope: Scope, labels: Selector, terms: readonly FieldTerm[]): Selection {
  const { resource } = scope;
  const { selectableFields } = resource.storedStrategy;
  const exact = (field: string) =>
    terms.find(term => term.field === field && term.operator === '=')?.value;
  const needsLabels = !labels.isEmpty;
  return {
    isAll: terms.length === 0 && !needsLabels,
    namespace: scope.namespace === '' ? (exact('metadata.namespace') ?? '') : scope.namespace,
    name: exact('metadata.name'),
    nodeName: isPods(resource) ? exact('spec.nodeName') : undefined,
    matches: object => {
      if (needsLabels && !labels.matches(object.metadata.labels)) return false;
      return matchesFields(terms, field => {
        if (field === 'metadata.name') return object.metadata.name ?? '';
        if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
        return selectableFields?.[field]?.(object) ?? '';
      });
    },
  };
}

function isPods({ kind }: ServedResource): boolean {
  return kind.group === '' && kind.resource === 'pods';
}

/** A name in the path counts as a term; another one in the selector contradicts it. */
function withName(terms: readonly FieldTerm[], name: string): readonly FieldTerm[] | Failure {
  if (name === '') return terms;
  if (terms.length === 0) return [{ field: 'metadata.name', operator: '=', value: name }];
  const isSame = terms.some(
    ({ field, operator, value }) => field === 'metadata.name' && operator === '=' && value === name,
  );
  if (isSame) return terms;
  return badRequest("fieldSelector metadata.name doesn't match requested name");
}

/** The terms in the words of what is stored. */
function knownTerms(
  resource: ServedResource,
  terms: readonly FieldTerm[],
): readonly FieldTerm[] | Failure {
  const { selectableFields } = resource.storedStrategy;
  const { fieldLabels } = resource.strategy;
  const known: FieldTerm[] = [];
  for (const term of terms) {
    const { field } = term;
    const isOfAll = field === 'metadata.name' || field === 'metadata.namespace';
    const stored = isOfAll || fieldLabels === undefined ? field : fieldLabels[field];
    const isKnown = isOfAll || (stored !== undefined && selectableFields?.[stored] !== undefined);
    if (stored === undefined || !isKnown) return badRequest(unknownText(resource, field));
    known.push({ ...term, field: stored });
  }
  return known;
}

/** Kinds with fields of their own say it otherwise than those without. */
function unknownText({ kind, storedStrategy }: ServedResource, field: string): string {
  const { fieldSelectorError, selectableFields } = storedStrategy;
  const form =
    fieldSelectorError ?? (selectableFields === undefined ? 'known-list' : 'not-supported');
  switch (form) {
    case 'known-list':
      return `${goQuote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
    case 'not-supported':
      return `field label not supported: ${field}`;
    case 'not-supported-for-version':
      return `field label not supported for ${apiVersionOf(kind)}, Kind=${kind.kind}: ${field}`;
    case 'not-supported-for-kind':
      return `field label ${goQuote(field)} not supported for ${kind.kind}`;
  }
}
