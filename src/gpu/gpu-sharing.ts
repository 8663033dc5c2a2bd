/**
 * How manifests share the GPUs of nodes: by the configuration of NVIDIA's device plug-in in a ConfigMap.
 * A node takes the one that its label nvidia.com/device-plugin.config names, or else the default of the GPU
 * operator's ClusterPolicy, or else the only one. Time slices are as upstream has them; of MPS there is what
 * the plug-in offers and each share's part of the memory, but no daemon that could fail.
 * @upstream github.com/NVIDIA/k8s-device-plugin api/config/v1 (config.go, sharing.go, replicas.go)
 */
import { isRecord } from '../../sim/api/equality.js';
import { parseYamlBody } from '../../sim/api/yaml.js';
import type { ConfiguredNode, KindConfig } from './kind-config.js';

/** By which labels a node's GPUs are shared in ways that discovery has no label for. */
export const sharingLabels = {
  renamed: 'seatrial.dev/gpu-sharing-renamed',
  oneEach: 'seatrial.dev/gpu-sharing-one-each',
} as const;

const nodeKey = 'nvidia.com/device-plugin.config';

/** A manifest, as far as it is read. */
interface Manifest {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
}

type Fields = Readonly<Record<string, unknown>>;

/** A configuration that was found: what it makes of a node's labels, or why the plug-in cannot load it. */
export type FoundSharing =
  | { readonly key: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly key: string; readonly problem: string };

/** The cluster with its GPUs shared as the manifests say; what a node's own labels say goes first. */
export function withGpuSharing(config: KindConfig, objects: readonly Manifest[]): KindConfig {
  const maps = objects.flatMap(object => {
    const found = sharingsIn(object);
    return found.length === 0 ? [] : [{ name: object.metadata?.name, found }];
  });
  if (maps.length === 0) return config;
  const policy = policyOf(objects);
  const chosen = maps.find(({ name }) => name === policy?.['name']) ?? maps[0];
  const nodes = config.nodes.map(node => shared(node, chosen?.found ?? [], policy?.['default']));
  return { ...config, nodes };
}

/** The configurations of a ConfigMap; none if it holds something else. */
export function sharingsIn(object: Manifest): readonly FoundSharing[] {
  const { data } = object as { readonly data?: unknown };
  if (object.kind !== 'ConfigMap' || !isRecord(data)) return [];
  return Object.entries(data).flatMap(([key, text]) => {
    if (typeof text !== 'string' || !/\bsharing\b/.test(text)) return [];
    const parsed = parseYamlBody(text);
    const value = parsed.isOk ? parsed.value.value : undefined;
    if (!isRecord(value) || !isRecord(value['sharing'])) return [];
    const { mps, timeSlicing } = value['sharing'];
    if (value['version'] !== 'v1' || (!isRecord(mps) && !isRecord(timeSlicing))) return [];
    return [{ key, ...readSharing(mps, timeSlicing) }];
  });
}

function readSharing(mps: unknown, timeSlicing: unknown) {
  const isMps = isRecord(mps);
  const active: Fields = isMps ? mps : isRecord(timeSlicing) ? timeSlicing : {};
  const { resources, renameByDefault, failRequestsGreaterThanOne = isMps } = active;
  if (!Array.isArray(resources) || resources.length === 0)
    return { problem: 'no resources specified' };
  const labels: Record<string, string> = {
    'nvidia.com/gpu.sharing-strategy': isMps ? 'mps' : 'time-slicing',
    ...(renameByDefault === true && { [sharingLabels.renamed]: 'true' }),
    ...(failRequestsGreaterThanOne === true && { [sharingLabels.oneEach]: 'true' }),
  };
  for (const resource of resources as readonly unknown[]) {
    const { name, replicas } = isRecord(resource) ? resource : {};
    if (typeof name !== 'string') return { problem: 'no resource name specified' };
    if (replicas === undefined) return { problem: 'no replicas specified' };
    if (typeof replicas !== 'number' || replicas < 2) {
      return { problem: 'number of replicas must be >= 2' };
    }
    const prefixed = name.startsWith('nvidia.com/') ? name : `nvidia.com/${name}`;
    labels[`${prefixed}.replicas`] = String(replicas);
  }
  return { labels };
}

/** What the GPU operator is told: the name of the ConfigMap, and the key that counts for most nodes. */
function policyOf(objects: readonly Manifest[]): Fields | undefined {
  for (const object of objects) {
    if (object.kind !== 'ClusterPolicy') continue;
    const { spec } = object as { readonly spec?: unknown };
    const plugin = isRecord(spec) ? spec['devicePlugin'] : undefined;
    const config = isRecord(plugin) ? plugin['config'] : undefined;
    if (isRecord(config)) return config;
  }
  return undefined;
}

function shared(
  node: ConfiguredNode,
  found: readonly FoundSharing[],
  byDefault: unknown,
): ConfiguredNode {
  const { labels } = node;
  const isSaid = Object.keys(labels).some(key => /^nvidia\.com\/.*\.replicas$/.test(key));
  if (labels['nvidia.com/gpu.count'] === undefined || isSaid) return node;
  const wanted = labels[nodeKey] ?? byDefault;
  const only = found.length === 1 ? found[0] : undefined;
  const usual = only ?? found.find(({ key }) => key === 'default' || key === 'any');
  const chosen = wanted === undefined ? usual : found.find(({ key }) => key === wanted);
  if (chosen === undefined || 'problem' in chosen) return node;
  return { ...node, labels: { ...chosen.labels, ...labels } };
}
