/** The GPUs and GPU instances that DCGM monitors, from what the driver tells of devices and their shares. */
import type { GpuReading } from '../../api/node-endpoint.js';

/** A GPU, or an instance of one that is cut up: those are monitored instead of the whole. */
export interface GpuEntity {
  readonly gpu: number;
  /** The whole GPU's. */
  readonly uuid: string;
  /** Of the whole GPU, as nvidia.com/gpu.product has it. */
  readonly product: string;
  readonly memoryMiB: number;
  readonly instance?: { readonly profile: string; readonly number: number };
  /** Its shares, in order; one where it is not shared. */
  readonly devices: readonly GpuReading[];
  /** Those of the whole GPU: its power, its heat and its clocks are told of each instance. */
  readonly whole: readonly GpuReading[];
}

/** In the order of GPUs and instances. */
export function gpuEntities(readings: readonly GpuReading[]): readonly GpuEntity[] {
  const byDevice = new Map<string, GpuReading[]>();
  for (const reading of readings) {
    const { resourceName } = reading;
    if (!resourceName.startsWith('nvidia.com/')) continue;
    const id = driverId(reading);
    const shares = byDevice.get(id);
    if (shares === undefined) byDevice.set(id, [reading]);
    else shares.push(reading);
  }
  const all = [...byDevice.values()].map((devices, index) => entityOf(devices, index));
  const whole = (gpu: number): readonly GpuReading[] =>
    all.flatMap(entity => (entity.gpu === gpu ? entity.devices : []));
  return all
    .map(entity => ({ ...entity, whole: whole(entity.gpu) }))
    .sort((a, b) => a.gpu - b.gpu || (a.instance?.number ?? 0) - (b.instance?.number ?? 0));
}

/** Shares are told apart by `::<n>`, of which the driver knows nothing. */
const driverId = ({ id }: GpuReading): string => id.replace(/::\d+$/, '');

function entityOf(devices: readonly GpuReading[], index: number): Omit<GpuEntity, 'whole'> {
  const [first] = devices as readonly [GpuReading];
  const { gpu = index, model = '', instance } = first;
  const [product = '', profile] = model.split('-MIG-');
  return {
    gpu,
    uuid: instance?.gpuId ?? driverId(first),
    product,
    memoryMiB: first.wholeMemoryMiB ?? first.memoryMiB ?? 0,
    ...(profile !== undefined && { instance: { profile, number: instance?.number ?? 0 } }),
    devices,
  };
}

/** How busy it is, with all its shares: 0 to 1. */
export function utilizationOf({ devices }: Pick<GpuEntity, 'devices'>): number {
  return Math.min(
    devices.reduce((sum, { utilization }) => sum + utilization, 0),
    1,
  );
}

/** How busy the whole GPU is, 0 to 1, and the seconds of full use since its driver was loaded. */
export function loadOf({ whole }: GpuEntity): {
  readonly utilization: number;
  readonly busySeconds: number;
} {
  const sum = (of: (reading: GpuReading) => number): number =>
    whole.reduce((total, reading) => total + of(reading) * shareOf(reading), 0);
  const upSeconds = whole[0]?.upSeconds ?? 0;
  return {
    utilization: Math.min(
      sum(({ utilization }) => utilization),
      1,
    ),
    busySeconds: Math.min(
      sum(({ busySeconds }) => busySeconds),
      upSeconds,
    ),
  };
}

/** A GPU is cut up into so many parts that compute. */
const computeSlices = 7;

/** Of the whole GPU's power to compute: three of seven parts for `3g.40gb`. */
function shareOf({ model = '' }: GpuReading): number {
  const [, slices] = /-MIG-(\d)g\./.exec(model) ?? [];
  return slices === undefined ? 1 : Number(slices) / computeSlices;
}
