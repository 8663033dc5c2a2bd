/** DeviceClasses. @upstream pkg/registry/resource/deviceclass/strategy.go */
import { deviceClasses, type DeviceClass } from '../../api/kinds/resource.js';
import { ageOf } from './columns/cell.js';
import { deviceClassColumns } from './columns/resource.js';
import { fill } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateDeviceClass } from './validation/resource-claim.js';

/** The strategy of DeviceClasses. */
export const deviceClass = strategyOf<DeviceClass>({
  kind: deviceClasses,
  nameRule: 'made',
  hasGeneration: true,
  returnsDeletedObject: true,
  validate: validateDeviceClass,
  validateUpdate: validateDeviceClass,
  defaults: object => fill(object, { spec: {} }),
  columns: deviceClassColumns,
  cells: (object, nowMs) => [object.metadata.name, ageOf(object, nowMs)],
});
