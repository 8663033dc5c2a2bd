/**
 * The fields of DCGM that are read, with their numbers, from what is known of an emulated GPU: how busy it
 * is and was, its memory, its errors. Clocks and power lie between those of an idle and a busy GPU of its
 * model as its use does, and heat follows power.
 *
 * Left out, and told as fields without a reading, as DCGM tells those that a GPU does not support: what
 * programs do not say of their use (memory and tensor cores' activity, PCIe, NVLink).
 * @upstream NVIDIA/DCGM dcgmlib/dcgm_fields.h
 */
import { loadOf, utilizationOf, type GpuEntity } from './gpu-entities.js';
import { modelReadings, type ModelReadings } from './models.js';

/** A reading as it is written. */
type Read = (entity: GpuEntity, model: ModelReadings) => string | undefined;

/** A field of DCGM. */
export interface Field {
  readonly id: number;
  /** Undefined: the GPU has no reading of it. */
  readonly read: Read;
  /** The hardware counts it only for whole GPUs. */
  readonly isOfGpu?: boolean;
  /** A metric of the profiler, which needs SYS_ADMIN. */
  readonly isProfiling?: boolean;
}

const integer = (value: number): string => String(Math.round(value));
const float = (value: number): string => value.toFixed(6);
const zero: Read = () => '0';

/** At this much of its power a GPU in a cooled server is so hot. */
const idleCelsius = 28;
const fullCelsius = 68;
/** What the context of a CUDA program takes of the memory, before it has allocated any. */
const contextMiB = 522;
/** What the driver keeps for itself. */
const reservedShare = 0.0075;

const between = (idle: number, full: number, share: number): number => idle + (full - idle) * share;

const temperature: Read = entity =>
  integer(between(idleCelsius, fullCelsius, loadOf(entity).utilization));

function usedMiB({ devices, memoryMiB }: GpuEntity): number {
  const programs = devices.filter(
    ({ holder, busySeconds }) => holder !== undefined && busySeconds > 0,
  ).length;
  return Math.min(programs * contextMiB, memoryMiB);
}

const reservedMiB = ({ memoryMiB }: GpuEntity): number => Math.round(memoryMiB * reservedShare);

/** By name. */
const readFields: Readonly<Record<string, Field>> = {
  DCGM_FI_DEV_SM_CLOCK: {
    id: 100,
    read: (entity, { idleMHz, fullMHz }) =>
      integer(loadOf(entity).utilization > 0 ? fullMHz : idleMHz),
  },
  DCGM_FI_DEV_MEM_CLOCK: { id: 101, read: (_, { memoryMHz }) => integer(memoryMHz) },
  DCGM_FI_DEV_MEMORY_TEMP: {
    id: 140,
    read: (entity, model) => (model.hasHbm ? temperature(entity, model) : '0'),
  },
  DCGM_FI_DEV_GPU_TEMP: { id: 150, read: temperature },
  DCGM_FI_DEV_POWER_USAGE: {
    id: 155,
    read: (entity, { idleWatts, fullWatts }) =>
      float(between(idleWatts, fullWatts, loadOf(entity).utilization)),
  },
  DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION: { id: 156, read: energy },
  DCGM_FI_DEV_POWER_MGMT_LIMIT: { id: 160, read: (_, { fullWatts }) => float(fullWatts) },
  DCGM_FI_DEV_PCIE_REPLAY_COUNTER: { id: 202, read: zero },
  DCGM_FI_DEV_GPU_UTIL: {
    id: 203,
    read: entity => integer(utilizationOf(entity) * 100),
    isOfGpu: true,
  },
  DCGM_FI_DEV_ENC_UTIL: { id: 206, read: zero, isOfGpu: true },
  DCGM_FI_DEV_DEC_UTIL: { id: 207, read: zero, isOfGpu: true },
  // Nothing holds the clocks of an emulated GPU back.
  DCGM_FI_DEV_POWER_VIOLATION: { id: 240, read: zero },
  DCGM_FI_DEV_THERMAL_VIOLATION: { id: 241, read: zero },
  DCGM_FI_DEV_SYNC_BOOST_VIOLATION: { id: 242, read: zero },
  DCGM_FI_DEV_BOARD_LIMIT_VIOLATION: { id: 243, read: zero },
  DCGM_FI_DEV_LOW_UTIL_VIOLATION: { id: 244, read: zero },
  DCGM_FI_DEV_RELIABILITY_VIOLATION: { id: 245, read: zero },
  DCGM_FI_DEV_FB_TOTAL: { id: 250, read: ({ memoryMiB }) => integer(memoryMiB) },
  DCGM_FI_DEV_FB_FREE: {
    id: 251,
    read: entity => integer(entity.memoryMiB - reservedMiB(entity) - usedMiB(entity)),
  },
  DCGM_FI_DEV_FB_USED: { id: 252, read: entity => integer(usedMiB(entity)) },
  DCGM_FI_DEV_FB_RESERVED: { id: 253, read: entity => integer(reservedMiB(entity)) },
  DCGM_FI_DEV_ECC_SBE_VOL_TOTAL: { id: 310, read: zero },
  DCGM_FI_DEV_ECC_DBE_VOL_TOTAL: { id: 311, read: zero },
  DCGM_FI_DEV_ECC_SBE_AGG_TOTAL: { id: 312, read: zero },
  DCGM_FI_DEV_ECC_DBE_AGG_TOTAL: { id: 313, read: zero },
  DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS: { id: 393, read: zero },
  DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS: { id: 394, read: zero },
  DCGM_FI_DEV_ROW_REMAP_FAILURE: { id: 395, read: zero },
  DCGM_FI_DEV_VGPU_LICENSE_STATUS: { id: 526, read: zero },
  DCGM_FI_PROF_GR_ENGINE_ACTIVE: {
    id: 1001,
    read: entity => float(utilizationOf(entity)),
    isProfiling: true,
  },
};

/** The fields that tell of errors: the driver reports them, nobody has to ask for them. */
export const xidField = { name: 'DCGM_FI_DEV_XID_ERRORS', id: 230 } as const;

/** The field of a name; undefined: DCGM has none, or none that is read here. */
export function fieldOf(name: string): Field | undefined {
  return Object.hasOwn(readFields, name) ? readFields[name] : undefined;
}

/** What DCGM reads of a field at this moment; undefined: nothing. */
export function readField(field: Field, entity: GpuEntity): string | undefined {
  const isCut = entity.instance !== undefined;
  if (isCut && field.isOfGpu === true) return undefined;
  return field.read(entity, modelReadings(entity.product));
}

/** Since the driver was loaded, in millijoules. */
function energy(entity: GpuEntity, { idleWatts, fullWatts }: ModelReadings): string {
  const { upSeconds = 0 } = entity.whole[0] ?? {};
  const joules = idleWatts * upSeconds + (fullWatts - idleWatts) * loadOf(entity).busySeconds;
  return integer(joules * 1000);
}
