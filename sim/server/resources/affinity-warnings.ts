/** Warnings about where pods may go. @upstream pkg/api/node/util.go, pkg/api/pod/warnings.go */
import type {
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
  WeightedPodAffinityTerm,
} from '../../api/kinds/core.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import { labelValueErrors } from '../../api/labels.js';

const nodeLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region':
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone':
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type':
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods':
    'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

/** What is said of a label of nodes that is out of use. */
export function nodeLabelText(key: string): string | undefined {
  return nodeLabels[key];
}

/** Warnings about a selector of nodes by their labels. */
export function nodeSelectorWarnings(
  selector: LabelSelector | undefined,
  path: string,
): readonly string[] {
  const warnings: string[] = [];
  for (const [index, { key }] of (selector?.matchExpressions ?? []).entries()) {
    const text = nodeLabels[key];
    if (text !== undefined) {
      warnings.push(`${path}.matchExpressions[${index}].key: ${key} is ${text}`);
    }
  }
  for (const key in selector?.matchLabels) {
    const text = nodeLabels[key];
    if (text !== undefined) warnings.push(`${path}.matchLabels.${key}: ${text}`);
  }
  return warnings;
}

/** Warnings about a term that selects nodes. */
export function nodeTermWarnings(
  term: NodeSelectorTerm,
  path: string,
  looksAtValues = false,
): readonly string[] {
  const warnings: string[] = [];
  for (const [index, { key, values }] of (term.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    const text = nodeLabels[key];
    if (text !== undefined) warnings.push(`${at}.key: ${key} is ${text}`);
    if (!looksAtValues) continue;
    for (const [place, value] of (values ?? []).entries()) {
      for (const words of labelValueErrors(value)) {
        warnings.push(`${at}.values[${place}]: ${value} is invalid, ${words}`);
      }
    }
  }
  return warnings;
}

/** Warnings about the nodes that a pod asks for. */
export function nodeWarnings({ nodeSelector, affinity }: PodSpec, path: string): readonly string[] {
  const warnings: string[] = [];
  for (const key in nodeSelector) {
    const text = nodeLabels[key];
    if (text !== undefined) warnings.push(`${path}.nodeSelector[${key}]: ${text}`);
  }
  const nodes = affinity?.nodeAffinity;
  if (nodes === undefined) return warnings;
  const at = `${path}.affinity.nodeAffinity`;
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  for (const [index, term] of (nodes[required]?.nodeSelectorTerms ?? []).entries()) {
    warnings.push(...nodeTermWarnings(term, `${at}.${required}.nodeSelectorTerms[${index}]`));
  }
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  for (const [index, { preference }] of (nodes[preferred] ?? []).entries()) {
    warnings.push(...nodeTermWarnings(preference, `${at}.${preferred}[${index}].preference`, true));
  }
  return warnings;
}

const nullText = 'a null labelSelector results in matching no pod';

/** Warnings about how pods spread. */
export function spreadWarnings(
  { topologySpreadConstraints: constraints }: PodSpec,
  path: string,
): readonly string[] {
  const warnings: string[] = [];
  for (const [index, { topologyKey, labelSelector }] of (constraints ?? []).entries()) {
    const at = `${path}.topologySpreadConstraints[${index}]`;
    const text = nodeLabels[topologyKey];
    if (text !== undefined) warnings.push(`${at}.topologyKey: ${topologyKey} is ${text}`);
    if (!labelSelector) warnings.push(`${at}.labelSelector: ${nullText}`);
  }
  return warnings;
}

/** Warnings about which other pods a pod wants, or does not want, near it. */
export function affinityWarnings({ affinity }: PodSpec, path: string): readonly string[] {
  const warnings: string[] = [];
  for (const field of ['podAffinity', 'podAntiAffinity'] as const) {
    const terms = affinity?.[field];
    if (terms === undefined) continue;
    const at = `${path}.affinity.${field}`;
    warnTerms(terms.requiredDuringSchedulingIgnoredDuringExecution ?? [], at, warnings);
    warnWeighted(terms.preferredDuringSchedulingIgnoredDuringExecution ?? [], at, warnings);
  }
  return warnings;
}

function warnTerms(terms: readonly PodAffinityTerm[], path: string, warnings: string[]): void {
  for (const [index, { labelSelector }] of terms.entries()) {
    if (labelSelector) continue;
    const field = 'requiredDuringSchedulingIgnoredDuringExecution';
    warnings.push(`${path}.${field}[${index}].labelSelector: ${nullText}`);
  }
}

function warnWeighted(
  terms: readonly WeightedPodAffinityTerm[],
  path: string,
  warnings: string[],
): void {
  for (const [index, { podAffinityTerm }] of terms.entries()) {
    if (podAffinityTerm.labelSelector) continue;
    const field = 'preferredDuringSchedulingIgnoredDuringExecution';
    warnings.push(`${path}.${field}[${index}].podAffinityTerm.labelSelector: ${nullText}`);
  }
}
