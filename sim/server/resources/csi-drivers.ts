/** CSIDrivers. @upstream pkg/registry/storage/csidriver/strategy.go */
import { csiDrivers, type CSIDriver } from '../../api/kinds/storage.js';
import { ageOf } from './columns/cell.js';
import { csiDriverColumns } from './columns/storage.js';
import { fill, within } from './defaults/fill.js';
import { strategyOf } from './strategy.js';

/** The strategy of CSIDrivers. */
export const csiDriver = strategyOf<CSIDriver>({
  kind: csiDrivers,
  allowsUnconditionalUpdate: false,
  returnsDeletedObject: true,
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
