/** What the exporter keeps: DCGM's last readings of each GPU, which a scrape is answered with. */
import { gpuCuda, gpuDriver } from '../../api/gpu-driver.js';
import type { ContainerContext } from '../workload.js';
import type { Counter } from './counters.js';
import { fieldOf, readField, xidField } from './fields.js';
import { gpuEntities, type GpuEntity } from './gpu-entities.js';
import type { ExporterOptions } from './options.js';
import { PodMapping } from './pod-mapping.js';
import { counterText, type TextSeries } from './text.js';
import { offTheBus, xidText } from './xid-texts.js';

const { major, minor, revision } = gpuDriver;
const driverVersion = `${major}.${minor}.${revision}`;

/** Fields that may stand on all series as labels. */
const labelTexts: Readonly<Record<string, string>> = {
  DCGM_FI_DRIVER_VERSION: driverVersion,
  DCGM_FI_NVML_VERSION: `${gpuCuda.major}.${driverVersion}`,
  DCGM_FI_CUDA_DRIVER_VERSION: String(Number(gpuCuda.major) * 1000 + Number(gpuCuda.minor) * 10),
};

/** A counter whose field is read. */
interface ToldCounter {
  readonly counter: Counter;
  readonly id: number;
}

/** Readings by the field's name, by the GPU's key. */
type Readings = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Collects in DCGM's rhythm; pods and errors are those of the scrape's own time. */
export class Exporter {
  private readings: Readings = new Map();
  private readonly counters: readonly ToldCounter[];
  private readonly labels: Readonly<Record<string, string>>;
  private readonly mapping: PodMapping;

  constructor(
    private readonly context: ContainerContext,
    private readonly options: ExporterOptions,
    counters: readonly Counter[],
  ) {
    this.mapping = new PodMapping(context, options);
    this.labels = Object.fromEntries(
      counters.flatMap(({ name, type }) => {
        const text = type === 'label' ? labelTexts[name] : undefined;
        return text === undefined ? [] : [[name, text]];
      }),
    );
    this.counters = counters
      .filter(({ type }) => type !== 'label')
      .flatMap(counter => {
        const { name } = counter;
        const id = name === xidField.name ? xidField.id : fieldOf(name)?.id;
        return id === undefined ? [] : [{ counter, id }];
      })
      .sort((a, b) => a.id - b.id);
    this.collect();
  }

  /** The counters that are not told, as no GPU here has a reading of them. */
  static untold(counters: readonly Counter[]): readonly string[] {
    return counters
      .filter(
        ({ name, type }) =>
          type !== 'label' && name !== xidField.name && fieldOf(name) === undefined,
      )
      .map(({ name }) => name);
  }

  end(): void {
    this.mapping.end();
  }

  /** Reads all fields; again and again, as the program lives. */
  collect(): void {
    const profiles = hasProfiler(this.context);
    this.readings = new Map(
      this.entities().map(entity => [keyOf(entity), this.read(entity, profiles)]),
    );
    const { clock } = this.context;
    clock.after(this.options.intervalMs, 'dcgm-exporter collects', () => this.collect());
  }

  text(): string {
    const entities = this.entities();
    return this.counters
      .map(({ counter }) => {
        const series = entities.flatMap(entity => this.seriesOf(counter.name, entity));
        return series.length === 0 ? '' : counterText(counter, series, this.options);
      })
      .join('');
  }

  private entities(): readonly GpuEntity[] {
    return gpuEntities(this.context.gpus?.() ?? []);
  }

  private read(entity: GpuEntity, profiles: boolean): ReadonlyMap<string, string> {
    const read = new Map<string, string>();
    if (xidOf(entity) === offTheBus) return read;
    for (const { counter } of this.counters) {
      const field = fieldOf(counter.name);
      if (field === undefined || (field.isProfiling === true && !profiles)) continue;
      const value = readField(field, entity);
      if (value !== undefined) read.set(counter.name, value);
    }
    return read;
  }

  private seriesOf(name: string, entity: GpuEntity): readonly TextSeries[] {
    const xid = xidOf(entity);
    const isXid = name === xidField.name;
    const value = isXid ? String(xid) : this.readings.get(keyOf(entity))?.get(name);
    if (value === undefined) return [];
    const error: Readonly<Record<string, string>> = isXid
      ? { err_code: String(xid), err_msg: xidText(xid) }
      : {};
    return this.mapping.of(entity).map(({ labels, attributes }) => ({
      entity,
      labels: { ...this.labels, ...labels },
      attributes: { ...attributes, ...error },
      value,
    }));
  }
}

const keyOf = ({ uuid, instance }: GpuEntity): string => `${uuid}/${instance?.number ?? ''}`;

const xidOf = ({ devices }: GpuEntity): number =>
  devices.find(({ xid }) => xid !== undefined)?.xid ?? 0;

/** Only root with SYS_ADMIN may use the profiler. */
function hasProfiler({ container, user }: ContainerContext): boolean {
  const { privileged, capabilities } = container.securityContext ?? {};
  const isAble = privileged === true || capabilities?.add?.includes('SYS_ADMIN') === true;
  return isAble && (user?.uid ?? 0) === 0;
}
