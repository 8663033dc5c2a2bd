/** Copies of nodes and pods under other names, as new ones would come up. @upstream simulator/node_info_utils.go */
import type { Node, Pod } from '../../api/kinds/core.js';
import type { NodeTemplate } from '../node-group.js';
import { podKey } from '../pods.js';

const hostnameLabel = 'kubernetes.io/hostname';

/** Another node like the template's, with pods like its pods. */
export function copyOf({ node, pods }: NodeTemplate, suffix: string): NodeTemplate {
  const name = `${node.metadata.name ?? ''}-${suffix}`;
  return { node: renamedNode(node, name), pods: pods.map(pod => movedPod(pod, name, suffix)) };
}

/** The node under another name. */
export function renamedNode(node: Node, name: string): Node {
  const labels = { ...node.metadata.labels, [hostnameLabel]: name };
  return { ...node, metadata: { ...node.metadata, name, uid: name, labels } };
}

/** A pod like this one on another node. */
export function movedPod(pod: Pod, nodeName: string, suffix: string): Pod {
  const uid = `${pod.metadata.uid ?? podKey(pod)}-${suffix}`;
  const name = `${pod.metadata.name ?? ''}-${suffix}`;
  const spec = { containers: [], ...pod.spec, nodeName };
  return { ...pod, metadata: { ...pod.metadata, name, uid }, spec };
}
