/** Metrics of nodes. @upstream kube-state-metrics v2.20 internal/store/node.go */
import type { Node } from '../../../api/kinds/core.js';
import {
  conditionRows,
  created,
  deletion,
  gauge,
  information,
  resourceRows,
  series,
  type StateResource,
} from '../family.js';

const rolePrefix = 'node-role.kubernetes.io/';

function nodeInfo({ spec, status }: Node): Readonly<Record<string, string>> {
  const info = status?.nodeInfo;
  const addresses = status?.addresses ?? [];
  return {
    kernel_version: info?.kernelVersion ?? '',
    os_image: info?.osImage ?? '',
    container_runtime_version: info?.containerRuntimeVersion ?? '',
    kubelet_version: info?.kubeletVersion ?? '',
    kubeproxy_version: 'deprecated',
    provider_id: spec?.providerID ?? '',
    pod_cidr: spec?.podCIDR ?? '',
    system_uuid: info?.systemUUID ?? '',
    internal_ip: addresses.findLast(({ type }) => type === 'InternalIP')?.address ?? '',
  };
}

/** Nodes. */
export const nodes: StateResource<Node> = {
  name: 'nodes',
  api: '/api/v1',
  isNamespaced: false,
  prefix: 'kube_node',
  identity: ({ metadata }) => ({ node: metadata.name ?? '' }),
  families: [
    created('kube_node'),
    deletion('kube_node'),
    information('kube_node_info', 'Information about a cluster node.', node => [nodeInfo(node)]),
    information('kube_node_role', 'The role of a cluster node.', ({ metadata }) =>
      Object.keys(metadata.labels ?? {})
        .filter(name => name.startsWith(rolePrefix))
        .map(name => ({ role: name.slice(rolePrefix.length) })),
    ),
    information('kube_node_spec_pod_cidrs', 'The pod CIDRs of a cluster node.', ({ spec }) =>
      (spec?.podCIDRs ?? []).map(cidr => ({ pod_cidr: cidr })),
    ),
    information('kube_node_spec_taint', 'The taint of a cluster node.', ({ spec }) =>
      (spec?.taints ?? []).map(({ key, value = '', effect }) => ({ key, value, effect })),
    ),
    gauge('kube_node_spec_unschedulable', 'Whether a node can schedule new pods.', ({ spec }) =>
      spec?.unschedulable === true ? 1 : 0,
    ),
    series(
      'kube_node_status_allocatable',
      'The allocatable for different resources of a node that are available for scheduling.',
      ({ status }) => resourceRows(status?.allocatable, {}, { isNode: true }),
    ),
    series(
      'kube_node_status_capacity',
      'The capacity for different resources of a node.',
      ({ status }) => resourceRows(status?.capacity, {}, { isNode: true }),
    ),
    series('kube_node_status_condition', 'The condition of a cluster node.', ({ status }) =>
      (status?.conditions ?? []).flatMap(condition =>
        conditionRows(condition.status, 'status', { condition: condition.type }),
      ),
    ),
    information('kube_node_status_addresses', 'Node address information.', ({ status }) =>
      (status?.addresses ?? []).map(({ type, address }) => ({ type, address })),
    ),
  ],
};
