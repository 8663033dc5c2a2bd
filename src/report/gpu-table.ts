/** The GPUs of a run in a table: hours held and offered, and what they cost by the stated prices. */
import type { RunResult } from '../scenario/run.js';
import type { ReportTable } from '../stacks/stack.js';

/** The table; undefined when the cluster has no GPUs. */
export function gpuTable({
  gpus: { held, offered, ...all },
  gpuBusyHours,
}: Pick<RunResult, 'gpus' | 'gpuBusyHours'>): ReportTable | undefined {
  if (offered.length === 0) return undefined;
  const rows = held.map(({ product, namespace, hours, price }) => {
    const own = offered.find(one => one.product === product)?.hours ?? 0;
    return [product, namespace, hours.toFixed(1), percent(hours, own), dollars(price)];
  });
  const total = [
    'all',
    '',
    all.heldHours.toFixed(1),
    percent(all.heldHours, all.offeredHours),
    dollars(all.price),
  ];
  return {
    title: 'GPUs held by pods',
    columns: ['product', 'namespace', 'GPU-hours', 'of offered', 'price'],
    rows: [...rows, total],
    notes: [
      ...(gpuBusyHours === undefined
        ? []
        : [
            `busy for ${gpuBusyHours.toFixed(1)} GPU-hours: ${percent(gpuBusyHours, all.heldHours)} of what was held`,
          ]),
      `held from binding to the end of the pod${pricesText(held)}`,
    ],
  };
}

/** At which prices; where they come from is told, because whoever reads the report may pay others. */
function pricesText(held: RunResult['gpus']['held']): string {
  const hourly = new Map<string, string>();
  for (const { product, price, hours } of held) {
    if (price !== undefined && hours > 0) hourly.set(product, dollars(price / hours));
  }
  if (hourly.size === 0)
    return '; none of these products has a price: a scenario states it in spec.prices';
  const prices = [...hourly].map(([product, price]) => `${product} ${price}`).join(', ');
  return `, at an hourly price of ${prices}: rounded on-demand list prices of large clouds, or what the scenario states in spec.prices`;
}

function percent(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '-';
}

function dollars(price: number | undefined): string {
  return price === undefined ? '-' : `$${price.toFixed(2)}`;
}
