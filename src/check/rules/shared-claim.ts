/** SEA507: pods of a Deployment share a claim that one node alone can mount. */
import { persistentVolumeClaims } from '../../../sim/api/kinds/core.js';
import { scalersOf, targetOf } from '../scalers.js';
import { listOf, valueAt } from '../pod-template.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const sharedClaim: Rule = {
  id: 'SEA507',
  name: 'shared-claim',
  severity: 'warning',
  title: 'Pods of a Deployment share a ReadWriteOnce claim.',
  why: 'One node mounts it at a time. A second replica, or the new pod of a rolling update, on another node stays in ContainerCreating: Multi-Attach error.',
  fix: 'use strategy Recreate with one replica, a StatefulSet with claim templates, or ReadWriteMany',
  source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes',
  *find(survey) {
    const claims = new Map(
      survey.of(persistentVolumeClaims).map(one => [`${one.namespace}/${one.name}`, one.object]),
    );
    const scalers = scalersOf(survey);
    for (const { owner, namespace, spec, specPath, replicas = 1 } of survey.templates) {
      if (!owner.isBuiltIn || owner.kind !== 'Deployment') continue;
      const scaler = scalers.find(one => targetOf(survey, one) === owner);
      const most = Math.max(replicas, scaler?.max ?? 0);
      const isRecreated = valueAt(owner.object, ['spec', 'strategy', 'type']) === 'Recreate';
      if (most === 0 || (most === 1 && isRecreated)) continue;
      for (const [index, volume] of listOf(spec.volumes).entries()) {
        const { claimName: name, readOnly } = volume.persistentVolumeClaim ?? {};
        const claim = name === undefined ? undefined : claims.get(`${namespace}/${name}`);
        const modes = listOf(claim?.spec?.accessModes);
        if (claim === undefined || readOnly === true || modes.length === 0) continue;
        if (modes.some(mode => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany')) continue;
        const isOnce = modes.includes('ReadWriteOncePod');
        const who = most > 1 ? `${most} replicas` : 'the old and the new pod of a roll-out';
        yield {
          entry: owner,
          path: [...specPath, 'volumes', index],
          severity: most > 1 || isOnce ? 'warning' : 'info',
          message: `${who} share claim ${name ?? ''}, which is ${modes.join(', ')}`,
        };
      }
    }
  },
};
