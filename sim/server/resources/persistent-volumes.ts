/** PersistentVolumes. @upstream pkg/registry/core/persistentvolume/strategy.go */
import { persistentVolumes, type PersistentVolume } from '../../api/kinds/core.js';
import { rfc3339 } from '../../api/time.js';
import { accessModesText } from './columns/access-modes.js';
import { ageOf } from './columns/cell.js';
import { persistentVolumeColumns } from './columns/storage.js';
import { fill, fillEmpty, within } from './defaults/fill.js';
import { persistentSourceDefaults } from './defaults/persistent-volume.js';
import { keepSpec, keepStatus } from './parts.js';
import { volumeWarnings } from './storage-warnings.js';
import { strategyOf, type StrategyContext } from './strategy.js';
import {
  validateVolume,
  validateVolumeStatus,
  validateVolumeUpdate,
} from './validation/persistent-volume.js';

/** The strategy of PersistentVolumes. */
export const persistentVolume = strategyOf<PersistentVolume>({
  kind: persistentVolumes,
  returnsDeletedObject: true,
  defaults: volumeDefaults,
  prepareForCreate: (object, { nowMs }) => ({
    ...object,
    status: { phase: 'Pending', lastPhaseTransitionTime: rfc3339(nowMs) },
  }),
  prepareForUpdate: keepStatus,
  validate: validateVolume,
  validateUpdate: validateVolumeUpdate,
  warningsOnCreate: volumeWarnings,
  warningsOnUpdate: volumeWarnings,
  status: { prepareForUpdate: preparedStatus, validateUpdate: validateVolumeStatus },
  // Upstream's own slip: the name is selectable as `name` too, but the version refuses the label.
  columns: persistentVolumeColumns,
  cells: (object, nowMs) => {
    const { spec, status, metadata } = object;
    const claim = spec?.claimRef;
    return [
      metadata.name,
      spec?.capacity?.['storage'] ?? '0',
      accessModesText(spec?.accessModes),
      spec?.persistentVolumeReclaimPolicy ?? '',
      metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
      claim === undefined ? '' : `${claim.namespace ?? ''}/${claim.name ?? ''}`,
      metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ??
        spec?.storageClassName ??
        '',
      spec?.volumeAttributesClassName ?? '<unset>',
      status?.reason ?? '',
      ageOf(object, nowMs),
      spec?.volumeMode ?? '<unset>',
    ];
  },
});

function volumeDefaults(volume: PersistentVolume): PersistentVolume {
  const filled = fill(volume, { spec: {}, status: {} });
  const phased = within(filled, 'status', status => fillEmpty(status, { phase: 'Pending' }));
  return within(phased, 'spec', given => {
    const kept = fillEmpty(given, { persistentVolumeReclaimPolicy: 'Retain' });
    return persistentSourceDefaults(fill(kept, { volumeMode: 'Filesystem' }));
  });
}

/** The time of the last transition is noted when the phase changes and nobody says when. */
function preparedStatus(
  volume: PersistentVolume,
  old: PersistentVolume,
  { nowMs }: StrategyContext,
): PersistentVolume {
  const kept = keepSpec(volume, old);
  const before = old.status?.lastPhaseTransitionTime;
  const given = kept.status?.lastPhaseTransitionTime;
  if (old.status?.phase === kept.status?.phase) {
    if (given !== undefined || before === undefined) return kept;
    return { ...kept, status: { ...kept.status, lastPhaseTransitionTime: before } };
  }
  if (given !== undefined && given !== before) return kept;
  return { ...kept, status: { ...kept.status, lastPhaseTransitionTime: rfc3339(nowMs) } };
}
