/**
 * Gathers the rules of cluster roles that an aggregating role selects.
 * @upstream pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go
 */
import { deepEqual } from '../api/equality.js';
import { clusterRoles, type ClusterRole, type PolicyRule } from '../api/kinds/rbac.js';
import { selectorOf } from '../api/selectors.js';
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, patch, watch } from '../client/requests.js';

const fieldManager = 'clusterrole-aggregation-controller';

/** The controller of aggregated cluster roles. */
export const clusterRoleAggregationController: ControllerDefinition = {
  name: 'clusterrole-aggregation-controller',
  queueName: 'ClusterRoleAggregator',
  identity: serviceAccount('kube-system', 'clusterrole-aggregation-controller'),
  create: createController,
};

function createController({ queue }: ControllerContext): Controller {
  /** The roles that aggregate, by name. */
  const aggregating = new Set<string>();
  return {
    watches: [
      watch(clusterRoles, {
        // There are few that aggregate and any role may concern them: all of them are looked at.
        on: ({ type, object: { metadata, aggregationRule } }) => {
          const { name = '' } = metadata;
          if (type === 'deleted' || aggregationRule === undefined) aggregating.delete(name);
          else aggregating.add(name);
          for (const each of [...aggregating].sort()) queue.add(each);
        },
      }),
    ],
    workers: 5,
    reconcile: aggregate,
  };
}

/** Writes the rules of a role that aggregates, when they are not those that it has. */
function* aggregate(name: string, view: View): Reconciliation {
  const role = view.get(clusterRoles, '', name);
  if (role?.aggregationRule === undefined) return undefined;
  const rules = gatheredRules(role, view);
  if (deepEqual(rules, role.rules ?? [])) return undefined;
  const body = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    ...(rules.length > 0 && { rules }),
  };
  const how = { type: 'apply', query: { fieldManager, force: 'true' } } as const;
  const answer = yield* call(patch(clusterRoles, { namespace: '', name }, how, body));
  return answer.isOk ? undefined : { retry: answer.message };
}

/** What was gathered last for a role, and from which lists: all clusters of a process begin with the same roles. */
const gatheredLast = new Map<string, Gathered>();
const gatheredMax = 64;

interface Gathered {
  readonly lists: readonly (readonly PolicyRule[])[];
  readonly rules: readonly PolicyRule[];
}

function gatheredRules(role: ClusterRole, view: View): readonly PolicyRule[] {
  const { name = '' } = role.metadata;
  const lists = selectedRules(role, view.list(clusterRoles));
  const known = gatheredLast.get(name);
  if (known !== undefined && isSameLists(known.lists, lists)) return known.rules;
  const rules = eachOnce(lists);
  if (gatheredLast.size >= gatheredMax) gatheredLast.clear();
  gatheredLast.set(name, { lists, rules });
  return rules;
}

/** The rules that a role that aggregates gets of all roles, each once. */
export function aggregatedRules(
  role: ClusterRole,
  all: readonly ClusterRole[],
): readonly PolicyRule[] {
  return eachOnce(selectedRules(role, all));
}

/** The rules of the selected roles, in the order of their names. */
function selectedRules(
  role: ClusterRole,
  all: readonly ClusterRole[],
): readonly (readonly PolicyRule[])[] {
  const lists: (readonly PolicyRule[])[] = [];
  for (const labelSelector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selector = selectorOf(labelSelector);
    for (const other of all) {
      if (other.metadata.name === role.metadata.name) continue;
      if (other.rules && selector.matches(other.metadata.labels)) lists.push(other.rules);
    }
  }
  return lists;
}

function isSameLists(
  a: readonly (readonly PolicyRule[])[],
  b: readonly (readonly PolicyRule[])[],
): boolean {
  return a.length === b.length && a.every((list, index) => list === b[index]);
}

function eachOnce(lists: readonly (readonly PolicyRule[])[]): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const rule of lists.flat()) {
    if (!rules.some(known => deepEqual(known, rule))) rules.push(rule);
  }
  return rules;
}
