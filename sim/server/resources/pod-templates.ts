/** PodTemplates. @upstream pkg/registry/core/podtemplate/strategy.go */
import { deepEqual } from '../../api/equality.js';
import { podTemplates, type PodTemplate } from '../../api/kinds/core.js';
import { containerCells, labelsText } from './columns/cell.js';
import { podTemplateColumns } from './columns/core.js';
import { fill, within } from './defaults/fill.js';
import { podTemplateDefaults } from './defaults/pod-spec.js';
import { templateWarnings } from './pod-warnings.js';
import { strategyOf } from './strategy.js';
import { validatePodTemplate } from './validation/replication-controller.js';

/** The strategy of PodTemplates. */
export const podTemplate = strategyOf<PodTemplate>({
  kind: podTemplates,
  defaults: object =>
    within(fill(object, { template: { metadata: {} } }), 'template', podTemplateDefaults),
  hasGeneration: true,
  bumpsGeneration: (object, old) => !deepEqual(object.template, old.template),
  returnsDeletedObject: true,
  validate: (object, context) => validatePodTemplate(object, context),
  validateUpdate: (object, old, context) => validatePodTemplate(object, context, old),
  warningsOnCreate: object => templateWarnings(object.template, 'template'),
  warningsOnUpdate: (object, old) =>
    object.metadata.generation === old.metadata.generation
      ? []
      : templateWarnings(object.template, 'template'),
  columns: podTemplateColumns,
  cells: object => [
    object.metadata.name,
    ...containerCells(object.template?.spec?.containers),
    labelsText(object.template?.metadata?.labels),
  ],
});
