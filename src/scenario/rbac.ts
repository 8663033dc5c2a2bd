/** The rights that a scenario's run needs on a foreign cluster, and no more. */
import type { KubeObject } from '../../sim/api/object.js';
import type { RestMapper, ServedKind } from '../backends/rest-mapper.js';
import { judgedResources, manifestsOf, namespacesOf } from './footprint.js';
import type { Reference, Scenario } from './scenario.js';
import { namedResource } from '../laws/kit/group-resource.js';

/** A rule of a role. */
interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Verbs by resource, as they gather. */
type Rights = Map<string, Set<string>>;

const verbOrder = ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete'];

/**
 * Roles for the scenario: with a prefix one for each of its namespaces, which an administrator makes;
 * without one a ClusterRole, since the names of the namespaces are not known before.
 */
export async function rolesFor(
  scenario: Scenario,
  mapper: RestMapper,
  prefix?: string,
): Promise<readonly KubeObject[]> {
  const inside: Rights = new Map();
  const outside: Rights = new Map();
  const kinds = await mapper.all();
  const allow = (served: ServedKind, verbs: readonly string[], subresource = ''): void => {
    const rights = served.isNamespaced ? inside : outside;
    const key = keyOf(served) + subresource;
    rights.set(key, new Set([...(rights.get(key) ?? []), ...verbs]));
  };
  for (const name of judgedResources()) {
    const served = kinds.find(kind => keyOf(kind) === name);
    if (served !== undefined) allow(served, ['list', 'watch']);
  }
  for (const { apiVersion = '', kind = '' } of manifestsOf(scenario)) {
    const served = kinds.find(known => known.apiVersion === apiVersion && known.kind === kind);
    if (served !== undefined) allow(served, ['create', 'get', 'patch', 'delete']);
  }
  allowSteps(scenario, kinds, allow);
  if (scenario.cluster.serviceTraffic === true) {
    const services = kinds.find(
      ({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1',
    );
    if (services !== undefined) allow(services, ['get'], '/proxy');
  }
  const name = `seatrial-${scenario.name}`;
  const own = namespacesOf(scenario).map(namespace => `${prefix ?? ''}${namespace}`);
  if (prefix === undefined) {
    outside.set('namespaces', new Set(['get', 'list', 'watch', 'create', 'delete']));
    return [role('ClusterRole', name, rulesOf(new Map([...outside, ...inside])))];
  }
  return [
    ...own.map(namespace => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    })),
    role('ClusterRole', name, rulesOf(outside)),
    ...own.map(namespace => role('Role', name, rulesOf(inside), namespace)),
  ];
}

function allowSteps(
  { steps }: Scenario,
  kinds: readonly ServedKind[],
  allow: (served: ServedKind, verbs: readonly string[], subresource?: string) => void,
): void {
  const about = ({ apiVersion = 'v1', kind }: Reference, verbs: readonly string[]): void => {
    const served = kinds.find(known => known.apiVersion === apiVersion && known.kind === kind);
    if (served !== undefined) allow(served, verbs);
  };
  const pods = kinds.find(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Pod');
  for (const step of steps) {
    const { wait, expect, event } = step;
    for (const demands of [wait, expect]) {
      if (demands !== undefined) about(demands, [demands.name === undefined ? 'list' : 'get']);
    }
    if (step.delete !== undefined) about(step.delete, ['delete']);
    if (pods === undefined) continue;
    if (step.log !== undefined) allow(pods, ['get'], '/log');
    if (step.alert !== undefined) allow(pods, ['list']);
    if (step.fault?.gpu?.pod !== undefined) allow(pods, ['get']);
    if (event?.kind === 'burst') allow(pods, ['create']);
    if (event?.kind === 'delete-pod') allow(pods, ['list', 'delete']);
    if (event?.kind === 'delete') about(event.target, ['delete']);
    if (event?.kind === 'roll-out') about(event.target, ['patch']);
    if (event?.kind === 'scale') {
      const { apiVersion, kind } = event.target;
      const served = kinds.find(known => known.apiVersion === apiVersion && known.kind === kind);
      if (served !== undefined) allow(served, ['patch'], '/scale');
    }
  }
  // The narrator follows the logs of what runs.
  if (pods !== undefined) allow(pods, ['get'], '/log');
}

function role(
  kind: 'Role' | 'ClusterRole',
  name: string,
  rules: readonly Rule[],
  namespace?: string,
): KubeObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    rules,
  };
}

/** Resources of one group with the same verbs share a rule. */
function rulesOf(rights: Rights): Rule[] {
  const rules = new Map<string, { group: string; verbs: string[]; resources: string[] }>();
  for (const [key, verbs] of [...rights].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { group, resource, subresource } = namedResource(key);
    const sorted = [...verbs].sort((a, b) => verbOrder.indexOf(a) - verbOrder.indexOf(b));
    const at = `${group} ${sorted.join(' ')}`;
    const rule = rules.get(at) ?? { group, verbs: sorted, resources: [] };
    rule.resources.push(subresource === '' ? resource : `${resource}/${subresource}`);
    rules.set(at, rule);
  }
  return [...rules.values()].map(({ group, verbs, resources }) => ({
    apiGroups: [group],
    resources,
    verbs,
  }));
}

function keyOf({ apiVersion, resource }: ServedKind): string {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  return group === '' ? resource : `${resource}.${group ?? ''}`;
}
