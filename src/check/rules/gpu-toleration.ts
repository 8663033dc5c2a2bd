/** SEA102: the pod asks for GPUs, and every node that has them is tainted against it. */
import { isTolerated } from '../../../sim/api/node-fit.js';
import { devicesOf, isGpu } from '../gpus.js';
import { listOf } from '../pod-template.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const gpuToleration: Rule = {
  id: 'SEA102',
  name: 'gpu-toleration',
  severity: 'error',
  title: 'The pod asks for GPUs, and all nodes that have them keep it off by a taint.',
  why: 'GPU pools are tainted to keep other pods off. Without the toleration the pod stays Pending beside idle GPUs (unless the admission plug-in ExtendedResourceToleration is on, which kind and kubeadm leave off).',
  fix: 'add the toleration to the pod',
  source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/',
  *find({ templates, nodes }) {
    for (const { owner, specPath, spec, containers } of templates) {
      const wanted = containers
        .flatMap(({ container }) => [...devicesOf(container)])
        .find(([name, count]) => isGpu(name) && count > 0);
      if (wanted === undefined) continue;
      const [resource, count] = wanted;
      const having = nodes.filter(
        ({ status }) => Number(status?.allocatable?.[resource] ?? 0) >= count,
      );
      if (having.length === 0) continue;
      const refusing = having.map(node =>
        (node.spec?.taints ?? []).find(
          taint =>
            taint.effect !== 'PreferNoSchedule' && !isTolerated(taint, listOf(spec.tolerations)),
        ),
      );
      const [taint] = refusing;
      if (taint === undefined || refusing.includes(undefined)) continue;
      const { key, value, effect } = taint;
      const text = `${key}${value === undefined ? '' : `=${value}`}:${effect}`;
      yield {
        entry: owner,
        path: specPath,
        message: `it asks for ${count} ${resource}, and all ${having.length} nodes that have it are tainted ${text}`,
        fix: `add to tolerations: { key: ${key}, operator: Exists, effect: ${effect} }`,
      };
    }
  },
};
