/** PersistentVolumeClaims. @upstream pkg/registry/core/persistentvolumeclaim/strategy.go */
import {
  persistentVolumeClaims,
  type PersistentVolumeClaim,
  type PersistentVolumeClaimSpec,
} from '../../api/kinds/core.js';
import { accessModesText } from './columns/access-modes.js';
import { ageOf } from './columns/cell.js';
import { persistentVolumeClaimColumns } from './columns/storage.js';
import { within, without } from './defaults/fill.js';
import { resourceListDefaults } from './defaults/resource-list.js';
import { claimDefaults } from './defaults/workload.js';
import { keepSpec, keepStatus } from './parts.js';
import { claimWarnings } from './storage-warnings.js';
import { strategyOf } from './strategy.js';
import {
  validateClaim,
  validateClaimStatus,
  validateClaimUpdate,
} from './validation/persistent-volume-claim.js';

/** The strategy of PersistentVolumeClaims. */
export const persistentVolumeClaim = strategyOf<PersistentVolumeClaim>({
  kind: persistentVolumeClaims,
  returnsDeletedObject: true,
  defaults: object =>
    within(claimDefaults(object), 'status', status =>
      within(
        within(status, 'capacity', resourceListDefaults),
        'allocatedResources',
        resourceListDefaults,
      ),
    ),
  prepareForCreate: object => ({
    ...within(object, 'spec', spec => withDataSources(spec, undefined)),
    status: { phase: 'Pending' },
  }),
  prepareForUpdate: (object, old) =>
    within(keepStatus(object, old), 'spec', spec => withDataSources(spec, old.spec)),
  validate: validateClaim,
  validateUpdate: validateClaimUpdate,
  warningsOnCreate: claimWarnings,
  warningsOnUpdate: claimWarnings,
  status: { prepareForUpdate: keepSpec, validateUpdate: validateClaimStatus },
  columns: persistentVolumeClaimColumns,
  cells: (object, nowMs) => {
    const { spec, status, metadata } = object;
    const isBound = !!spec?.volumeName;
    return [
      metadata.name,
      metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
      spec?.volumeName ?? '',
      isBound ? (status?.capacity?.['storage'] ?? '0') : '',
      isBound ? accessModesText(status?.accessModes) : '',
      metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ??
        spec?.storageClassName ??
        '',
      spec?.volumeAttributesClassName ?? '<unset>',
      ageOf(object, nowMs),
      spec?.volumeMode ?? '<unset>',
    ];
  },
});

/**
 * dataSource and dataSourceRef say the same; kinds that the older one never knew are dropped.
 * @upstream pkg/api/persistentvolumeclaim/util.go
 */
function withDataSources(
  given: PersistentVolumeClaimSpec,
  old: PersistentVolumeClaimSpec | undefined,
): PersistentVolumeClaimSpec {
  const isInUse = old?.dataSource !== undefined || old?.dataSourceRef !== undefined;
  // Sources of other namespaces are behind a gate of their own.
  const isForeign = Boolean(given.dataSourceRef?.namespace) && old?.dataSourceRef === undefined;
  let spec = isForeign ? without(given, 'dataSourceRef') : given;
  if (!isInUse && spec.dataSourceRef === undefined && spec.dataSource !== undefined) {
    const { kind } = spec.dataSource;
    const apiGroup = spec.dataSource.apiGroup ?? '';
    const isClaim = kind === 'PersistentVolumeClaim' && apiGroup === '';
    const isSnapshot = kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io';
    if (!isClaim && !isSnapshot) spec = without(spec, 'dataSource');
  }
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) {
    return { ...spec, dataSourceRef: dataSource };
  }
  if (dataSourceRef === undefined || dataSource !== undefined || dataSourceRef.namespace) {
    return spec;
  }
  return { ...spec, dataSource: without(dataSourceRef, 'namespace') };
}
