/** The two ends of a connection, as policies see them. */
import type { Container, Node, Pod } from '../../api/kinds/core.js';
import type { Labels } from '../../api/selectors.js';
import { parseAddress, type Address } from './address.js';

/** A pod as policies see it: its labels, and the names of its ports. */
export interface PolicyPod {
  readonly namespace: string;
  readonly name: string;
  /** Undefined where nobody cares. */
  readonly uid?: string | undefined;
  readonly nodeName?: string | undefined;
  readonly labels: Labels;
  /** Those that have a name. */
  readonly ports: readonly NamedPort[];
}

/** A port of a container that policies may name. */
export interface NamedPort {
  readonly name: string;
  readonly containerPort: number;
  readonly protocol: string;
}

/** One end. Without pod and node it is outside of the cluster. */
export interface Party {
  /** Undefined for host-network pods: they are seen as their node. */
  readonly pod?: PolicyPod | undefined;
  readonly node?: Pick<Node, 'metadata'> | undefined;
  readonly address: Address;
}

/** A new connection, after service addresses were translated: `to` is who really answers. */
export interface Attempt {
  readonly from: Party;
  readonly to: Party;
  /** TCP, UDP or SCTP. */
  readonly protocol: string;
  /** The port at the destination. */
  readonly port: number;
}

/** A pod as one end, at its first address; on the host's network it is seen as its node. */
export function partyOf(pod: Pod): Party {
  const address = parseAddress(pod.status?.podIP ?? '') ?? -1;
  return pod.spec?.hostNetwork === true ? { address } : { pod: policyPod(pod), address };
}

/** A pod as policies see it. */
export function policyPod({ metadata, spec }: Pod): PolicyPod {
  return {
    namespace: metadata.namespace ?? 'default',
    name: metadata.name ?? '',
    uid: metadata.uid,
    nodeName: spec?.nodeName,
    labels: metadata.labels ?? {},
    ports: namedPorts(spec?.containers ?? [], spec?.initContainers ?? []),
  };
}

/** Ports of init containers count when those go on running beside the others. */
function namedPorts(
  containers: readonly Container[],
  initContainers: readonly Container[],
): readonly NamedPort[] {
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...containers, ...sidecars]
    .flatMap(({ ports = [] }) => ports)
    .filter(({ name = '' }) => name !== '')
    .map(({ name = '', containerPort, protocol = 'TCP' }) => ({ name, containerPort, protocol }));
}
