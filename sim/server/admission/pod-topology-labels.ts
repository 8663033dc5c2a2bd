/**
 * A pod gets the zone and region of its node as labels when it is bound.
 * @upstream plugin/pkg/admission/podtopologylabels/admission.go
 */
import { nodes, pods, type Binding, type Pod } from '../../api/kinds/core.js';
import type { HasMetadata } from '../../api/object.js';
import type { ServerAccess } from '../access.js';
import { handling } from './shared/matching.js';
import { mutated, objectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** The plug-in PodTopologyLabels. */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  handles: handling(pods, ['CREATE'], ['', 'binding']),
  mutate(attributes, { access }) {
    const object = objectOf<HasMetadata>(attributes);
    const nodeName = attributes.subresource === '' ? nodeOfPod(object) : nodeOfBinding(object);
    const labels = nodeName === undefined ? {} : topologyOf(access, nodeName);
    if (Object.keys(labels).length === 0) return undefined;
    const { metadata } = object;
    const all = Object.assign({}, metadata.labels, labels);
    const labelled = Object.assign({}, metadata, { labels: all });
    return mutated(Object.assign({}, object, { metadata: labelled }));
  },
};

function nodeOfPod(object: HasMetadata): string | undefined {
  return (object as Pod).spec?.nodeName;
}

function nodeOfBinding(object: HasMetadata): string | undefined {
  const { target } = object as Binding;
  return target.kind === 'Node' ? target.name : undefined;
}

/** Whether the node is in a zone or a region, so that its pods get labels. */
export function hasTopology({ metadata }: HasMetadata): boolean {
  return copied.some(key => metadata.labels?.[key] !== undefined);
}

function topologyOf(access: ServerAccess, nodeName: string): Readonly<Record<string, string>> {
  const labels = access.get(nodes, '', nodeName)?.metadata.labels ?? {};
  const topology: Record<string, string> = {};
  for (const key of copied) {
    const value = labels[key];
    if (value !== undefined) topology[key] = value;
  }
  return topology;
}
