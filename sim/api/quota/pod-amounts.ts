/**
 * What a pod requests and is limited to as a whole.
 * @upstream component-helpers/resource/helpers.go PodRequests, PodLimits
 */
import type { Container, ContainerStatus, Pod } from '../kinds/core.js';
import { quantity, type Quantity } from '../quantity.js';
import { addTo, amountsOf, raiseTo, type Amounts } from './amounts.js';

/** Which side of the resources. */
export type Side = 'requests' | 'limits';

/** The sum over the pod; `usesStatus`: what a running container still holds during a resize counts, too. */
export function podAmounts(
  pod: Pod,
  side: Side,
  options: { readonly usesStatus: boolean; readonly hasOverhead: boolean },
): Map<string, Quantity> {
  const { spec } = pod;
  const amounts = new Map<string, Quantity>();
  if (spec === undefined) return amounts;
  for (const container of spec.containers) {
    addTo(amounts, containerAmounts(pod, container, side, options));
  }
  if (spec.initContainers !== undefined) {
    addInit(amounts, spec.initContainers, container =>
      containerAmounts(pod, container, side, options),
    );
  }
  const own = spec.resources?.[side];
  for (const name in own) {
    if (isPodLevel(name)) amounts.set(name, quantity(own[name]));
  }
  if (options.hasOverhead && spec.overhead !== undefined) {
    for (const [name, amount] of amountsOf(spec.overhead)) {
      const known = amounts.get(name);
      if (side === 'requests' || (known !== undefined && known.sign() !== 0)) {
        amounts.set(name, known === undefined ? amount : known.add(amount));
      }
    }
  }
  return amounts;
}

/** Whether the pod has resources of its own, besides its containers'. */
export function hasPodResources({ spec }: Pod): boolean {
  const { requests = {}, limits = {} } = spec?.resources ?? {};
  return [...Object.keys(requests), ...Object.keys(limits)].some(isPodLevel);
}

/** Whether a resource can be asked for by the pod as a whole. */
export function isPodLevel(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

/** Sidecars run beside all that come later; other init containers one after the other. */
function addInit(
  amounts: Map<string, Quantity>,
  containers: readonly Container[],
  of: (container: Container) => Amounts,
): void {
  const sidecars = new Map<string, Quantity>();
  const peak = new Map<string, Quantity>();
  for (const container of containers) {
    const own = of(container);
    if (container.restartPolicy === 'Always') {
      addTo(amounts, own);
      addTo(sidecars, own);
      raiseTo(peak, sidecars);
    } else {
      const during = new Map(own);
      addTo(during, sidecars);
      raiseTo(peak, during);
    }
  }
  raiseTo(amounts, peak);
}

function containerAmounts(
  pod: Pod,
  container: Container,
  side: Side,
  { usesStatus }: { readonly usesStatus: boolean },
): Amounts {
  const amounts = amountsOf(container.resources?.[side]);
  const status = usesStatus ? statusOf(pod, container.name) : undefined;
  if (status === undefined) return amounts;
  const held = amountsOf(status.resources?.[side]);
  if (side === 'requests') raiseTo(held, amountsOf(status.allocatedResources));
  if (held.size === 0) return amounts;
  if (isResizeInfeasible(pod)) return held;
  raiseTo(amounts, held);
  return amounts;
}

function statusOf({ status }: Pod, name: string): ContainerStatus | undefined {
  return (
    status?.containerStatuses?.find(one => one.name === name) ??
    status?.initContainerStatuses?.find(one => one.name === name)
  );
}

function isResizeInfeasible({ status }: Pod): boolean {
  const pending = status?.conditions?.find(({ type }) => type === 'PodResizePending');
  return pending?.status === 'True' && pending.reason === 'Infeasible';
}
