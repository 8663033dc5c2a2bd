/**
 * What the drivers of NVIDIA's models tell of their clocks, power and heat, between idling and full use.
 * Power limits, clocks and memory clocks are those of NVIDIA's data sheets and of `nvidia-smi -q`; idle
 * power and temperatures are usual readings of air-cooled servers, rounded.
 */

/** A model's readings. */
export interface ModelReadings {
  /** The driver's name: with blanks. */
  readonly name: string;
  readonly idleWatts: number;
  readonly fullWatts: number;
  readonly idleMHz: number;
  readonly fullMHz: number;
  readonly memoryMHz: number;
  /** High-bandwidth memory tells its own temperature. */
  readonly hasHbm: boolean;
}

type Row = readonly [
  idleW: number,
  fullW: number,
  idleMHz: number,
  fullMHz: number,
  memMHz: number,
];

/** By the value of the label nvidia.com/gpu.product. */
const rows: Readonly<Record<string, Row>> = {
  'Tesla-T4': [10, 70, 300, 1590, 5000],
  'Tesla-V100-SXM2-16GB': [42, 300, 135, 1530, 877],
  'Tesla-V100-SXM2-32GB': [42, 300, 135, 1530, 877],
  'NVIDIA-A10': [16, 150, 210, 1695, 6250],
  'NVIDIA-A10G': [16, 300, 210, 1710, 6250],
  'NVIDIA-A100-SXM4-40GB': [50, 400, 210, 1410, 1215],
  'NVIDIA-A100-PCIE-40GB': [35, 250, 210, 1410, 1215],
  'NVIDIA-A100-SXM4-80GB': [60, 400, 210, 1410, 1593],
  'NVIDIA-A100-80GB-PCIe': [45, 300, 210, 1410, 1512],
  'NVIDIA-L4': [12, 72, 210, 2040, 6250],
  'NVIDIA-L40S': [35, 350, 210, 2520, 9000],
  'NVIDIA-H100-80GB-HBM3': [70, 700, 345, 1980, 2619],
  'NVIDIA-H200': [75, 700, 345, 1980, 3201],
  'NVIDIA-B200': [140, 1000, 120, 1965, 3996],
  'NVIDIA-GB200': [160, 1200, 120, 2062, 3996],
};

const otherRow: Row = [25, 250, 210, 1500, 1000];

/** The readings of a product; one that is not known has those of a usual card. */
export function modelReadings(product: string): ModelReadings {
  const [idleWatts, fullWatts, idleMHz, fullMHz, memoryMHz] = rows[product] ?? otherRow;
  const hasHbm = /V100|A100|H100|H200|B200/.test(product);
  const name = driverName(product);
  return { name, idleWatts, fullWatts, idleMHz, fullMHz, memoryMHz, hasHbm };
}

/** `NVIDIA A100-SXM4-80GB`, `NVIDIA H100 80GB HBM3`: dashes stand for blanks, but those round a form factor. */
function driverName(product: string): string {
  const name = product.replace('-', ' ');
  return /-(SXM\d|PCIE)-/.test(product) ? name : name.replaceAll('-', ' ');
}
