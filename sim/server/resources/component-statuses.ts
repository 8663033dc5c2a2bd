/** ComponentStatuses, which are never stored. @upstream pkg/registry/core/componentstatus/rest.go */
import { componentStatuses, type ComponentStatus } from '../../api/kinds/core.js';
import { componentStatusColumns } from './columns/core.js';
import { strategyOf } from './strategy.js';

/** The strategy of ComponentStatuses: how they are printed. */
export const componentStatus = strategyOf<ComponentStatus>({
  kind: componentStatuses,
  columns: componentStatusColumns,
  cells: ({ metadata, conditions }) => {
    const healthy = conditions?.find(({ type }) => type === 'Healthy');
    if (healthy === undefined) return [metadata.name, 'Unknown', '', ''];
    const status = healthy.status === 'True' ? 'Healthy' : 'Unhealthy';
    return [metadata.name, status, healthy.message ?? '', healthy.error ?? ''];
  },
});
