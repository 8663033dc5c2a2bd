/**
 * GPUs as NVIDIA's DRA driver offers them: device classes, and slices of devices that share counters, so
 * that a GPU and the MIG instances it could be cut into exclude each other exactly.
 * @upstream github.com/NVIDIA/k8s-dra-driver-gpu cmd/gpu-kubelet-plugin/partitions.go, deviceinfo.go
 */
import type { Device, ResourceSliceSpec } from '../../sim/api/kinds/resource.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { NodeDevice } from '../../sim/simulation.js';
import { gpuModel, type GpuModel } from './catalogue.js';
import { driverVersions } from './feature-discovery.js';
import type { MigProfile } from './mig.js';

/** The driver's name, which qualifies its attributes. */
export const gpuDriver = 'gpu.nvidia.com';

/** A label of a node in a kind configuration: its GPUs are offered by the DRA driver, not by the device plug-in. */
export const gpuDriverLabel = 'seatrial.dev/gpu-driver';

/** The classes that the driver's chart installs; whole GPUs answer to nvidia.com/gpu as well. */
export const gpuDeviceClasses: readonly KubeObject[] = [
  deviceClass('gpu.nvidia.com', 'gpu', 'nvidia.com/gpu'),
  deviceClass('mig.nvidia.com', 'mig'),
];

function deviceClass(name: string, type: string, extendedResourceName?: string): KubeObject {
  const expression = `device.driver == '${gpuDriver}' && device.attributes['${gpuDriver}'].type == '${type}'`;
  const spec = {
    selectors: [{ cel: { expression } }],
    ...(extendedResourceName !== undefined && { extendedResourceName }),
  };
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'DeviceClass',
    metadata: { name },
    spec,
  } as KubeObject;
}

/** The numbers of the instance profiles in NVML, by what their names begin with. */
const profileIds: Readonly<Record<string, number>> = {
  '1': 19,
  '1+me': 20,
  '1 wide': 15,
  '2': 14,
  '3': 9,
  '4': 5,
  '7': 0,
};

function profileId({ name, computeSlices, memorySlices }: MigProfile): number {
  const isWide = computeSlices === 1 && memorySlices > 1;
  const suffix = name.endsWith('+me') ? '+me' : isWide ? ' wide' : '';
  return profileIds[`${computeSlices}${suffix}`] ?? 0;
}

/** The node's slices: one of the counters, and one of the devices of each GPU. */
export function gpuSlices(node: string, devices: readonly NodeDevice[]): readonly KubeObject[] {
  const gpus = new Map<number, NodeDevice[]>();
  for (const device of devices) {
    const gpu = device.gpu ?? 0;
    gpus.set(gpu, [...(gpus.get(gpu) ?? []), device]);
  }
  const offers = [...gpus].map(([gpu, own]) => offerOf(gpu, own));
  const sharedCounters = offers.flatMap(({ counters }) => counters ?? []);
  // The API takes counters and devices only in slices of their own.
  const parts: readonly Pick<ResourceSliceSpec, 'devices' | 'sharedCounters'>[] = [
    ...(sharedCounters.length > 0 ? [{ sharedCounters }] : []),
    ...offers.map(offer => ({ devices: offer.devices })),
  ];
  const pool = { name: node, generation: 1, resourceSliceCount: parts.length };
  return parts.map((part, index) => ({
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: { name: `${node}-${gpuDriver}-${index}` },
    spec: { driver: gpuDriver, nodeName: node, pool, ...part },
  })) as unknown as readonly KubeObject[];
}

type CounterSets = NonNullable<ResourceSliceSpec['sharedCounters']>;

interface Offer {
  readonly devices: readonly Device[];
  readonly counters?: CounterSets;
}

