/** FlowSchemas. @upstream pkg/registry/flowcontrol/flowschema/strategy.go */
import { flowSchemas, type FlowSchema } from '../../api/kinds/flowcontrol.js';
import { compareText } from '../../api/go-text.js';
import { findCondition } from '../../api/meta.js';
import { ageOf } from './columns/cell.js';
import { flowSchemaColumns } from './columns/policy.js';
import { fill, fillEmpty, within } from './defaults/fill.js';
import { freshStatus, keepAllButStatus, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import { validateFlowSchema, validateFlowStatus } from './validation/flow-control.js';

/** The strategy of FlowSchemas. */
export const flowSchema = strategyOf<FlowSchema>({
  kind: flowSchemas,
  hasGeneration: true,
  allowsUnconditionalUpdate: true,
  defaults: object =>
    within(
      fill(object, { spec: { priorityLevelConfiguration: { name: '' } }, status: {} }),
      'spec',
      spec => fillEmpty(spec, { matchingPrecedence: 1000 }),
    ),
  prepareForCreate: freshStatus({}),
  prepareForUpdate: keepStatus,
  validate: object => validateFlowSchema(object),
  validateUpdate: validateFlowSchema,
  status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateFlowStatus },
  columns: flowSchemaColumns,
  compareRows: (one, other) =>
    (one.spec?.matchingPrecedence ?? 0) - (other.spec?.matchingPrecedence ?? 0) ||
    compareText(one.metadata.name ?? '', other.metadata.name ?? ''),
  cells: (object, nowMs) => {
    const conditions = (object.status?.conditions ?? []).map(each => ({
      type: each.type ?? '',
      status: each.status ?? '',
    }));
    return [
      object.metadata.name,
      object.spec?.priorityLevelConfiguration.name ?? '',
      object.spec?.matchingPrecedence ?? 0,
      object.spec?.distinguisherMethod?.type ?? '<none>',
      ageOf(object, nowMs),
      findCondition(conditions, 'Dangling')?.status ?? '?',
    ];
  },
});
