/** SEA308: routes of a mesh lead to a host, a subset or pods that are not there. */
import { services, type Service } from '../../../sim/api/kinds/core.js';
import { hasLabels } from '../../../sim/api/selectors.js';
import type { Entry } from '../entry.js';
import {
  addedHosts,
  destinationsOf,
  rulesOf,
  serviceNamed,
  subsetsOf,
  type MeshDestination,
  type MeshSubset,
} from '../mesh-routes.js';
import { isNearText } from '../near-template.js';
import type { Hit, Rule } from '../rule.js';
import type { Survey } from '../survey.js';

/** The rule. */
export const meshDestination: Rule = {
  id: 'SEA308',
  name: 'mesh-destination',
  severity: 'warning',
  title:
    'A VirtualService or DestinationRule names a host, a subset or pods that the manifests do not have.',
  why: 'A route to a host or subset that is not there is answered with 503 or 500, and a rule for such a host changes nothing.',
  fix: 'name a Service of the manifests, a subset of a DestinationRule for the same host, and labels of its pods',
  source: 'https://istio.io/latest/docs/ops/common-problems/network-issues/',
  *find(survey) {
    const subsets = subsetsOf(survey);
    for (const one of [...destinationsOf(survey), ...rulesOf(survey)]) {
      yield* unknownHost(one, survey);
      yield* unknownSubset(one, subsets);
    }
    for (const subset of subsets) yield* emptySubset(subset, survey);
  },
};

/** Services of another part of the platform are not known: only a slip is told as more than information. */
function* unknownHost(one: MeshDestination, survey: Survey): Iterable<Hit> {
  const { entry, path, host } = one;
  const named = serviceNamed(host, entry.namespace);
  if (named === undefined || addedHosts(survey).includes(host)) return;
  if (serviceOf(one, survey) !== undefined) return;
  const near = survey.of(services).find(service => isNear(service, named));
  const message = `the manifests have no Service ${named.namespace}/${named.name}`;
  const at = { entry, path: [...path, 'host'] };
  if (near === undefined) yield { ...at, message, severity: 'info' };
  else yield { ...at, message: `${message}; ${near.title} comes near` };
}

function isNear(
  { name, namespace }: Entry<Service>,
  named: { readonly namespace: string; readonly name: string },
): boolean {
  return name === named.name || (namespace === named.namespace && isNearText(name, named.name));
}

/** A subset of a host for which a rule is among the manifests, but not with this name, cannot work. */
function* unknownSubset(
  { entry, path, host, subset }: MeshDestination,
  subsets: readonly MeshSubset[],
): Iterable<Hit> {
  if (subset === undefined) return;
  const full = (name: string, namespace: string) => {
    const named = serviceNamed(name, namespace);
    return named === undefined ? name : `${named.namespace}/${named.name}`;
  };
  const wanted = full(host, entry.namespace);
  const own = subsets.filter(one => full(one.host, one.entry.namespace) === wanted);
  if (own.some(({ name }) => name === subset)) return;
  const known = own.map(({ name }) => name).join(', ');
  const what = known === '' ? 'no DestinationRule for it has subsets' : `there are ${known}`;
  yield {
    entry,
    path: [...path, 'subset'],
    ...(known !== '' && { severity: 'error' }),
    message: `host ${host} has no subset ${subset}: ${what}`,
  };
}

function* emptySubset(subset: MeshSubset, survey: Survey): Iterable<Hit> {
  const { entry, path, host, name, labels } = subset;
  const service = serviceOf(subset, survey);
  const selector = service?.object.spec?.selector ?? {};
  if (service === undefined || Object.keys(selector).length === 0) return;
  const behind = survey
    .templatesIn(service.namespace)
    .filter(template => hasLabels(template.labels, selector));
  if (behind.length === 0 || behind.some(template => hasLabels(template.labels, labels))) return;
  const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  yield {
    entry,
    path: [...path, 'labels'],
    message: `subset ${name} of ${host} has no pods: of those behind ${service.title} none has ${wanted.join(',')}`,
  };
}

function serviceOf(
  { entry, host }: { readonly entry: Entry; readonly host: string },
  survey: Survey,
): Entry<Service> | undefined {
  const named = serviceNamed(host, entry.namespace);
  return survey
    .of(services)
    .find(one => one.name === named?.name && one.namespace === named.namespace);
}