/** A GPU that was cut up offers its instances; another one itself, and all that it could be cut into. */
function offerOf(gpu: number, own: readonly NodeDevice[]): Offer {
  const [first] = own;
  if (first === undefined) return { devices: [] };
  const model = gpuModel(first.model);
  if (first.model.includes('-MIG-')) {
    return { devices: own.map((device, index) => cutDevice(gpu, index, device, model)) };
  }
  const name = `gpu-${gpu}`;
  const attributes = { ...commonAttributes(first.model, model), uuid: { string: first.id } };
  const profiles = model?.migProfiles ?? [];
  const whole = {
    name,
    attributes: { ...attributes, type: { string: 'gpu' } },
    capacity: { memory: { value: `${first.memoryMiB}Mi` } },
  };
  if (profiles.length === 0) return { devices: [whole] };
  const counterSet = `${name}-counter-set`;
  const all = { ...largest(profiles, first.memoryMiB), ...memorySlices(0, 8) };
  const partitions = profiles.flatMap(profile =>
    profile.starts.map((start): Device => {
      const short = profile.name.replace(/[.+]/g, '');
      const counters = { ...capacities(profile), ...memorySlices(start, profile.memorySlices) };
      return {
        name: `${name}-mig-${short}-${profileId(profile)}-${start}`,
        attributes: {
          ...commonAttributes(first.model, model),
          type: { string: 'mig' },
          parentUUID: { string: first.id },
          profile: { string: profile.name },
        },
        capacity: capacityOf(profile),
        consumesCounters: [{ counterSet, counters: valued(counters) }],
      };
    }),
  );
  return {
    devices: [
      { ...whole, consumesCounters: [{ counterSet, counters: valued(all) }] },
      ...partitions,
    ],
    counters: [{ name: counterSet, counters: valued(all) }],
  };
}

function cutDevice(
  gpu: number,
  index: number,
  device: NodeDevice,
  model: GpuModel | undefined,
): Device {
  const name = device.model.replace(/^.*-MIG-/, '');
  const profile = model?.migProfiles.find(each => each.name === name);
  return {
    name: `gpu-${gpu}-mig-${index}`,
    attributes: {
      ...commonAttributes(device.model.replace(/-MIG-.*$/, ''), model),
      type: { string: 'mig' },
      uuid: { string: device.id },
      profile: { string: name },
    },
    capacity:
      profile === undefined ? { memory: { value: `${device.memoryMiB}Mi` } } : capacityOf(profile),
  };
}

function commonAttributes(product: string, model: GpuModel | undefined): Device['attributes'] {
  return {
    productName: { string: product.replaceAll('-', ' ') },
    brand: { string: 'Nvidia' },
    driverVersion: { version: driverVersions.driver },
    cudaDriverVersion: { version: driverVersions.cuda },
    ...(model !== undefined && {
      architecture: { string: `${model.family.slice(0, 1).toUpperCase()}${model.family.slice(1)}` },
      cudaComputeCapability: { version: `${model.computeMajor}.${model.computeMinor}.0` },
    }),
  };
}

/** What an instance has of its GPU, by the driver's names and feature discovery's. */
const dimensions: Readonly<Record<string, string>> = {
  multiprocessors: 'multiprocessors',
  copyEngines: 'engines.copy',
  decoders: 'engines.decoder',
  jpegEngines: 'engines.jpeg',
  ofaEngines: 'engines.ofa',
};

type Amounts = Readonly<Record<string, number | string>>;

function capacityOf(profile: MigProfile): NonNullable<Device['capacity']> {
  const memory = { value: `${profile.attributes['memory'] ?? 0}Mi` };
  const others = Object.entries(dimensions).flatMap(([name, attribute]) => {
    const value = profile.attributes[attribute];
    return value === undefined ? [] : [[name, { value: String(value) }] as const];
  });
  return { memory, ...Object.fromEntries(others) };
}

/** The same as counters, whose names have no capitals. */
function capacities(profile: MigProfile): Amounts {
  const entries = Object.entries(capacityOf(profile)).map(
    ([name, { value }]) => [counterName(name), value] as const,
  );
  return Object.fromEntries(entries);
}

function counterName(capacity: string): string {
  return capacity.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** What the whole GPU has: the most that any of its profiles does. */
function largest(profiles: readonly MigProfile[], memoryMiB: number): Amounts {
  const most: Record<string, number> = {};
  for (const profile of profiles) {
    for (const [name, attribute] of Object.entries(dimensions)) {
      const value = profile.attributes[attribute];
      if (value === undefined) continue;
      const counter = counterName(name);
      most[counter] = Math.max(most[counter] ?? 0, value);
    }
  }
  return { memory: `${memoryMiB}Mi`, ...most };
}

function memorySlices(start: number, size: number): Amounts {
  return Object.fromEntries(
    Array.from({ length: size }, (_, index) => [`memory-slice-${start + index}`, 1]),
  );
}

function valued(amounts: Amounts): CounterSets[number]['counters'] {
  return Object.fromEntries(
    Object.entries(amounts).map(([name, value]) => [name, { value: String(value) }]),
  );
}
