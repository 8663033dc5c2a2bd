/** Reads what a user says of Cluster Autoscaler, and refuses what cannot be, where it stands. */
import { parseQuantity } from '../../sim/api/quantity.js';
import { expanderNames } from '../../sim/cluster-autoscaler/expanders.js';
import { Random } from '../../sim/engine/random.js';
import { isKubeletLabel } from '../../sim/nodes/kubelet-labels.js';
import { durationMs } from '../input/duration.js';
import { InputError, meantOrKnown, UserError } from '../input/errors.js';
import {
  fieldText,
  parseLocated,
  readInput,
  type FieldPath,
  type Located,
} from '../input/located.js';
import { checkSchema } from '../input/schema.js';
import { singleDocument } from '../input/single-document.js';
import {
  autoscalerSchema,
  type durationFlags,
  type numberFlags,
  type switchFlags,
} from './autoscaler-schema.js';
import { gpuDriverLabel } from './device-slices.js';
import { gpusOf } from './gpu-pool.js';
import type { ConfiguredTaint } from './kind-config.js';

/** A group of nodes that are alike, as a user describes it. */
export interface NodeGroupConfig {
  readonly name: string;
  /** Default 0. */
  readonly min?: number;
  readonly max: number;
  /** How many there are at first. Default: min. */
  readonly size?: number;
  readonly cpu?: string;
  readonly memory?: string;
  readonly maxPods?: number;
  readonly gpus?: { readonly product: string; readonly count: number };
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly ConfiguredTaint[];
  readonly provisioning?: {
    readonly median?: string;
    readonly sigma?: number;
    readonly failedShare?: number;
    readonly outages?: readonly { readonly from?: string; readonly until: string }[];
  };
}

/** Cluster Autoscaler as a user describes it: groups, and flags by their names. */
export type AutoscalerConfig = {
  readonly nodeGroups: readonly NodeGroupConfig[];
  readonly expander?: string;
  readonly maxGracefulTerminationSec?: number;
} & { readonly [Flag in keyof typeof durationFlags]?: string } & {
  readonly [Flag in keyof typeof numberFlags]?: number;
} & { readonly [Flag in keyof typeof switchFlags]?: boolean };

/**
 * Reads a file of it.
 *
 * @throws InputError naming file, line and field.
 */
export function readAutoscaler(file: string): AutoscalerConfig {
  const document = singleDocument(readInput(file), file, {
    ifEmpty: 'write node groups into it: nodeGroups, each with a name and a max',
  });
  return autoscalerAt(document, []);
}

/** Checks what was handed over as an object; the lines are those of its JSON. */
export function checkedAutoscaler(given: AutoscalerConfig, name = 'autoscaler'): AutoscalerConfig {
  const [document] = parseLocated(JSON.stringify(given, undefined, 2), name);
  return document === undefined ? given : autoscalerAt(document, []);
}

/** The part of a document that describes it. */
export function autoscalerAt(document: Located, at: FieldPath): AutoscalerConfig {
  checkSchema(document, autoscalerSchema, { at });
  const value = at.reduce<unknown>(
    (part, key) => (part as Readonly<Record<string | number, unknown>>)[key],
    document.value,
  );
  // The schema has seen to the fields.
  const config = value as AutoscalerConfig;
  const refuse: Refuse = (path, what, next) => {
    const whole = [...at, ...path];
    const place = { file: document.file, line: document.lineOf(whole), field: fieldText(whole) };
    throw new InputError(place, what, next);
  };
  checkFlags(config, refuse);
  const seen = new Set<string>();
  config.nodeGroups.forEach((group, index) => {
    const path = ['nodeGroups', index];
    if (seen.has(group.name)) {
      refuse([...path, 'name'], `there are two groups ${group.name}`, 'give each its own name');
    }
    seen.add(group.name);
    checkSizes(group, path, refuse);
    checkShape(group, path, refuse);
    checkProvisioning(group, path, refuse);
  });
  return config;
}

type Refuse = (path: FieldPath, what: string, next: string | undefined) => never;

function checkFlags(config: AutoscalerConfig, refuse: Refuse): void {
  for (const name of config.expander?.split(',') ?? []) {
    if ((expanderNames as readonly string[]).includes(name.trim())) continue;
    refuse(['expander'], `there is no expander ${name}`, meantOrKnown(name, expanderNames));
  }
  for (const flag of [
    'scaleDownUtilizationThreshold',
    'scaleDownGpuUtilizationThreshold',
  ] as const) {
    const share = config[flag] ?? 0;
    if (share > 1) refuse([flag], `must be a share from 0 to 1, is ${share}`, 'write 0.5 for half');
  }
  if (durationMs(config.scanInterval ?? '10s') < 1000) {
    refuse(['scanInterval'], 'must be at least 1s', 'write 10s, which is the default');
  }
}

function checkSizes(
  { min = 0, max, size = min }: NodeGroupConfig,
  path: FieldPath,
  refuse: Refuse,
): void {
  if (min > max) {
    refuse([...path, 'min'], `must be at most max, ${max}; is ${min}`, 'lower min, or raise max');
  }
  if (size >= min && size <= max) return;
  refuse([...path, 'size'], `must be from ${min} to ${max}, is ${size}`, 'change size, min or max');
}

function checkShape(group: NodeGroupConfig, path: FieldPath, refuse: Refuse): void {
  for (const field of ['cpu', 'memory'] as const) {
    const quantity = group[field];
    if (quantity === undefined || parseQuantity(quantity).isOk) continue;
    const next = 'write it as Kubernetes does: 64, 500m, 512Gi';
    refuse([...path, field], `"${quantity}" is not a quantity`, next);
  }
  for (const key of Object.keys(group.labels ?? {})) {
    const at = [...path, 'labels', key];
    if (!isKubeletLabel(key)) {
      const next = 'use a prefix of your own';
      refuse(at, `a kubelet may not give itself the label ${key}`, next);
    }
    if (key !== gpuDriverLabel) continue;
    const what = 'node groups whose GPUs are claimed by DRA are not simulated';
    refuse(at, what, 'leave the label out: its GPUs are counted by nvidia.com/gpu');
  }
  try {
    gpusOf(groupLabels(group), 'the labels', new Random(0));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    refuse(
      [...path, group.gpus === undefined ? 'labels' : 'gpus'],
      error.message,
      error.details.next,
    );
  }
}

function checkProvisioning(
  { provisioning = {} }: NodeGroupConfig,
  path: FieldPath,
  refuse: Refuse,
): void {
  const { failedShare = 0, outages = [] } = provisioning;
  const at = [...path, 'provisioning'];
  if (failedShare > 1) {
    refuse(
      [...at, 'failedShare'],
      `must be a share from 0 to 1, is ${failedShare}`,
      'write 0.5 for half',
    );
  }
  outages.forEach(({ from = '0s', until }, index) => {
    if (durationMs(from) < durationMs(until)) return;
    const what = `must be after from, ${from}; is ${until}`;
    refuse([...at, 'outages', index, 'until'], what, 'both count from the boot of the cluster');
  });
}

/** The label of the group, on each of its nodes. */
export const nodeGroupLabel = 'seatrial.dev/node-group';

/** The labels of a group's nodes before discovery adds its own. */
export function groupLabels({
  name,
  gpus,
  labels,
}: NodeGroupConfig): Readonly<Record<string, string>> {
  return {
    [nodeGroupLabel]: name,
    ...(gpus !== undefined && {
      'nvidia.com/gpu.product': gpus.product,
      'nvidia.com/gpu.count': String(gpus.count),
    }),
    ...labels,
  };
}
