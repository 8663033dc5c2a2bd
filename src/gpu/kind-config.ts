/** Reads kind's cluster configuration (kind.x-k8s.io/v1alpha4), strictly, as kind does. */
import { isKubeletLabel } from '../../sim/nodes/kubelet-labels.js';
import { InputError } from '../input/errors.js';
import { parseLocated, readInput, type Located } from '../input/located.js';
import { checkSchema, type JsonSchema } from '../input/schema.js';
import { singleDocument } from '../input/single-document.js';
import { typedScalars } from './typed-scalars.js';

/** A node as the configuration describes it. */
export interface ConfiguredNode {
  readonly role: 'control-plane' | 'worker';
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly ConfiguredTaint[];
  readonly maxPods?: number;
}

/** A taint that a node registers with. */
export interface ConfiguredTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** A cluster as the configuration describes it. */
export interface KindConfig {
  readonly file: string;
  /** What it says as kind reads it, where no file holds it. */
  readonly text?: string;
  readonly name: string;
  readonly nodes: readonly ConfiguredNode[];
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly featureGates: Readonly<Record<string, boolean>>;
  /** Of the API server: `api/alpha` -> `false`. */
  readonly runtimeConfig: Readonly<Record<string, string>>;
}

const textMap: JsonSchema = { type: 'object', additionalProperties: { type: 'string' } };
const texts: JsonSchema = { type: 'array', items: { type: 'string' } };
const patches6902: JsonSchema = { type: 'array', items: { type: 'object' } };

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['kind', 'apiVersion'],
  properties: {
    kind: { type: 'string', enum: ['Cluster'] },
    apiVersion: { type: 'string', enum: ['kind.x-k8s.io/v1alpha4'] },
    name: { type: 'string', pattern: '^[a-z0-9.-]+$' },
    networking: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ipFamily: { type: 'string', enum: ['ipv4', 'ipv6', 'dual'] },
        apiServerPort: { type: 'integer' },
        apiServerAddress: { type: 'string' },
        podSubnet: { type: 'string' },
        serviceSubnet: { type: 'string' },
        disableDefaultCNI: { type: 'boolean' },
        kubeProxyMode: { type: 'string', enum: ['iptables', 'ipvs', 'nftables', 'none'] },
        dnsSearch: texts,
      },
    },
    featureGates: { type: 'object', additionalProperties: { type: 'boolean' } },
    runtimeConfig: textMap,
    kubeadmConfigPatches: texts,
    kubeadmConfigPatchesJSON6902: patches6902,
    containerdConfigPatches: texts,
    containerdConfigPatchesJSON6902: texts,
    nodes: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        properties: {
          role: { type: 'string', enum: ['control-plane', 'worker'] },
          image: { type: 'string' },
          labels: textMap,
          extraMounts: { type: 'array', items: { type: 'object' } },
          extraPortMappings: { type: 'array', items: { type: 'object' } },
          kubeadmConfigPatches: texts,
          kubeadmConfigPatchesJSON6902: patches6902,
        },
      },
    },
  },
};

interface RawConfig {
  readonly name?: string;
  readonly networking?: { readonly podSubnet?: string; readonly serviceSubnet?: string };
  readonly featureGates?: Readonly<Record<string, boolean>>;
  readonly runtimeConfig?: Readonly<Record<string, string>>;
  readonly kubeadmConfigPatches?: readonly string[];
  readonly nodes?: readonly {
    readonly role?: 'control-plane' | 'worker';
    readonly labels?: Readonly<Record<string, string>>;
    readonly kubeadmConfigPatches?: readonly string[];
  }[];
}

/**
 * Reads the file.
 *
 * @throws InputError with the line of what is wrong.
 */
export function readKindConfig(file: string): KindConfig {
  return parseKindConfig(readInput(file), file);
}

/** Reads the text of a configuration. */
export function parseKindConfig(text: string, file: string): KindConfig {
  const written = singleDocument(text, file, {
    ifEmpty: 'write a kind configuration into it: kind, apiVersion and nodes',
    ifMore: 'keep one: kind reads no more',
  });
  const document = { ...written, value: typedScalars(written, schema) };
  checkSchema(document, schema);
  const raw = document.value as RawConfig;
  const nodes = raw.nodes ?? [{ role: 'control-plane' as const }];
  if (!nodes.some(node => (node.role ?? 'control-plane') === 'control-plane')) {
    const place = { file, line: document.lineOf(['nodes']), field: 'nodes' };
    const next = 'add an entry "- role: control-plane"';
    throw new InputError(place, 'must have at least one control-plane node', next);
  }
  return {
    file,
    name: raw.name ?? 'kind',
    nodes: nodes.map((node, index) => {
      const labels = node.labels ?? {};
      refuseLabels(document, labels, index);
      const patches = [...(raw.kubeadmConfigPatches ?? []), ...(node.kubeadmConfigPatches ?? [])];
      return { role: node.role ?? 'control-plane', labels, ...joined(patches, document, index) };
    }),
    podSubnet: raw.networking?.podSubnet ?? '10.244.0.0/16',
    serviceSubnet: raw.networking?.serviceSubnet ?? '10.96.0.0/16',
    featureGates: raw.featureGates ?? {},
    runtimeConfig: raw.runtimeConfig ?? {},
  };
}

/** A kubelet refuses such labels, and kind then fails after minutes: so they are refused here, at once. */
function refuseLabels(
  document: Located,
  labels: Readonly<Record<string, string>>,
  index: number,
): void {
  for (const key of Object.keys(labels)) {
    if (isKubeletLabel(key)) continue;
    const path = ['nodes', index, 'labels', key];
    throw new InputError(
      { file: document.file, line: document.lineOf(path), field: `nodes[${index}].labels` },
      `a kubelet may not give itself the label ${key}`,
      'use a prefix of your own, or set the label through the API once the cluster runs',
    );
  }
}

interface JoinConfiguration {
  readonly kind?: string;
  readonly nodeRegistration?: {
    readonly taints?: readonly ConfiguredTaint[] | null;
    readonly kubeletExtraArgs?: unknown;
  };
}

/** What kubeadm would make of the patches of a node: its taints and the kubelet's --max-pods. */
function joined(
  patches: readonly string[],
  document: Located,
  index: number,
): Pick<ConfiguredNode, 'taints' | 'maxPods'> {
  let taints: readonly ConfiguredTaint[] = [];
  let maxPods: number | undefined;
  for (const [position, patch] of patches.entries()) {
    const path = ['nodes', index, 'kubeadmConfigPatches', position];
    const file = `${document.file}:${document.lineOf(path)} (kubeadmConfigPatches)`;
    for (const { value } of parseLocated(patch, file)) {
      const { kind, nodeRegistration } = value as JoinConfiguration;
      if (kind !== 'JoinConfiguration' && kind !== 'InitConfiguration') continue;
      taints = nodeRegistration?.taints ?? taints;
      maxPods = extraArgument(nodeRegistration?.kubeletExtraArgs, 'max-pods') ?? maxPods;
    }
  }
  return { taints, ...(maxPods !== undefined && { maxPods }) };
}

/** kubeletExtraArgs are a map up to v1beta3 and a list of {name, value} since v1beta4. */
function extraArgument(extra: unknown, name: string): number | undefined {
  const value = Array.isArray(extra)
    ? (extra as readonly { name?: string; value?: unknown }[]).find(item => item.name === name)
        ?.value
    : (extra as Readonly<Record<string, unknown>> | undefined)?.[name];
  return value === undefined ? undefined : Number(value);
}
