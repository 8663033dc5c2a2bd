/** SEA216: objects go to a namespace that nobody makes. */
import { grouped } from '../survey.js';
import { missing } from '../references.js';
import { systemNamespaces } from '../system-namespaces.js';
import { namespacesOfOperators } from '../made-by-operators.js';
import type { Rule } from '../rule.js';

const made: ReadonlySet<string> = new Set(systemNamespaces);

/** The rule. */
export const missingNamespace: Rule = {
  id: 'SEA216',
  name: 'missing-namespace',
  severity: 'warning',
  title: 'Objects are to be in a namespace that is not among the manifests.',
  why: 'The API server refuses each of them: namespaces "..." not found.',
  fix: 'add the Namespace, or make sure that it is there before',
  source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/',
  *find(survey) {
    const named = survey.entries.filter(
      ({ manifest, isBroken }) =>
        !isBroken && typeof manifest.object.metadata.namespace === 'string',
    );
    const ofOperators = namespacesOfOperators(survey);
    for (const [name, group] of grouped(named, ({ namespace }) => namespace)) {
      const [entry] = group;
      if (entry === undefined || made.has(name) || ofOperators.has(name)) continue;
      const gap = missing(survey, { kind: 'Namespace', name });
      if (gap === undefined) continue;
      const count = group.length === 1 ? '1 object is' : `${group.length} objects are`;
      yield {
        entry,
        path: ['metadata', 'namespace'],
        message: `${gap.text}; ${count} to be in it`,
        severity: gap.severity,
        subject: name,
      };
    }
  },
};
