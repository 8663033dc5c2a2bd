/** ResourceQuotas. @upstream pkg/registry/core/resourcequota/strategy.go */
import { compareText } from '../../api/go-text.js';
import { resourceQuotas, type ResourceQuota } from '../../api/kinds/core.js';
import { ageOf } from './columns/cell.js';
import { resourceQuotaColumns } from './columns/core.js';
import { fill, within } from './defaults/fill.js';
import { resourceListDefaults } from './defaults/resource-list.js';
import { freshStatus, keepSpec, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import { validateQuota, validateQuotaStatus, validateQuotaUpdate } from './validation/quota.js';

/** The strategy of ResourceQuotas. */
export const resourceQuota = strategyOf<ResourceQuota>({
  kind: resourceQuotas,
  returnsDeletedObject: true,
  defaults: object => {
    const filled = fill(object, { spec: {}, status: {} });
    const hard = within(filled, 'spec', spec => within(spec, 'hard', resourceListDefaults));
    return within(hard, 'status', status =>
      within(within(status, 'hard', resourceListDefaults), 'used', resourceListDefaults),
    );
  },
  prepareForCreate: freshStatus({}),
  prepareForUpdate: keepStatus,
  validate: validateQuota,
  validateUpdate: validateQuotaUpdate,
  status: { prepareForUpdate: keepSpec, validateUpdate: validateQuotaStatus },
  columns: resourceQuotaColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    usageText(object, name => !isLimit(name)),
    usageText(object, isLimit),
    ageOf(object, nowMs),
  ],
});

function isLimit(name: string): boolean {
  return name.startsWith('limits.');
}

function usageText(quota: ResourceQuota, isShown: (name: string) => boolean): string {
  const { hard = {}, used = {} } = quota.status ?? {};
  const names = Object.keys(hard).filter(isShown).sort(compareText);
  return names.map(name => `${name}: ${used[name] ?? '0'}/${hard[name]}`).join(', ');
}
