/** SEA201: a workload's selector does not match its own template. */
import { selectorFromObject } from '../../../sim/api/selectors.js';
import { valueAt } from '../pod-template.js';
import type { LabelSelector } from '../../../sim/api/kinds/meta.js';
import type { Rule } from '../rule.js';

const kinds = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

/** The rule. */
export const selectorMismatch: Rule = {
  id: 'SEA201',
  name: 'selector-mismatch',
  severity: 'error',
  title: "A workload's selector does not match the labels of its own template.",
  why: 'The API server refuses it: a controller that does not find the pods that it has made would make more for ever.',
  fix: 'give the template the labels of spec.selector',
  source: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector',
  *find({ templates }) {
    for (const { owner, path, labels } of templates) {
      if (!owner.isBuiltIn || !kinds.has(owner.kind)) continue;
      const given = valueAt(owner.object, ['spec', 'selector']);
      // The decoder gave it its type.
      const selector = selectorFromObject((given ?? undefined) as LabelSelector | undefined);
      if (!selector.isOk || given === null || given === undefined) continue;
      if (selector.value.matches(labels)) continue;
      yield {
        entry: owner,
        path: [...path, 'metadata', 'labels'],
        message: `spec.selector does not match the template's labels (${labelText(labels)})`,
      };
    }
  },
};

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? 'it has none' : pairs.join(', ');
}
