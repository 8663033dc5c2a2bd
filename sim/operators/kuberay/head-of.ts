/** The pod that leads a cluster. @upstream kuberay v1.7.0 controllers/ray/common/association.go RayClusterHeadPodsAssociationOptions */
import { pods, type Pod } from '../../api/kinds/core.js';
import type { View } from '../../client/contract.js';
import { keys } from './keys.js';

/** The head of the cluster of this name, by its labels. */
export function headOf(view: View, namespace: string, cluster: string): Pod | undefined {
  return view
    .list(pods, namespace)
    .find(
      ({ metadata: { labels = {} } }) =>
        labels[keys.cluster] === cluster && labels[keys.nodeType] === 'head',
    );
}
