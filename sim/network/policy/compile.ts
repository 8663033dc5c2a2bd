/** Policies, made ready to be asked: which pods they are about, and their rules in order. */
import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
} from '../../api/kinds/networking.js';
import { selectorOf } from '../../api/selectors.js';
import type { Policy, TieredRule } from './kinds.js';
import type { PolicyPod } from './party.js';
import { peersOf, subjectOf, tieredPeersOf, type NamespaceLabels, type PeerTest } from './peers.js';
import { portsOf, tieredPortsOf, type PortTest } from './ports.js';

/** The side of a connection: egress is judged at its source, ingress at its destination. */
export type Direction = 'egress' | 'ingress';

/** When a policy speaks: the network policies stand between the two tiers. */
export type Tier = 'admin' | 'network' | 'baseline';

/** A rule, ready to be asked. */
export interface Rule {
  readonly action: 'accept' | 'deny' | 'pass';
  /** Undefined: everybody. */
  readonly isPeer: PeerTest | undefined;
  /** Undefined: every port. */
  readonly isPort: PortTest | undefined;
  /** `NetworkPolicy serving/allow-gateway`. */
  readonly policy: string;
  /** `ingress[0]`, or the rule's name where it has one. */
  readonly name: string;
}

/** A policy, ready to be asked. */
export interface CompiledPolicy {
  /** `NetworkPolicy serving/allow-gateway`. */
  readonly name: string;
  readonly tier: Tier;
  /** Orders the policies of a tier. */
  readonly priority: number;
  readonly selects: (pod: PolicyPod) => boolean;
  /** The rules of a direction; undefined when the policy says nothing of it. */
  readonly egress: readonly Rule[] | undefined;
  readonly ingress: readonly Rule[] | undefined;
}

/** Makes a policy ready. */
export function compilePolicy(policy: Policy, labelsOf: NamespaceLabels): CompiledPolicy {
  switch (policy.kind) {
    case 'ClusterNetworkPolicy':
      return tiered(policy, policy.spec.tier === 'Baseline' ? 'baseline' : 'admin', labelsOf);
    case 'AdminNetworkPolicy':
      return tiered(policy, 'admin', labelsOf);
    case 'BaselineAdminNetworkPolicy':
      return tiered(policy, 'baseline', labelsOf);
    default:
      return networkPolicy(policy, labelsOf);
  }
}

/** Directions that are not listed are left alone, even where there are rules for them. */
function networkPolicy(policy: NetworkPolicy, labelsOf: NamespaceLabels): CompiledPolicy {
  const { metadata, spec = {} } = policy;
  const { namespace = 'default' } = metadata;
  const name = `NetworkPolicy ${namespace}/${metadata.name ?? ''}`;
  const types = policyTypes(policy);
  const rule = (
    direction: Direction,
    index: number,
    { ports, from, to }: NetworkPolicyIngressRule & NetworkPolicyEgressRule,
  ): Rule => ({
    action: 'accept',
    isPeer: peersOf(from ?? to, { namespace, labelsOf }),
    isPort: portsOf(ports),
    policy: name,
    name: `${direction}[${index}]`,
  });
  const pods = selectorOf(spec.podSelector ?? {});
  return {
    name,
    tier: 'network',
    priority: 0,
    selects: pod => pod.namespace === namespace && pods.matches(pod.labels),
    egress: types.includes('Egress')
      ? (spec.egress ?? []).map((one, index) => rule('egress', index, one))
      : undefined,
    ingress: types.includes('Ingress')
      ? (spec.ingress ?? []).map((one, index) => rule('ingress', index, one))
      : undefined,
  };
}

/** The API server fills them in; a policy as its user wrote it may lack them. */
function policyTypes({ spec = {} }: NetworkPolicy): readonly string[] {
  const { policyTypes: given = [], egress = [] } = spec;
  if (given.length > 0) return given;
  return egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

function tiered(
  { kind, metadata, spec }: Exclude<Policy, NetworkPolicy>,
  tier: Tier,
  labelsOf: NamespaceLabels,
): CompiledPolicy {
  const name = `${kind} ${metadata.name ?? ''}`;
  const rules = (direction: Direction, list: readonly TieredRule[] = []): readonly Rule[] =>
    list.map((one, index) => ({
      action: actionOf(one.action),
      isPeer: tieredPeersOf(direction === 'egress' ? one.to : one.from, labelsOf),
      isPort: tieredPortsOf(one),
      policy: name,
      name: one.name ?? `${direction}[${index}]`,
    }));
  const isSubject = subjectOf(spec.subject, labelsOf);
  return {
    name,
    tier,
    priority: spec.priority ?? 0,
    selects: pod => isSubject({ pod, address: 0 }),
    egress: rules('egress', spec.egress),
    ingress: rules('ingress', spec.ingress),
  };
}

function actionOf(action: string): Rule['action'] {
  if (action === 'Deny') return 'deny';
  return action === 'Pass' ? 'pass' : 'accept';
}
