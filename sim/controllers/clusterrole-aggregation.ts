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
  type View,
} from '../client/contract.js';
import { call, patch, watch } from '../client/requests.js';

const fieldManager = 'clusterrole-aggregation-controller';

/** The controller of aggregated cluster roles. */
export const clusterRoleAggregationController: ControllerDefinition = {
  name: 'clusterrole-aggregation-controller',
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
    *reconcile(name, current) {
      const role = current.get(clusterRoles, '', name);
      if (role?.aggregationRule === undefined) return undefined;
      const rules = gatheredRules(role, current);
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
    },
  };
}

/** The rules of the selected roles in the order of their names, each once. */
function gatheredRules(role: ClusterRole, view: View): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const labelSelector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selector = selectorOf(labelSelector);
    for (const other of view.list(clusterRoles)) {
      if (other.metadata.name === role.metadata.name) continue;
      if (!selector.matches(other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) {
        if (!rules.some(known => deepEqual(known, rule))) rules.push(rule);
      }
    }
  }
  return rules;
}
