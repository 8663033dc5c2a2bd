/** SEA211: a budget, a network policy or a mesh's policy selects no pod of the manifests. */
import { networkPolicies } from '../../../sim/api/kinds/networking.js';
import { podDisruptionBudgets } from '../../../sim/api/kinds/policy.js';
import type { LabelSelector } from '../../../sim/api/kinds/meta.js';
import { selectorFromObject } from '../../../sim/api/selectors.js';
import { meshSelectors, rootNamespace, securityGroup } from '../mesh-selectors.js';
import { nearTemplate } from '../near-template.js';
import type { AnyEntry } from '../entry.js';
import type { FieldPath } from '../../input/located.js';
import type { Hit, Rule } from '../rule.js';
import type { Survey } from '../survey.js';

/** The rule. */
export const selectsNoPods: Rule = {
  id: 'SEA211',
  name: 'selects-no-pods',
  severity: 'warning',
  title:
    'A PodDisruptionBudget, a NetworkPolicy or a policy of a mesh selects no pod that the manifests make.',
  why: 'It protects nothing, silently: the workload that it is meant for can be drained at once, or reached by all.',
  fix: "set the selector to labels of the pods' template",
  source: 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
  *find(survey) {
    for (const entry of survey.of(podDisruptionBudgets)) {
      yield* look(survey, entry, entry.object.spec?.selector, ['spec', 'selector']);
    }
    for (const entry of survey.of(networkPolicies)) {
      yield* look(survey, entry, entry.object.spec?.podSelector, ['spec', 'podSelector']);
    }
    for (const { entry, selector } of meshSelectors(survey)) {
      yield* look(survey, entry, selector, ['spec', 'selector']);
    }
  },
};

function* look(
  survey: Survey,
  entry: AnyEntry,
  given: LabelSelector | undefined,
  path: FieldPath,
): Iterable<Hit> {
  const selector = selectorFromObject(given ?? undefined);
  const isAll =
    Object.keys(given?.matchLabels ?? {}).length + (given?.matchExpressions?.length ?? 0) === 0;
  if (!selector.isOk || isAll) return;
  const isOfMesh = entry.group === securityGroup && entry.namespace === rootNamespace;
  const own = isOfMesh ? survey.templates : survey.templatesIn(entry.namespace);
  const pods = isOfMesh ? own.map(({ labels }) => labels) : survey.podLabelsIn(entry.namespace);
  if (pods.some(labels => selector.value.matches(labels))) return;
  const text = selector.value.toString();
  const where = isOfMesh ? 'any namespace' : `namespace ${entry.namespace}`;
  const message = `no pod of ${where} among the manifests matches ${text}`;
  // Labels that one of the pods almost has are a slip; else the pods may come from elsewhere.
  const near = nearTemplate(given?.matchLabels ?? {}, own);
  if (near === undefined) yield { entry, path, message, severity: 'info' };
  else yield { entry, path, message: `${message}; ${near.owner.title} comes near` };
}
