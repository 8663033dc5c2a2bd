/** Which fields are told: the file of counters. @upstream NVIDIA/dcgm-exporter \
internal/pkg/counters/counter_config.go */

/** A line of the file. */
export interface Counter {
  readonly name: string;
  /** A label stands on all other metrics. */
  readonly type: string;
  readonly help: string;
}

/** What the exporter does not start with. */
export class CountersError extends Error {
  override readonly name = 'CountersError';
}

const types = new Set(['gauge', 'counter', 'histogram', 'summary', 'label']);
const exporterCounters = new Set([
  'DCGM_EXP_XID_ERRORS_COUNT',
  'DCGM_EXP_CLOCK_EVENTS_COUNT',
  'DCGM_EXP_GPU_HEALTH_STATUS',
  'DCGM_EXP_P2P_STATUS',
]);

/** @throws CountersError for what the exporter refuses. */
export function readCounters(text: string): readonly Counter[] {
  return text
    .split(/\r?\n/)
    .filter(line => line !== '' && !line.startsWith('#'))
    .map((line, index) => counterOf(fieldsOf(line), index));
}

function counterOf(fields: readonly string[], index: number): Counter {
  const [name = '', type = '', help = ''] = fields;
  if (fields.length !== 3) {
    const what = `failed to parse line ${index} (\`[${fields.join(' ')}]\`), expected 3 fields`;
    throw new CountersError(`malformed CSV record; err: ${what}`);
  }
  if (!name.startsWith('DCGM_FI_') && !exporterCounters.has(name)) {
    const why = `unknown ExporterCounter field '${name}'`;
    throw new CountersError(`could not find DCGM field; err: ${why}`);
  }
  if (!types.has(type)) throw new CountersError(`could not find Prometheus metric type '${type}'`);
  return { name, type, help };
}

/** A field in quotes may hold commas. */
function fieldsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
    (quoted?.replaceAll('""', '"') ?? plain).replaceAll(/^ +| +$/g, ''),
  );
}

/** The files of the image: both hold the same. @upstream etc/default-counters.csv */
export const ownFiles = [
  '/etc/dcgm-exporter/default-counters.csv',
  '/etc/dcgm-exporter/dcp-metrics-included.csv',
] as const;

/** What the image tells unless it is told otherwise. */
export const ownCounters = `
DCGM_FI_DEV_SM_CLOCK, gauge, SM clock frequency (in MHz).
DCGM_FI_DEV_MEM_CLOCK, gauge, Memory clock frequency (in MHz).
DCGM_FI_DEV_MEMORY_TEMP, gauge, Memory temperature (in C).
DCGM_FI_DEV_GPU_TEMP, gauge, GPU temperature (in C).
DCGM_FI_DEV_POWER_USAGE, gauge, Power draw (in W).
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION, counter, Total energy consumption since boot (in mJ).
DCGM_FI_DEV_PCIE_REPLAY_COUNTER, counter, Total number of PCIe retries.
DCGM_FI_DEV_GPU_UTIL, gauge, GPU utilization (in %).
DCGM_FI_DEV_MEM_COPY_UTIL, gauge, Memory utilization (in %).
DCGM_FI_DEV_ENC_UTIL, gauge, Encoder utilization (in %).
DCGM_FI_DEV_DEC_UTIL, gauge, Decoder utilization (in %).
DCGM_FI_DEV_XID_ERRORS, gauge, Value of the last XID error encountered.
DCGM_FI_DEV_FB_FREE, gauge, Framebuffer memory free (in MiB).
DCGM_FI_DEV_FB_USED, gauge, Framebuffer memory used (in MiB).
DCGM_FI_DEV_FB_RESERVED, gauge, Framebuffer memory reserved (in MiB).
DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL, counter, Total number of NVLink bandwidth counters \
for all lanes.
DCGM_FI_DEV_VGPU_LICENSE_STATUS, gauge, vGPU License status
DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS, counter, Number of remapped rows for uncorrectable errors
DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS, counter, Number of remapped rows for correctable errors
DCGM_FI_DEV_ROW_REMAP_FAILURE, gauge, Whether remapping of rows has failed
DCGM_FI_DRIVER_VERSION, label, Driver Version
DCGM_FI_PROF_GR_ENGINE_ACTIVE, gauge, Ratio of time the graphics engine is active.
DCGM_FI_PROF_PIPE_TENSOR_ACTIVE, gauge, Ratio of cycles the tensor (HMMA) pipe is active.
DCGM_FI_PROF_DRAM_ACTIVE, gauge, Ratio of cycles the device memory interface is active \
sending or receiving data.
DCGM_FI_PROF_PCIE_TX_BYTES, gauge, The rate of data transmitted over the PCIe bus - \
including both protocol headers and data payloads - in bytes per second.
DCGM_FI_PROF_PCIE_RX_BYTES, gauge, The rate of data received over the PCIe bus - \
including both protocol headers and data payloads - in bytes per second.
`;
