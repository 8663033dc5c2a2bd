/** CSIDrivers. @upstream pkg/registry/storage/csidriver/strategy.go */
import { deepEqual } from '../../api/equality.js';
import { csiDrivers, type CSIDriver } from '../../api/kinds/storage.js';
import { ageOf } from './columns/cell.js';
import { csiDriverColumns } from './columns/storage.js';
import { fill, within, without } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateDriver, validateDriverUpdate } from './validation/csi.js';

/** The strategy of CSIDrivers. */
export const csiDriver = strategyOf<CSIDriver>({
  kind: csiDrivers,
  allowsUnconditionalUpdate: false,
  returnsDeletedObject: true,
  validate: validateDriver,
  validateUpdate: validateDriverUpdate,
  prepareForCreate: withoutLimitScaling,
  prepareForUpdate: (given, old) => {
    const isKept = old.spec.preventPodSchedulingIfMissing !== undefined;
    const object = isKept ? given : withoutLimitScaling(given);
    if (deepEqual(object.spec, old.spec)) return object;
    const generation = (old.metadata.generation ?? 0) + 1;
    return { ...object, metadata: { ...object.metadata, generation } };
  },
  warningsOnCreate: ({ spec }) => (lacksSecrets(spec) ? [secretsText] : []),
  warningsOnUpdate: ({ spec }, old) =>
    lacksSecrets(spec) && !deepEqual(spec.tokenRequests, old.spec.tokenRequests)
      ? [secretsText]
      : [],
  defaults: object =>
    within(object, 'spec', given => {
      const spec = fill(given, {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        requiresRepublish: false,
        seLinuxMount: false,
      });
      const modes = spec.volumeLifecycleModes ?? [];
      return modes.length > 0 ? spec : { ...spec, volumeLifecycleModes: ['Persistent'] };
    }),
  columns: csiDriverColumns,
  cells: (object, nowMs) => {
    const { spec } = object;
    const audiences = spec.tokenRequests?.map(request => request.audience).join(',');
    return [
      object.metadata.name,
      spec.attachRequired ?? true,
      spec.podInfoOnMount ?? false,
      spec.storageCapacity ?? false,
      audiences ?? '<unset>',
      spec.requiresRepublish ?? false,
      (spec.volumeLifecycleModes ?? []).join(',') || '<none>',
      ageOf(object, nowMs),
    ];
  },
});

/** VolumeLimitScaling is off by default. */
function withoutLimitScaling(driver: CSIDriver): CSIDriver {
  if (driver.spec.preventPodSchedulingIfMissing === undefined) return driver;
  return { ...driver, spec: without(driver.spec, 'preventPodSchedulingIfMissing') };
}

const secretsText =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to ' +
  'prevent possible logging of tokens in volume attributes';

function lacksSecrets({ tokenRequests, serviceAccountTokenInSecrets }: CSIDriver['spec']): boolean {
  return (tokenRequests ?? []).length > 0 && serviceAccountTokenInSecrets === undefined;
}
