/** ConfigMaps. @upstream pkg/registry/core/configmap/strategy.go */
import { configMaps, type ConfigMap } from '../../api/kinds/core.js';
import { ageOf } from './columns/cell.js';
import { configMapColumns } from './columns/core.js';
import { strategyOf } from './strategy.js';
import { validateConfigMap, validateConfigMapUpdate } from './validation/key-values.js';

/** The strategy of ConfigMaps. */
export const configMap = strategyOf<ConfigMap>({
  kind: configMaps,
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
  columns: configMapColumns,
  cells: (object, nowMs) => {
    const { data = {}, binaryData = {} } = object;
    const count = Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length;
    return [object.metadata.name, count, ageOf(object, nowMs)];
  },
});
