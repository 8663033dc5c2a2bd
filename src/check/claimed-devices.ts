/** Nodes of voyages for pods that claim GPUs of NVIDIA's DRA driver: those whose GPUs it offers, not the device plug-in. */
import { isRecord } from '../../sim/api/equality.js';
import { gpuModel } from '../gpu/catalogue.js';
import { gpuDeviceClasses, gpuDriverLabel } from '../gpu/device-slices.js';
import type { NodePool } from '../voyages/plan.js';
import type { Survey } from './survey.js';

/** What a class is of that the driver's chart installs. */
const classes: ReadonlySet<string> = new Set(
  gpuDeviceClasses.map(({ metadata }) => metadata.name ?? ''),
);

/** One of them can be lost. */
const nodes = 2;
const gpusOfNode = 8;
/** The first that can be cut into all that is named. */
const products = [
  'NVIDIA-A100-SXM4-80GB',
  'NVIDIA-A100-SXM4-40GB',
  'NVIDIA-H100-80GB-HBM3',
  'NVIDIA-H200',
  'NVIDIA-B200',
];

/** The pool; none where no claim asks for a class of the driver. */
export function claimedPools(survey: Survey): readonly NodePool[] {
  const asked = ['ResourceClaim', 'ResourceClaimTemplate'].flatMap(kind =>
    survey.ofKind('resource.k8s.io', kind).map(({ manifest }) => manifest.object),
  );
  const texts = textsIn(asked);
  if (!texts.some(({ field, text }) => field === 'deviceClassName' && classes.has(text))) return [];
  const named = texts.flatMap(({ text }) => text.match(/\b\d+g\.\d+gb\b/g) ?? []);
  const product = products.find(one => {
    const profiles = gpuModel(one)?.migProfiles.map(({ name }) => name) ?? [];
    return named.every(name => profiles.includes(name));
  });
  return [
    {
      name: 'dra',
      count: nodes,
      cpu: '64',
      memory: '512Gi',
      gpus: { product: product ?? products[0] ?? '', count: gpusOfNode },
      labels: { [gpuDriverLabel]: 'dra' },
    },
  ];
}

/** Where a report says what is taken to be there. */
export function claimedText({ gpus, count }: NodePool): string {
  return `NVIDIA's DRA driver on ${count} nodes with ${gpus?.count ?? 0} ${gpus?.product ?? ''} each`;
}

interface FieldText {
  readonly field: string;
  readonly text: string;
}

/** All texts of an object, each with the field that it stands in. */
function textsIn(value: unknown, field = ''): readonly FieldText[] {
  if (typeof value === 'string') return [{ field, text: value }];
  if (Array.isArray(value)) return value.flatMap(item => textsIn(item, field));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => textsIn(item, name));
}
