/** The labels of the pods that KubeRay makes. */
import { isRecord } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import type { Labels } from '../../api/selectors.js';
import { headGroup, keys } from './keys.js';
import { commonLabels, fixedLabels } from './pods.js';

/** Those of the head and of each group of workers. The clusters of jobs and services have made-up names. */
export function rayPodLabels({ kind, metadata, spec }: KubeObject): readonly Labels[] {
  if (!isRecord(spec)) return [];
  const isCluster = kind === 'RayCluster';
  const cluster = isCluster ? spec : (spec['rayClusterSpec'] ?? spec['rayClusterConfig']);
  if (!isRecord(cluster)) return [];
  const { name = '' } = metadata;
  const groups = Array.isArray(cluster['workerGroupSpecs']) ? cluster['workerGroupSpecs'] : [];
  const nodes = [
    { type: 'head', group: headGroup },
    ...groups.filter(isRecord).map(one => ({ type: 'worker', group: String(one['groupName']) })),
  ];
  return nodes.map(node => {
    const labels = { ...commonLabels(name, node.type), ...fixedLabels(name, node) };
    if (isCluster) return labels;
    const { [keys.cluster]: _, [keys.identifier]: __, ...known } = labels;
    return { ...known, ...(kind === 'RayService' && { [keys.serve]: 'true' }) };
  });
}
