/** The text that is scraped. @upstream NVIDIA/dcgm-exporter internal/pkg/rendermetrics/render_metrics.go */
import type { Counter } from './counters.js';
import type { GpuEntity } from './gpu-entities.js';
import { modelReadings } from './models.js';
import type { ExporterOptions } from './options.js';

type Texts = Readonly<Record<string, string>>;

/** One series of a counter. */
export interface TextSeries {
  readonly entity: GpuEntity;
  /** What stands on all series of the GPU, and the labels of its pod. */
  readonly labels: Texts;
  /** The pod, and what is the counter's own. */
  readonly attributes: Texts;
  readonly value: string;
}

/** A counter with its series. */
export function counterText(
  { name, type, help }: Counter,
  series: readonly TextSeries[],
  options: ExporterOptions,
): string {
  const lines = series.map(each => `${name}{${labelsOf(each, options)}} ${each.value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelsOf({ entity, labels, attributes }: TextSeries, options: ExporterOptions): string {
  const { gpu, uuid, product, instance } = entity;
  const { hasOldNames, hasDashesInNames, hostname, hostnameLabel } = options;
  const { name } = modelReadings(product);
  const all: [string, string][] = [
    ['gpu', String(gpu)],
    [hasOldNames ? 'uuid' : 'UUID', uuid],
    ['pci_bus_id', busId(gpu)],
    ['device', `nvidia${gpu}`],
    ['modelName', hasDashesInNames ? name.replaceAll(' ', '-') : name],
  ];
  if (instance !== undefined) {
    all.push(['GPU_I_PROFILE', instance.profile], ['GPU_I_ID', String(instance.number)]);
  }
  if (hostname !== '') all.push([hostnameLabel, hostname]);
  const rest = Object.entries(labels).filter(([key]) => !Object.hasOwn(attributes, key));
  all.push(...byName(rest), ...byName(Object.entries(attributes)));
  return all.map(([key, text]) => `${key}="${text}"`).join(',');
}

const byName = (entries: [string, string][]): [string, string][] =>
  entries.sort(([a], [b]) => (a < b ? -1 : 1));

/** GPUs stand behind bridges of their own. */
function busId(gpu: number): string {
  const bus = ((gpu * 16 + 0x0f) % 256).toString(16).toUpperCase().padStart(2, '0');
  return `00000000:${bus}:00.0`;
}
