/** What the operators of the manifests make besides their users' objects. */
import { operators } from '../../sim/operators/index.js';
import { istiod } from '../../sim/operators/istiod.js';
import { rootCertificate } from '../../sim/operators/istiod/keys.js';
import { operatorsFor } from '../backends/operators-for.js';
import type { Survey } from './survey.js';

/** The namespaces of their installations. */
export function namespacesOfOperators(survey: Survey): ReadonlySet<string> {
  const all = namesFor(survey).flatMap(name => operators[name]?.manifests() ?? []);
  const own = all.filter(({ kind }) => kind === 'Namespace');
  return new Set(own.flatMap(({ metadata }) => metadata.name ?? []));
}

/** The ConfigMaps that they write into every namespace. */
export function configMapsOfOperators(survey: Survey): ReadonlySet<string> {
  return new Set(namesFor(survey).includes(istiod.name) ? [rootCertificate] : []);
}

function namesFor({ entries }: Survey): readonly string[] {
  return operatorsFor(entries.map(({ manifest }) => manifest.object));
}
