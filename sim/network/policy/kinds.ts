/**
 * The kinds of policies: NetworkPolicy, and the cluster-wide kinds of the network-policy-api project,
 * whose definitions a cluster has only when somebody installs them. Only what is evaluated is named.
 * @upstream sigs.k8s.io/network-policy-api apis/v1alpha2 (v0.2.0), apis/v1alpha1
 */
import type { LabelSelector, ObjectMeta } from '../../api/kinds/meta.js';
import type { NetworkPolicy } from '../../api/kinds/networking.js';

/** Any policy that can be evaluated, told apart by its kind. */
export type Policy =
  | (NetworkPolicy & { readonly kind?: 'NetworkPolicy' })
  | ClusterNetworkPolicy
  | AdminNetworkPolicy
  | BaselineAdminNetworkPolicy;

/** ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2. */
export interface ClusterNetworkPolicy {
  readonly apiVersion?: string;
  readonly kind: 'ClusterNetworkPolicy';
  readonly metadata: ObjectMeta;
  readonly spec: TieredSpec & { readonly tier: string };
}

/** AdminNetworkPolicy of policy.networking.k8s.io/v1alpha1. */
export interface AdminNetworkPolicy {
  readonly apiVersion?: string;
  readonly kind: 'AdminNetworkPolicy';
  readonly metadata: ObjectMeta;
  readonly spec: TieredSpec;
}

/** BaselineAdminNetworkPolicy of policy.networking.k8s.io/v1alpha1. */
export interface BaselineAdminNetworkPolicy {
  readonly apiVersion?: string;
  readonly kind: 'BaselineAdminNetworkPolicy';
  readonly metadata: ObjectMeta;
  readonly spec: TieredSpec;
}

/** The spec of a policy whose rules have an order. */
export interface TieredSpec {
  /** The lower, the earlier. A baseline of v1alpha1 has none. */
  readonly priority?: number;
  readonly subject: TieredSubject;
  readonly ingress?: readonly TieredRule[];
  readonly egress?: readonly TieredRule[];
}

/** Which pods a policy is about: all of some namespaces, or some of them. */
export interface TieredSubject {
  readonly namespaces?: LabelSelector;
  readonly pods?: NamespacedPods;
}

/** Pods by their namespace's labels and their own. */
export interface NamespacedPods {
  readonly namespaceSelector: LabelSelector;
  readonly podSelector: LabelSelector;
}

/** A rule: the first that matches counts. */
export interface TieredRule {
  readonly name?: string;
  /** Accept (v1alpha1: Allow), Deny or Pass. */
  readonly action: string;
  readonly from?: readonly TieredPeer[];
  readonly to?: readonly TieredPeer[];
  /** Of v1alpha2. */
  readonly protocols?: readonly TieredProtocol[];
  /** Of v1alpha1. */
  readonly ports?: readonly AdminPort[];
}

/** One of its fields is set. */
export interface TieredPeer extends TieredSubject {
  readonly nodes?: LabelSelector;
  readonly networks?: readonly string[];
  readonly domainNames?: readonly string[];
}

/** A protocol with its ports, or a named port of the destination. */
export interface TieredProtocol {
  readonly tcp?: { readonly destinationPort?: TieredPort };
  readonly udp?: { readonly destinationPort?: TieredPort };
  readonly sctp?: { readonly destinationPort?: TieredPort };
  readonly destinationNamedPort?: string;
}

/** A port, or all from one to another. */
export interface TieredPort {
  readonly number?: number;
  readonly range?: { readonly start: number; readonly end: number };
}

/** Ports as v1alpha1 has them: one of the fields is set. */
export interface AdminPort {
  readonly portNumber?: { readonly protocol?: string; readonly port: number };
  readonly portRange?: { readonly protocol?: string; readonly start: number; readonly end: number };
  readonly namedPort?: string;
}
