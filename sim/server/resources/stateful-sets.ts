/** StatefulSets. @upstream pkg/registry/apps/statefulset/strategy.go */
import { statefulSets, type StatefulSet } from '../../api/kinds/apps.js';
import { ageOf, containerCells } from './columns/cell.js';
import { selectorText } from './columns/selector-text.js';
import { statefulSetColumns } from './columns/workloads.js';
import { within, without } from './defaults/fill.js';
import { statefulSetDefaults } from './defaults/workload.js';
import { keepSpec, keepStatus } from './parts.js';
import { templateWarnings, workloadUpdateWarnings } from './pod-warnings.js';
import { claimSpecWarnings } from './storage-warnings.js';
import { strategyOf } from './strategy.js';
import {
  validateStatefulSet,
  validateStatefulSetStatus,
  validateStatefulSetUpdate,
} from './validation/stateful-set.js';

/** The strategy of StatefulSets. */
export const statefulSet = strategyOf<StatefulSet>({
  kind: statefulSets,
  nameRule: 'label',
  defaults: statefulSetDefaults,
  hasGeneration: true,
  prepareForCreate: object =>
    dropDisabled({ ...object, status: { replicas: 0, availableReplicas: 0 } }),
  validate: validateStatefulSet,
  prepareForUpdate: (object, old) => {
    const isUsed = old.spec?.updateStrategy?.rollingUpdate?.maxUnavailable !== undefined;
    const kept = keepStatus(object, old);
    return isUsed ? kept : dropDisabled(kept);
  },
  validateUpdate: validateStatefulSetUpdate,
  warningsOnCreate: object => [
    ...templateWarnings(object.spec?.template),
    ...setWarnings(object, ''),
  ],
  warningsOnUpdate: (object, old) => [
    ...workloadUpdateWarnings(object, old),
    ...setWarnings(object, '.Spec'),
  ],
  status: { prepareForUpdate: keepSpec, validateUpdate: validateStatefulSetStatus },
  scale: {
    replicas: object => object.spec?.replicas ?? 0,
    withReplicas: (object, replicas) =>
      object.spec === undefined ? object : { ...object, spec: { ...object.spec, replicas } },
    statusReplicas: object => object.status?.replicas ?? 0,
    selector: object => selectorText(object.spec?.selector) ?? '',
  },
  columns: statefulSetColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    `${object.status?.readyReplicas ?? 0}/${object.spec?.replicas ?? 0}`,
    ageOf(object, nowMs),
    ...containerCells(object.spec?.template.spec?.containers),
  ],
});

/** The gate MaxUnavailableStatefulSet is off: what it governs is dropped. */
function dropDisabled(statefulSet: StatefulSet): StatefulSet {
  return within(statefulSet, 'spec', spec =>
    within(spec, 'updateStrategy', strategy =>
      within(strategy, 'rollingUpdate', update => without(update, 'maxUnavailable')),
    ),
  );
}

function setWarnings({ spec }: StatefulSet, suffix: string): readonly string[] {
  const claims = (spec?.volumeClaimTemplates ?? []).flatMap((claim, index) =>
    claimSpecWarnings(claim.spec ?? {}, `spec.volumeClaimTemplates[${index}]${suffix}`),
  );
  if ((spec?.revisionHistoryLimit ?? 0) >= 0) return claims;
  const text = 'a negative value retains all historical revisions; a value >= 0 is recommended';
  return [...claims, `spec.revisionHistoryLimit: ${text}`];
}
