/** LimitRanges. @upstream pkg/registry/core/limitrange/strategy.go */
import { limitRanges, type LimitRange, type LimitRangeItem } from '../../api/kinds/core.js';
import { eachItem, within } from './defaults/fill.js';
import { resourceListDefaults, type ResourceList } from './defaults/resource-list.js';
import { strategyOf } from './strategy.js';
import { validateLimitRange } from './validation/limit-range.js';

/** The strategy of LimitRanges. */
export const limitRange = strategyOf<LimitRange>({
  kind: limitRanges,
  allowsCreateOnUpdate: true,
  // One without a name is called after a uid of its own.
  prepareForCreate: (object, { random }) =>
    object.metadata.name
      ? object
      : { ...object, metadata: { ...object.metadata, name: random.uuid() } },
  validate: validateLimitRange,
  validateUpdate: validateLimitRange,
  defaults: object =>
    within(object, 'spec', spec => within(spec, 'limits', list => eachItem(list, itemDefaults))),
});

/** @upstream pkg/apis/core/v1/defaults.go SetDefaults_LimitRangeItem */
function itemDefaults(item: LimitRangeItem): LimitRangeItem {
  let result = item;
  if (item.type === 'Container') {
    const limits = merged(item.max, item.default);
    const requests = merged(item.min, merged(limits, item.defaultRequest));
    if (limits !== undefined && limits !== item.default) result = { ...result, default: limits };
    if (requests !== undefined && requests !== item.defaultRequest) {
      result = { ...result, defaultRequest: requests };
    }
  }
  for (const field of [
    'max',
    'min',
    'default',
    'defaultRequest',
    'maxLimitRequestRatio',
  ] as const) {
    result = within(result, field, resourceListDefaults);
  }
  return result;
}

/** The list with what it lacks from the other; the list itself when it lacks nothing. */
function merged(
  other: ResourceList | undefined,
  list: ResourceList | undefined,
): ResourceList | undefined {
  const lacks = Object.keys(other ?? {}).some(name => list?.[name] === undefined);
  return lacks ? { ...other, ...list } : list;
}
