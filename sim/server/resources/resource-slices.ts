/** ResourceSlices. @upstream pkg/registry/resource/resourceslice/strategy.go */
import { resourceSlices, type ResourceSlice } from '../../api/kinds/resource.js';
import { rfc3339 } from '../../api/time.js';
import { ageOf } from './columns/cell.js';
import { resourceSliceColumns } from './columns/resource.js';
import { eachItem, fill, within } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateResourceSlice, validateResourceSliceUpdate } from './validation/resource-slice.js';

/** The strategy of ResourceSlices. */
export const resourceSlice = strategyOf<ResourceSlice>({
  kind: resourceSlices,
  hasGeneration: true,
  returnsDeletedObject: true,
  validate: validateResourceSlice,
  validateUpdate: validateResourceSliceUpdate,
  defaults: object =>
    within(object, 'spec', spec =>
      within(spec, 'pool', pool => fill(pool, { generation: 0, resourceSliceCount: 0 })),
    ),
  prepareForCreate: (object, { nowMs }) => withTaintTimes(object, nowMs),
  prepareForUpdate: (object, _old, { nowMs }) => withTaintTimes(object, nowMs),
  selectableFields: {
    'spec.nodeName': object => object.spec.nodeName ?? '',
    'spec.driver': object => object.spec.driver,
  },
  fieldSelectorError: 'not-supported-for-version',
  columns: resourceSliceColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.spec.nodeName ?? '',
    object.spec.driver,
    object.spec.pool.name,
    ageOf(object, nowMs),
  ],
});

/** A taint that does not say since when it is there is there from now on. */
function withTaintTimes(slice: ResourceSlice, nowMs: number): ResourceSlice {
  return within(slice, 'spec', spec =>
    within(spec, 'devices', devices =>
      eachItem(devices, device =>
        within(device, 'taints', taints =>
          eachItem(taints, taint =>
            taint.timeAdded === undefined ? { ...taint, timeAdded: rfc3339(nowMs) } : taint,
          ),
        ),
      ),
    ),
  );
}
