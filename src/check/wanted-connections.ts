/** The connections that the manifests evidently want: a pod's variables and arguments name a Service. */
import { services, type Service, type ServicePort } from '../../sim/api/kinds/core.js';
import { hasLabels } from '../../sim/api/selectors.js';
import type { FieldPath } from '../input/located.js';
import type { Entry } from './entry.js';
import { listOf, type PodTemplate } from './pod-template.js';
import type { Survey } from './survey.js';

/** A connection that is wanted. */
export interface Wanted {
  readonly from: PodTemplate;
  /** The variable or argument that names it. */
  readonly path: FieldPath;
  readonly service: Entry<Service>;
  /** The Service's port: the one that is named with it, or its only one. */
  readonly port: number;
  /** The templates whose pods would answer. */
  readonly to: readonly PodTemplate[];
  /** The port at them; undefined when it is a name that only some have. */
  readonly targetPort: number;
  readonly protocol: string;
}

/** All of them, in the order of the input. */
export function wantedConnections(survey: Survey): Wanted[] {
  const all = survey.of(services);
  if (all.length === 0) return [];
  const byName = new Map<string, Entry<Service>[]>();
  for (const service of all) {
    byName.set(service.name, [...(byName.get(service.name) ?? []), service]);
  }
  return survey.templates.flatMap(from =>
    textsOf(from).flatMap(({ text, path }) =>
      mentions(text, from.namespace, byName).flatMap(({ service, port: given }) =>
        connectionTo(survey, from, path, service, given),
      ),
    ),
  );
}

interface Text {
  readonly text: string;
  readonly path: FieldPath;
}

function textsOf({ containers }: PodTemplate): Text[] {
  return containers.flatMap(({ container, path }) => [
    ...listOf(container.env).map(({ value = '' }, index) => ({
      text: value,
      path: [...path, 'env', index, 'value'],
    })),
    ...listOf(container.args).map((text, index) => ({ text, path: [...path, 'args', index] })),
    ...listOf(container.command).map((text, index) => ({
      text,
      path: [...path, 'command', index],
    })),
  ]);
}

/**
 * `http://scorer.fraud.svc:8080/x`, `scorer.fraud:8080`, `scorer:8080`: a name counts as a Service's only
 * with a port, a scheme or the namespace, since short names are often words of other meaning.
 */
const address =
  /(?:([a-z][a-z0-9+.-]*):\/\/(?:[^\s/@]*@)?)?([a-z]([-a-z0-9]*[a-z0-9])?)((?:\.[a-z0-9-]+)*)(?::(\d{1,5}))?(?=$|[\s/,;"'?])/g;

const schemePorts: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  redis: 6379,
  postgresql: 5432,
};

function mentions(
  text: string,
  namespace: string,
  byName: ReadonlyMap<string, readonly Entry<Service>[]>,
): { readonly service: Entry<Service>; readonly port: number | undefined }[] {
  if (text.length > 2_000) return [];
  return [...text.matchAll(address)].flatMap(([, scheme, name = '', , rest = '', port]) => {
    const named = byName.get(name);
    if (named === undefined) return [];
    const [, where = namespace, ...others] = rest.split('.');
    const isQualified = others[0] === 'svc' || (rest === '' ? false : others.length === 0);
    if (rest !== '' && !isQualified) return [];
    if (scheme === undefined && port === undefined && others[0] !== 'svc') return [];
    const service = named.find(one => one.namespace === where);
    if (service === undefined) return [];
    const given = port === undefined ? schemePorts[scheme ?? ''] : Number(port);
    return [{ service, port: given }];
  });
}

/** The connection to a Service by the port that is given, or by its only one. */
export function connectionTo(
  survey: Survey,
  from: PodTemplate,
  path: FieldPath,
  service: Entry<Service>,
  given: number | undefined,
): Wanted[] {
  const { selector = {}, ports, clusterIP } = service.object.spec ?? {};
  if (Object.keys(selector).length === 0) return [];
  const to = survey
    .templatesIn(service.namespace)
    .filter(({ labels }) => hasLabels(labels, selector));
  if (to.length === 0) return [];
  const known = listOf(ports);
  const [only] = known;
  const entry =
    given === undefined && known.length === 1 ? only : known.find(one => one.port === given);
  if (entry === undefined) {
    if (clusterIP !== 'None' || given === undefined) return [];
    return [{ from, path, service, port: given, to, targetPort: given, protocol: 'TCP' }];
  }
  const { port, protocol = 'TCP' } = entry;
  const numbers = to.map(template => numberOf(template, targetOf(entry)));
  const targetPort = clusterIP === 'None' ? port : numbers[0];
  if (targetPort === undefined) return [];
  return [{ from, path, service, port, to, targetPort, protocol }];
}

/** To which port of pods a Service's port leads: unset, which is 0 once it was read, to its like. */
export function targetOf({ port, targetPort: target }: ServicePort): string | number {
  return target === undefined || target === 0 || target === '' ? port : target;
}

/** The port of the template's pods that a Service's targetPort means. */
export function numberOf({ containers }: PodTemplate, target: string | number): number | undefined {
  if (typeof target === 'number') return target;
  return containers
    .flatMap(({ container }) => listOf(container.ports))
    .find(({ name }) => name === target)?.containerPort;
}
