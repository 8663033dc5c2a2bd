/** ResourceSlices. @upstream pkg/registry/resource/resourceslice/strategy.go */
import { resourceSlices, type Device, type ResourceSlice } from '../../api/kinds/resource.js';
import { rfc3339 } from '../../api/time.js';
import { ageOf } from './columns/cell.js';
import { resourceSliceColumns } from './columns/resource.js';
import { eachItem, fill, within, without } from './defaults/fill.js';
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
  prepareForCreate: (object, { nowMs }) => withTaintTimes(withoutGated(object), nowMs),
  prepareForUpdate: (object, old, { nowMs }) => withTaintTimes(withoutGated(object, old), nowMs),
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

const listFields = ['bools', 'ints', 'strings', 'versions'] as const;

/** What gates that are off by default drop, unless the slice had it before. @upstream dropDisabledFields */
function withoutGated(slice: ResourceSlice, old?: ResourceSlice): ResourceSlice {
  const devices = slice.spec.devices ?? [];
  const dropsMappings = devices.some(isMapped) && !old?.spec.devices?.some(isMapped);
  const dropsLists = devices.some(hasLists) && !old?.spec.devices?.some(hasLists);
  if (!dropsMappings && !dropsLists) return slice;
  const kept = devices.map(device => {
    const unmapped = dropsMappings ? without(device, 'nodeAllocatableResourceMappings') : device;
    const { attributes } = unmapped;
    if (!dropsLists || attributes === undefined) return unmapped;
    const entries = Object.entries(attributes).map(
      ([name, attribute]) => [name, listFields.reduce(without, attribute)] as const,
    );
    return { ...unmapped, attributes: Object.fromEntries(entries) };
  });
  return { ...slice, spec: { ...slice.spec, devices: kept } };
}

function isMapped({ nodeAllocatableResourceMappings: mappings = {} }: Device): boolean {
  return Object.keys(mappings).length > 0;
}

function hasLists({ attributes = {} }: Device): boolean {
  return Object.values(attributes).some(attribute =>
    listFields.some(field => attribute[field] !== undefined),
  );
}

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
