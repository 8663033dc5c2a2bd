/** SEA304: a pod is above the PodSecurity level of its namespace. */
import { detailText, evaluate } from '../../../sim/server/admission/pod-security/evaluate.js';
import { levelText, policyOf } from '../../../sim/server/admission/pod-security/policy.js';
import type { Rule, Severity } from '../rule.js';

const modes = [
  ['enforce', 'error', 'its pods are refused'],
  ['warn', 'warning', 'it is warned about'],
  ['audit', 'info', 'it is noted in the audit log'],
] as const satisfies readonly (readonly [string, Severity, string])[];

/** The rule. */
export const podSecurity: Rule = {
  id: 'SEA304',
  name: 'pod-security',
  severity: 'error',
  title: 'A pod does more than the PodSecurity level of its namespace allows.',
  why: 'Under enforce the workload is created without a word and each of its pods is refused: only an event of the ReplicaSet or Job tells.',
  fix: 'set the securityContext as the message says, or move the pod to a namespace of another level',
  source: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
  *find(survey) {
    for (const { owner, namespace, spec, specPath, labels, annotations } of survey.templates) {
      const { policy } = policyOf(survey.namespaceLabels(namespace));
      for (const [mode, severity, effect] of modes) {
        const violations = evaluate(policy[mode], { labels, annotations }, spec);
        if (violations.length === 0) continue;
        yield {
          entry: owner,
          path: specPath,
          severity,
          message: `above ${levelText(policy[mode])} (${mode}) of namespace ${namespace}, ${effect}: ${detailText(violations)}`,
          subject: mode,
        };
        break;
      }
    }
  },
};
