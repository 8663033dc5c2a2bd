/** The defaults of lists of resources. @upstream pkg/apis/core/v1/defaults.go */
import { parseQuantity } from '../../../api/quantity.js';

/** Amounts by resource. */
export type ResourceList = Readonly<Record<string, string>>;

const milliScale = -3;

/** Amounts are kept in thousandths at the finest: they are rounded up, and written canonically. */
export function resourceListDefaults(list: ResourceList): ResourceList {
  if (canonical.has(list)) return list;
  const rounded = roundedList(list);
  canonical.add(rounded);
  return rounded;
}

/** Lists that are as they should be: most come back with each new version of their object. */
const canonical = new WeakSet<ResourceList>();

function roundedList(list: ResourceList): ResourceList {
  let rounded: Record<string, string> | undefined;
  for (const name in list) {
    const text = list[name];
    if (text === undefined) continue;
    const next = roundedText(text);
    if (next === text) continue;
    rounded ??= { ...list };
    rounded[name] = next;
  }
  return rounded ?? list;
}

function roundedText(text: string): string {
  const parsed = parseQuantity(String(text));
  return parsed.isOk ? parsed.value.roundedUp(milliScale).toString() : text;
}
