/** Workers on which the pods of manifests fit: as many, as large and with such labels and GPUs as they ask for. */
import { podRequests } from '../../../sim/scheduler/pod-requests.js';
import type { PodSpec } from '../../../sim/api/kinds/core.js';
import type { Labels } from '../../../sim/api/selectors.js';
import type { NodePool } from '../../voyages/plan.js';
import { isDevice } from '../gpus.js';
import type { PodTemplate } from '../pod-template.js';
import { scalersOf } from '../scalers.js';
import { grouped, type Survey } from '../survey.js';

/** The pools, and the devices that no node here can have. */
export interface FirstPools {
  readonly pools: readonly NodePool[];
  readonly unknownDevices: readonly string[];
}

/** What one pod asks for. */
interface Ask {
  readonly labels: Labels;
  readonly product: string | undefined;
  readonly gpus: number;
  /** In cores, and in bytes. */
  readonly cpu: number;
  readonly memory: number;
  readonly isAlone: boolean;
}

const gpu = 'nvidia.com/gpu';
const productKey = 'nvidia.com/gpu.product';
/** Where manifests do not say which they want. */
const anyProduct = 'NVIDIA-A100-SXM4-80GB';
/** More pods of one template tell nothing new about what fits. */
const replicasMax = 64;

/** The pools of a survey. */
export function poolsFor(survey: Survey): FirstPools {
  const { templates } = survey;
  const most = mostReplicas(survey);
  const asks = templates
    .filter(({ owner }) => owner.kind !== 'DaemonSet')
    .flatMap(template => {
      const count = Math.min(most(template), replicasMax);
      return Array.from({ length: count }, () => askOf(template));
    });
  const places = grouped(asks, ({ labels, product, gpus }) =>
    JSON.stringify([
      gpus > 0,
      product,
      Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]),
  );
  const pools = [...places.values()].map(poolOf).sort((a, b) => rank(a) - rank(b));
  const devices = templates.flatMap(({ spec }) => [...podRequests(asPod(spec)).keys()]);
  return {
    pools: pools.some(({ labels }) => labels === undefined) ? pools : [poolOf([]), ...pools],
    unknownDevices: [...new Set(devices)].filter(name => isDevice(name) && name !== gpu).sort(),
  };
}

/** What everybody may use comes first. */
const rank = ({ labels, gpus }: NodePool): number =>
  (labels === undefined ? 0 : 2) + (gpus === undefined ? 0 : 1);

/** As many replicas as an autoscaler may want. */
function mostReplicas(survey: Survey): (template: PodTemplate) => number {
  const scalers = scalersOf(survey);
  return ({ owner, replicas = 1 }) => {
    const own = scalers.filter(
      ({ entry, target }) =>
        entry.namespace === owner.namespace &&
        target.kind === owner.kind &&
        target.name === owner.name,
    );
    return Math.max(replicas, ...own.map(({ max }) => max));
  };
}

const asPod = (spec: PodSpec) => ({ metadata: {}, spec: withLimits(spec) });

/** A container without requests asks for its limits. */
function withLimits(spec: PodSpec): PodSpec {
  return {
    ...spec,
    containers: spec.containers.map(({ resources, ...container }) => ({
      ...container,
      resources: { requests: { ...resources?.limits, ...resources?.requests } },
    })),
  };
}

function askOf({ spec }: PodTemplate): Ask {
  const asked = podRequests(asPod(spec));
  const { [productKey]: product, ...labels } = wantedLabels(spec);
  const apart = spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return {
    labels,
    product,
    gpus: asked.get(gpu) ?? 0,
    cpu: (asked.get('cpu') ?? 0) / 1_000,
    memory: asked.get('memory') ?? 0,
    isAlone: (apart ?? []).some(({ topologyKey }) => topologyKey === 'kubernetes.io/hostname'),
  };
}

/** Every node has its own of these, or gets them with its GPUs. */
const given = /^(beta\.)?kubernetes\.io\/(os|arch|hostname)$|^nvidia\.com\/gpu\.(count|present)$/;

/** The labels with which a node is right: of the selector, and of the first term of a required affinity. */
function wantedLabels({ nodeSelector = {}, affinity }: PodSpec): Labels {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const [term] = required?.nodeSelectorTerms ?? [];
  const terms = (term?.matchExpressions ?? []).flatMap(({ key, operator, values }) => {
    if (operator === 'In') return [[key, values?.[0] ?? ''] as const];
    return operator === 'Exists' ? [[key, 'true'] as const] : [];
  });
  const all = [...Object.entries(nodeSelector), ...terms];
  return Object.fromEntries(all.filter(([key]) => !given.test(key)));
}

function poolOf(asks: readonly Ask[]): NodePool {
  const [first] = asks;
  const labels = Object.entries(first?.labels ?? {});
  const most = Math.max(0, ...asks.map(({ gpus }) => gpus));
  const total = asks.reduce((sum, { gpus }) => sum + gpus, 0);
  const gpus = most === 0 ? 0 : powerOf2(Math.max(most, Math.min(total, gpusOfNode)));
  const count = Math.max(
    gpus === 0 ? cpuNodes : nodesFor(asks, gpus),
    asks.filter(({ isAlone }) => isAlone).length,
    Math.ceil(asks.length / podsOfNode),
  );
  const share = (of: (ask: Ask) => number): number =>
    (spare * asks.reduce((sum, ask) => sum + of(ask), 0)) / count + Math.max(0, ...asks.map(of));
  const cpu = powerOf2(Math.max(8, share(ask => ask.cpu) + 1));
  const memory = powerOf2(Math.max(32, share(ask => ask.memory) / 2 ** 30 + 2));
  return {
    name: gpus === 0 ? 'cpu' : 'gpu',
    count,
    cpu: String(cpu),
    memory: `${memory}Gi`,
    ...(gpus > 0 && { gpus: { product: first?.product ?? anyProduct, count: gpus } }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
  };
}

/** Machines with more are rare. */
const gpusOfNode = 8;
/** So that one can be drained, and a roll-out has room. */
const cpuNodes = 3;
const spare = 1.25;
/** A kubelet takes 110, those of DaemonSets among them. */
const podsOfNode = 80;

/** How many nodes it takes when the largest pods go first, each to the first node with room. */
function nodesFor(asks: readonly Ask[], gpus: number): number {
  const free: number[] = [];
  for (const ask of [...asks].sort((a, b) => b.gpus - a.gpus)) {
    const index = free.findIndex(left => left >= ask.gpus);
    if (index < 0) free.push(gpus - ask.gpus);
    else free[index] = (free[index] ?? 0) - ask.gpus;
  }
  return free.length;
}

const powerOf2 = (least: number): number => 2 ** Math.ceil(Math.log2(least));
