/** NetworkPolicies. @upstream pkg/registry/networking/networkpolicy/strategy.go */
import { deepEqual } from '../../api/equality.js';
import { hasEmptyMarks } from '../../api/go-struct.js';
import {
  networkPolicies,
  type NetworkPolicy,
  type NetworkPolicyPort,
  type NetworkPolicySpec,
} from '../../api/kinds/networking.js';
import { ageOf } from './columns/cell.js';
import { networkPolicyColumns } from './columns/network.js';
import { selectorCell } from './columns/selector-text.js';
import { eachItem, fill, within } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateNetworkPolicy } from './validation/network-policy.js';

/** The strategy of NetworkPolicies. */
export const networkPolicy = strategyOf<NetworkPolicy>({
  kind: networkPolicies,
  defaults: object => within(fill(object, { spec: {} }), 'spec', specDefaults),
  hasGeneration: true,
  // By reflect.DeepEqual: `ingress: []` is not what was stored of it.
  bumpsGeneration: ({ spec }, old) => hasEmptyMarks(spec) || !deepEqual(spec, old.spec),
  validate: object => validateNetworkPolicy(object),
  validateUpdate: validateNetworkPolicy,
  columns: networkPolicyColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    selectorCell(object.spec?.podSelector),
    ageOf(object, nowMs),
  ],
});

function specDefaults(given: NetworkPolicySpec): NetworkPolicySpec {
  let spec = fill(given, { podSelector: {} });
  if ((spec.policyTypes ?? []).length === 0) {
    const isOutgoing = (spec.egress ?? []).length > 0;
    spec = { ...spec, policyTypes: isOutgoing ? ['Ingress', 'Egress'] : ['Ingress'] };
  }
  const port = (each: NetworkPolicyPort) => fill(each, { protocol: 'TCP' });
  spec = within(spec, 'ingress', rules =>
    eachItem(rules, rule => within(rule, 'ports', ports => eachItem(ports, port))),
  );
  return within(spec, 'egress', rules =>
    eachItem(rules, rule => within(rule, 'ports', ports => eachItem(ports, port))),
  );
}
