/** SEA101: no node of the cluster can ever take the pod, even an empty one. */
import { editText } from '../../plan/edits.js';
import { lackingText } from '../../plan/lacking.js';
import { verdictOf } from '../../plan/verdict.js';
import { World } from '../../plan/world.js';
import type { Pod } from '../../../sim/api/kinds/core.js';
import type { PodTemplate } from '../pod-template.js';
import type { Hit, Rule } from '../rule.js';
import { asksForGpus } from '../gpus.js';

/** The rule. */
export const neverSchedules: Rule = {
  id: 'SEA101',
  name: 'never-schedules',
  severity: 'error',
  title: 'No node of the cluster can take the pod, though all of them were empty.',
  why: 'It stays Pending for ever: no scale-down, eviction or patience makes room for it.',
  fix: 'ask for less, or change node selector, affinity and tolerations; seatrial plan shows every node',
  source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/',
  *find({ templates, nodes, cluster }): Iterable<Hit> {
    if (nodes.length === 0) return;
    const world = World.of(cluster.filter(({ kind }) => kind !== 'Pod'));
    const told = new Map<string, ReturnType<typeof verdictOf>>();
    for (const template of templates) {
      const pod = alone(template);
      const key = JSON.stringify(pod.spec);
      const verdict = told.get(key) ?? verdictOf(world, pod);
      told.set(key, verdict);
      if (verdict.node !== undefined || verdict.gates.length > 0) continue;
      const edits = verdict.change?.edits ?? [];
      const isTaintAlone = edits.length > 0 && edits.every(({ kind }) => kind === 'toleration');
      // Rule gpu-toleration tells of these.
      if (isTaintAlone && asksForGpus(template)) continue;
      const fixes = [
        ...(verdict.lacking === undefined ? [] : [lackingText(verdict.lacking)]),
        ...(edits.length > 0
          ? [`the smallest change found: ${edits.map(editText).join('; ')}`]
          : []),
      ];
      yield {
        entry: template.owner,
        path: template.specPath,
        message: verdict.message ?? 'no node',
        ...(fixes.length > 0 && { fix: fixes.join('; ') }),
      };
    }
  },
};

/** The pod without what depends on other pods, or on claims that are bound later. */
function alone({ spec, labels, namespace, owner }: PodTemplate): Pod {
  const { affinity, volumes, resourceClaims: _claims, schedulingGates: _gates, ...rest } = spec;
  const nodeAffinity = affinity?.nodeAffinity;
  const kept = (volumes ?? []).filter(volume => volume.persistentVolumeClaim === undefined);
  return {
    metadata: { name: `${owner.name}-pod`, namespace, labels, uid: 'check' },
    spec: {
      ...rest,
      containers: rest.containers.map(({ resources, ...container }) => ({
        ...container,
        resources: { requests: { ...resources?.limits, ...resources?.requests } },
      })),
      // The profile of another scheduler is not known: this one's filters hold for all of them.
      schedulerName: 'default-scheduler',
      ...(nodeAffinity !== undefined && { affinity: { nodeAffinity } }),
      ...(kept.length > 0 && { volumes: kept }),
    },
  };
}
