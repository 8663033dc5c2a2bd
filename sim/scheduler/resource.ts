/** Amounts of compute resources, on nodes and asked for by pods. @upstream pkg/scheduler/framework/types.go */
import { milliOf, roundUp, valueOf } from './amount.js';

/** A list of quantities by name, as it stands in objects. */
export type Quantities = Readonly<Record<string, string>>;

/** Amounts by resource name while they are added up: cpu in thousandths, the others in units. */
export type Amounts = Map<string, number>;

/** The amounts of a list of quantities. */
export function amountsOf(list: Quantities | undefined): Amounts {
  const amounts: Amounts = new Map();
  if (list === undefined) return amounts;
  for (const name of Object.keys(list)) {
    const quantity = list[name] ?? '0';
    amounts.set(name, name === 'cpu' ? milliOf(quantity) : valueOf(quantity));
  }
  return amounts;
}

/** Adds the second to the first. */
export function addAmounts(amounts: Amounts, more: Amounts): void {
  for (const [name, amount] of more) amounts.set(name, (amounts.get(name) ?? 0) + amount);
}

/** Raises the first to the second where that is larger, or where the first has none. */
export function raiseAmounts(amounts: Amounts, other: Amounts): void {
  for (const [name, amount] of other) {
    const own = amounts.get(name);
    if (own === undefined || amount > own) amounts.set(name, amount);
  }
}

/** Integer amounts, cpu in thousandths. It is counted up and down in place. */
export class Resource {
  milliCPU = 0;
  memory = 0;
  ephemeralStorage = 0;
  allowedPods = 0;
  readonly scalars = new Map<string, number>();

  /** What a pod asks for, or a node has to give. */
  static of(amounts: ReadonlyMap<string, number>): Resource {
    const resource = new Resource();
    for (const [name, amount] of amounts) resource.set(name, roundUp(amount));
    return resource;
  }

  clone(): Resource {
    const copy = new Resource();
    copy.milliCPU = this.milliCPU;
    copy.memory = this.memory;
    copy.ephemeralStorage = this.ephemeralStorage;
    copy.allowedPods = this.allowedPods;
    for (const [name, amount] of this.scalars) copy.scalars.set(name, amount);
    return copy;
  }

  /** Adds the other one so many times: 1 or -1. */
  add(other: Resource, times: number): void {
    this.milliCPU += times * other.milliCPU;
    this.memory += times * other.memory;
    this.ephemeralStorage += times * other.ephemeralStorage;
    for (const [name, amount] of other.scalars) {
      this.scalars.set(name, (this.scalars.get(name) ?? 0) + times * amount);
    }
  }

  private set(name: string, amount: number): void {
    switch (name) {
      case 'cpu':
        this.milliCPU = amount;
        break;
      case 'memory':
        this.memory = amount;
        break;
      case 'ephemeral-storage':
        this.ephemeralStorage = amount;
        break;
      case 'pods':
        this.allowedPods = amount;
        break;
      default:
        if (isScalarName(name)) this.scalars.set(name, amount);
    }
  }
}

const qualifiedName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** `nvidia.com/gpu`: neither Kubernetes's own nor a quota's. @upstream pkg/apis/core/v1/helper IsExtendedResourceName */
export function isExtendedName(name: string): boolean {
  const known = extendedNames.get(name);
  if (known !== undefined) return known;
  const answer = readsAsExtendedName(name);
  if (extendedNames.size < extendedNamesMax) extendedNames.set(name, answer);
  return answer;
}

const extendedNames = new Map<string, boolean>();
const extendedNamesMax = 1000;

function readsAsExtendedName(name: string): boolean {
  if (!name.includes('/') || name.includes('kubernetes.io/')) return false;
  if (name.startsWith('requests.')) return false;
  const [prefix = '', base = '', ...rest] = name.split('/');
  return rest.length === 0 && prefix !== '' && base.length <= 63 && qualifiedName.test(base);
}

/** Whether the scheduler counts the resource by name. @upstream pkg/scheduler/util IsScalarResourceName */
export function isScalarName(name: string): boolean {
  return (
    isExtendedName(name) ||
    name.startsWith('hugepages-') ||
    name.includes('kubernetes.io/') ||
    name.startsWith('attachable-volumes-')
  );
}
