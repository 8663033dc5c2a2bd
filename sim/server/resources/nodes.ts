/** Nodes. @upstream pkg/registry/core/node/strategy.go */
import { nodes, type Node, type NodeSpec, type NodeStatus } from '../../api/kinds/core.js';
import { compareText } from '../../api/go-text.js';
import { findCondition } from '../../api/meta.js';
import { ageOf } from './columns/cell.js';
import { nodeColumns } from './columns/core.js';
import { fill, fillEmpty, within, without } from './defaults/fill.js';
import { resourceListDefaults } from './defaults/resource-list.js';
import { keepSpec, keepStatus } from './parts.js';
import { cidrWarnings } from './ip-warnings.js';
import { strategyOf } from './strategy.js';
import { validateNode, validateNodeUpdate } from './validation/node.js';

/** The strategy of Nodes. */
export const node = strategyOf<Node>({
  kind: nodes,
  defaults: object =>
    within(
      within(fill(object, { spec: {}, status: {} }), 'status', statusDefaults),
      'spec',
      specDefaults,
    ),
  prepareForCreate: object =>
    withoutSource(within(object, 'status', status => without(status, 'config'))),
  prepareForUpdate: (object, old) => withoutSource(keepStatus(object, old), old),
  validate: validateNode,
  validateUpdate: (object, old) => [...validateNode(object), ...validateNodeUpdate(object, old)],
  warningsOnCreate: specWarnings,
  warningsOnUpdate: specWarnings,
  status: {
    prepareForUpdate: (object, old) =>
      within(keepSpec(object, old), 'status', status =>
        old.status?.config === undefined ? without(status, 'config') : status,
      ),
    validateUpdate: validateNodeUpdate,
  },
  selectableFields: {
    'spec.unschedulable': object => String(object.spec?.unschedulable ?? false),
  },
  fieldSelectorError: 'not-supported',
  columns: nodeColumns,
  cells: (object, nowMs) => {
    const info = object.status?.nodeInfo;
    const architecture = info?.architecture ? ` (${info.architecture})` : '';
    return [
      object.metadata.name,
      statusText(object),
      rolesText(object),
      ageOf(object, nowMs),
      info?.kubeletVersion ?? '',
      addressText(object, 'InternalIP'),
      addressText(object, 'ExternalIP'),
      info?.osImage || '<unknown>',
      `${info?.kernelVersion || '<unknown>'}${architecture}`,
      info?.containerRuntimeVersion || '<unknown>',
    ];
  },
});

/** Kubelets no longer take their configuration from the API: what was said of it stays, nothing is added. */
function withoutSource(object: Node, old?: Node): Node {
  if (old?.spec?.configSource !== undefined) return object;
  return within(object, 'spec', spec => without(spec, 'configSource'));
}

function specWarnings({ spec }: Node): readonly string[] {
  const warnings: string[] = [];
  if (spec?.configSource) warnings.push('spec.configSource: the feature is removed');
  if (spec?.externalID) {
    warnings.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
  }
  const ranges = (spec?.podCIDRs ?? []).flatMap((range, index) =>
    cidrWarnings(`spec.podCIDRs[${index}]`, range),
  );
  return [...warnings, ...ranges];
}

const noInfo = {
  machineID: '',
  systemUUID: '',
  bootID: '',
  kernelVersion: '',
  osImage: '',
  containerRuntimeVersion: '',
  kubeletVersion: '',
  kubeProxyVersion: '',
  operatingSystem: '',
  architecture: '',
};

const noEndpoints = { kubeletEndpoint: { Port: 0 } };

function statusDefaults(given: NodeStatus): NodeStatus {
  let status = fill(given, { daemonEndpoints: noEndpoints, nodeInfo: noInfo });
  status = within(status, 'nodeInfo', info => fill(info, noInfo));
  status = within(status, 'daemonEndpoints', endpoints => fill(endpoints, noEndpoints));
  status = within(status, 'capacity', resourceListDefaults);
  if (status.allocatable === undefined && status.capacity !== undefined) {
    status = { ...status, allocatable: status.capacity };
  }
  return within(status, 'allocatable', resourceListDefaults);
}

/** podCIDR is the first of podCIDRs, whichever was sent. @upstream pkg/apis/core/v1/conversion.go */
function specDefaults(spec: NodeSpec): NodeSpec {
  const first = spec.podCIDRs?.[0];
  if (spec.podCIDR && spec.podCIDR !== first) return { ...spec, podCIDRs: [spec.podCIDR] };
  return first === undefined ? spec : fillEmpty(spec, { podCIDR: first });
}

function statusText(node: Node): string {
  const ready = findCondition(node.status?.conditions, 'Ready');
  const words = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (node.spec?.unschedulable === true) words.push('SchedulingDisabled');
  return words.join(',');
}

const rolePrefix = 'node-role.kubernetes.io/';

function rolesText(node: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(rolePrefix)) roles.add(key.slice(rolePrefix.length));
    else if (key === 'kubernetes.io/role') roles.add(value);
  }
  roles.delete('');
  return roles.size === 0 ? '<none>' : [...roles].sort(compareText).join(',');
}

function addressText(node: Node, type: string): string {
  return node.status?.addresses?.find(each => each.type === type)?.address ?? '<none>';
}
