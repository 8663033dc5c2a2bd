/** Lists of resources as amounts that can be reckoned with. @upstream apiserver/pkg/quota/v1/resources.go */
import { compareText } from '../go-text.js';
import { quantity, zero, type Quantity } from '../quantity.js';

/** Amounts by the name of the resource. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** A list of resources as it stands in an object. */
export type ResourceList = Readonly<Record<string, string>>;

/** The amounts of a list. */
export function amountsOf(list: ResourceList | undefined): Map<string, Quantity> {
  const amounts = new Map<string, Quantity>();
  for (const name in list) amounts.set(name, quantity(list[name]));
  return amounts;
}

/** The list of the amounts, in the order of names. */
export function listOf(amounts: Amounts): ResourceList {
  const list: Record<string, string> = {};
  for (const name of [...amounts.keys()].sort(compareText)) {
    list[name] = (amounts.get(name) ?? zero).toString();
  }
  return list;
}

/** Adds the amounts to the target. */
export function addTo(target: Map<string, Quantity>, amounts: Amounts): void {
  for (const [name, amount] of amounts) {
    const known = target.get(name);
    target.set(name, known === undefined ? amount : known.add(amount));
  }
}

/** Raises the target to the amounts where those are more. */
export function raiseTo(target: Map<string, Quantity>, amounts: Amounts): void {
  for (const [name, amount] of amounts) {
    const known = target.get(name);
    if (known === undefined || amount.compare(known) > 0) target.set(name, amount);
  }
}
