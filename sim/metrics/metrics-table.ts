/**
 * What `kubectl get` shows of metrics.
 * @upstream kubernetes-sigs/metrics-server pkg/api/table.go
 */
import { compareText } from '../api/go-text.js';
import type { ObjectMeta } from '../api/kinds/meta.js';
import { quantity } from '../api/quantity.js';

/** NodeMetrics or PodMetrics. */
export interface ResourceMetrics {
  readonly metadata: ObjectMeta;
  readonly timestamp: string;
  readonly window: string;
  readonly usage?: Usage;
  readonly containers?: readonly { readonly name: string; readonly usage: Usage }[];
}

type Usage = Readonly<Record<string, string>>;

/** `v1` when the client would rather have a table. */
export function tableVersion(accept: string): string | undefined {
  if (accept === '') return undefined;
  const [first = ''] = accept.split(',');
  const parameters = new Set(first.split(';').map(part => part.trim()));
  if (!parameters.has('as=Table') || !parameters.has('g=meta.k8s.io')) return undefined;
  return ['v1', 'v1beta1'].find(version => parameters.has(`v=${version}`));
}

/** The objects of a table as the client wants them included: not, whole, or their metadata. */
export function includedAs(
  include: string,
  version: string,
  kind: { readonly kind: string; readonly apiVersion: string },
): (metrics: ResourceMetrics) => unknown {
  return metrics => {
    if (include === 'None') return null;
    if (include === 'Object') return { ...kind, ...metrics };
    const { metadata } = metrics;
    return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
  };
}

/** The table. Its columns are the resources that the first row has. */
export function metricsTable(
  items: readonly ResourceMetrics[],
  version: string,
  includedObject: (metrics: ResourceMetrics) => unknown,
): unknown {
  const totals = items.map(totalOf);
  const resources = Object.keys(totals[0] ?? {}).sort(compareText);
  const columns = [
    column('Name', 'name', 'Name of the resource'),
    ...resources.map(name => column(name, 'quantity')),
    column('Window', 'duration'),
  ];
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: {},
    columnDefinitions: items.length === 0 ? null : columns,
    rows: items.map((item, index) => ({
      cells: [
        item.metadata.name,
        ...resources.map(name => totals[index]?.[name] ?? '0'),
        item.window,
      ],
      object: includedObject(item),
    })),
  };
}

function column(name: string, format: string, description = ''): unknown {
  return { name, type: 'string', format, description, priority: 0 };
}

function totalOf({ usage, containers }: ResourceMetrics): Readonly<Record<string, string>> {
  if (usage !== undefined) return usage;
  const total: Record<string, string> = {};
  for (const one of containers ?? []) {
    for (const [name, text] of Object.entries(one.usage)) {
      const sum = total[name];
      total[name] = sum === undefined ? text : quantity(sum).add(quantity(text)).toString();
    }
  }
  return total;
}
