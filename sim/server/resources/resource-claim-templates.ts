/** ResourceClaimTemplates. @upstream pkg/registry/resource/resourceclaimtemplate/strategy.go */
import { resourceClaimTemplates, type ResourceClaimTemplate } from '../../api/kinds/resource.js';
import { ageOf } from './columns/cell.js';
import { resourceClaimTemplateColumns } from './columns/resource.js';
import { claimSpecDefaults } from './defaults/device-claim.js';
import { fill, within } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateClaimTemplate, validateClaimTemplateUpdate } from './validation/resource-claim.js';

/** The strategy of ResourceClaimTemplates. */
export const resourceClaimTemplate = strategyOf<ResourceClaimTemplate>({
  kind: resourceClaimTemplates,
  returnsDeletedObject: true,
  validate: validateClaimTemplate,
  validateUpdate: validateClaimTemplateUpdate,
  defaults: object =>
    within(object, 'spec', template =>
      within(fill(template, { metadata: {}, spec: { devices: {} } }), 'spec', spec =>
        claimSpecDefaults(fill(spec, { devices: {} })),
      ),
    ),
  columns: resourceClaimTemplateColumns,
  cells: (object, nowMs) => [object.metadata.name, ageOf(object, nowMs)],
});
