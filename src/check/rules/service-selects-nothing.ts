/** SEA202: a Service's selector matches no pod of the manifests. */
import { services } from '../../../sim/api/kinds/core.js';
import { hasLabels, type Labels } from '../../../sim/api/selectors.js';
import type { PodTemplate } from '../pod-template.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const serviceSelectsNothing: Rule = {
  id: 'SEA202',
  name: 'service-selects-nothing',
  severity: 'warning',
  title: 'A Service selects no pod that the manifests make.',
  why: 'It has no endpoints: connections to it are refused, and nothing says so at apply.',
  fix: "set spec.selector to labels of the pods' template",
  source: 'https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service',
  *find(survey) {
    for (const entry of survey.of(services)) {
      const { selector = {}, type } = entry.object.spec ?? {};
      if (Object.keys(selector).length === 0 || type === 'ExternalName') continue;
      const own = survey.templatesIn(entry.namespace);
      const pods = survey.podLabelsIn(entry.namespace);
      if (pods.some(labels => hasLabels(labels, selector))) continue;
      const text = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
      const head = `no pod of namespace ${entry.namespace} among the manifests has ${text.join(',')}`;
      const near = nearest(own, selector);
      // Pods of other manifests, or of an operator, may have the labels.
      yield {
        entry,
        path: ['spec', 'selector'],
        message: near === undefined ? head : `${head}; ${near}`,
        severity: near === undefined ? 'info' : 'warning',
      };
    }
  },
};

/** A template that has some of the labels, and what it lacks: then it is likely the one that is meant. */
function nearest(templates: readonly PodTemplate[], selector: Labels): string | undefined {
  const wanted = Object.entries(selector);
  for (const { owner, labels } of templates) {
    const lacking = wanted.filter(([key, value]) => labels[key] !== value);
    const hasKey = lacking.some(([key]) => labels[key] !== undefined);
    if (lacking.length === wanted.length && !hasKey) continue;
    if (lacking.length > 1 || !hasKey) continue;
    const [key = '', value = ''] = lacking[0] ?? [];
    if (wanted.length === 1 && !isLike(labels[key] ?? '', value)) continue;
    return `${owner.title} has ${key}=${labels[key] ?? ''}, not ${value}`;
  }
  return undefined;
}

/** Whether one is written like the other: begins alike, or contains it. */
function isLike(one: string, other: string): boolean {
  return one.includes(other) || other.includes(one) || one.slice(0, 4) === other.slice(0, 4);
}
