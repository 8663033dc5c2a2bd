/** SEA209: an Ingress sends to a Service, or a port of one, that is not there. */
import { services, type Service } from '../../../sim/api/kinds/core.js';
import { ingresses, type IngressBackend } from '../../../sim/api/kinds/networking.js';
import type { FieldPath } from '../../input/located.js';
import type { AnyEntry } from '../entry.js';
import { listOf } from '../pod-template.js';
import { missing } from '../references.js';
import type { Hit, Rule } from '../rule.js';
import type { Survey } from '../survey.js';

/** The rule. */
export const ingressBackend: Rule = {
  id: 'SEA209',
  name: 'ingress-backend',
  severity: 'warning',
  title: 'An Ingress sends to a Service, or to a port of one, that does not exist.',
  why: 'The ingress controller answers 503 (or ignores the rule). The API server does not look at what backends name.',
  fix: 'name a Service of the namespace of the Ingress, and one of its ports',
  source: 'https://kubernetes.io/docs/concepts/services-networking/ingress/',
  *find(survey) {
    for (const entry of survey.of(ingresses)) {
      const { spec } = entry.object;
      const byDefault = spec?.defaultBackend;
      if (byDefault !== undefined)
        yield* look(survey, entry, byDefault, ['spec', 'defaultBackend']);
      for (const [index, { http }] of listOf(spec?.rules).entries()) {
        for (const [number, { backend }] of listOf(http?.paths).entries()) {
          const path = ['spec', 'rules', index, 'http', 'paths', number, 'backend'];
          yield* look(survey, entry, backend, path);
        }
      }
    }
  },
};

/**
 * Not a port: the AWS Load Balancer Controller takes name and all from the annotation
 * alb.ingress.kubernetes.io/actions.NAME.
 */
const byAnnotation = 'use-annotation';

function* look(
  survey: Survey,
  entry: AnyEntry,
  { service }: IngressBackend,
  base: FieldPath,
): Iterable<Hit> {
  if (service === undefined || service.name === '' || service.port?.name === byAnnotation) return;
  const { namespace } = entry;
  const path = [...base, 'service'];
  const gap = missing(survey, { kind: 'Service', namespace, name: service.name });
  if (gap !== undefined) {
    yield { entry, path: [...path, 'name'], message: gap.text, severity: gap.severity };
    return;
  }
  const known = survey
    .of(services)
    .find(one => one.namespace === namespace && one.name === service.name);
  if (known === undefined || hasPort(known.object, service.port ?? {})) return;
  const ports = listOf(known.object.spec?.ports).map(({ name = '', port }) =>
    name === '' ? String(port) : `${port} (${name})`,
  );
  const wanted = service.port?.name ?? String(service.port?.number ?? 0);
  yield {
    entry,
    path: [...path, 'port'],
    severity: 'error',
    message: `Service ${namespace}/${service.name} has no port ${wanted}, only ${ports.join(', ')}`,
  };
}

function hasPort(
  { spec }: Service,
  { name = '', number = 0 }: { readonly name?: string; readonly number?: number },
): boolean {
  if (spec?.type === 'ExternalName') return true;
  return listOf(spec?.ports).some(one => (name === '' ? one.port === number : one.name === name));
}
