/**
 * Which nodes a pod's node selector and node affinity allow.
 * @upstream staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go
 */
import type {
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  Pod,
  PreferredSchedulingTerm,
} from '../api/kinds/core.js';
import {
  hasLabels,
  requirementErrors,
  Selector,
  type Operator,
  type Requirement,
} from '../api/selectors.js';

interface Term {
  readonly labels: Selector;
  readonly fields: readonly FieldRequirement[];
}

interface FieldRequirement {
  readonly key: string;
  readonly isEqual: boolean;
  readonly value: string;
}

/** Whether a node is allowed. */
export type NodeMatcher = (node: Node) => boolean;

/** A selector of nodes: one of its terms must hold; a term that cannot be read holds nowhere. */
export function compileNodeSelector(selector: NodeSelector): NodeMatcher {
  const terms = selector.nodeSelectorTerms.flatMap(term => compileTerm(term) ?? []);
  return node => terms.some(term => matchesTerm(term, node));
}

/** The nodes that the pod's nodeSelector and required affinity allow; undefined when they allow all. */
export function requiredNodeAffinity(pod: Pod): NodeMatcher | undefined {
  const selector = pod.spec?.nodeSelector;
  const labels = selector !== undefined && Object.keys(selector).length > 0 ? selector : undefined;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const affinity = required === undefined ? undefined : compileNodeSelector(required);
  if (labels === undefined) return affinity;
  return node =>
    hasLabels(node.metadata.labels, labels) && (affinity === undefined || affinity(node));
}

/** The sum of the weights of the terms that match. */
export type NodeScorer = (node: Node) => number;

/** Compiles preferences; those that cannot be read are an error, told by their text. */
export function compilePreferences(
  preferences: readonly PreferredSchedulingTerm[],
): NodeScorer | { readonly error: string } {
  const terms: { readonly term: Term; readonly weight: number }[] = [];
  for (const { weight, preference } of preferences) {
    if (weight === 0 || isEmptyTerm(preference)) continue;
    const term = compileTerm(preference);
    if (term === undefined) return { error: 'a preferred scheduling term cannot be parsed' };
    terms.push({ term, weight });
  }
  return node => {
    let score = 0;
    for (const { term, weight } of terms) if (matchesTerm(term, node)) score += weight;
    return score;
  };
}

function isEmptyTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  return matchExpressions.length === 0 && matchFields.length === 0;
}

function compileTerm(term: NodeSelectorTerm): Term | undefined {
  if (isEmptyTerm(term)) return undefined;
  const labels: Requirement[] = [];
  for (const expression of term.matchExpressions ?? []) {
    const requirement = compileExpression(expression);
    if (requirement === undefined) return undefined;
    labels.push(requirement);
  }
  const fields: FieldRequirement[] = [];
  for (const { key, operator, values = [] } of term.matchFields ?? []) {
    const [value] = values;
    if (values.length !== 1 || value === undefined) return undefined;
    if (operator !== 'In' && operator !== 'NotIn') return undefined;
    fields.push({ key, isEqual: operator === 'In', value });
  }
  return { labels: Selector.of(labels), fields };
}

const operators: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
};

function compileExpression(expression: NodeSelectorRequirement): Requirement | undefined {
  const operator = operators[expression.operator];
  if (operator === undefined) return undefined;
  const requirement = { key: expression.key, operator, values: expression.values ?? [] };
  return requirementErrors(requirement).length === 0 ? requirement : undefined;
}

function matchesTerm({ labels, fields }: Term, node: Node): boolean {
  if (!labels.matches(node.metadata.labels)) return false;
  for (const { key, isEqual, value } of fields) {
    const own = key === 'metadata.name' ? (node.metadata.name ?? '') : '';
    if ((own === value) !== isEqual) return false;
  }
  return true;
}
