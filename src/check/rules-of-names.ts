/** What the rules about named objects share: one rule a kind, since each bites in its own way. */
import { configMapsOfOperators } from './made-by-operators.js';
import { missing } from './references.js';
import { namedObjects, type NamedObject } from './named-objects.js';
import type { Hit } from './rule.js';
import type { Survey } from './survey.js';

/** The places that name an object of the kind that is not there. */
export function* missingNames(survey: Survey, kind: NamedObject['kind']): Iterable<Hit> {
  const ofOperators: ReadonlySet<string> =
    kind === 'ConfigMap' ? configMapsOfOperators(survey) : new Set();
  for (const template of survey.templates) {
    const told = new Set<string>();
    for (const named of namedObjects(template)) {
      const { name, path, isOptional, isPullSecret = false } = named;
      if (named.kind !== kind || told.has(name)) continue;
      if (isMadeByCluster(kind, name) || ofOperators.has(name)) continue;
      const gap = missing(survey, { kind, namespace: template.namespace, name });
      if (gap === undefined) continue;
      told.add(name);
      const isWeak = isOptional || isPullSecret;
      yield {
        entry: template.owner,
        path,
        message: gap.text,
        severity: isWeak ? 'info' : gap.severity,
        subject: name,
      };
    }
  }
}

/** The root CA publisher writes it into every namespace. */
function isMadeByCluster(kind: string, name: string): boolean {
  return (
    kind === 'ConfigMap' && (name === 'kube-root-ca.crt' || name === 'openshift-service-ca.crt')
  );
}
