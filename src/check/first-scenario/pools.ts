/** Workers on which the pods of manifests fit: as many, as large and with such labels and GPUs as they ask for. */
import { podRequests } from '../../../sim/scheduler/pod-requests.js';
import { runtimeClasses } from '../../../sim/api/kinds/node.js';
import type { PodSpec } from '../../../sim/api/kinds/core.js';
import type { Labels } from '../../../sim/api/selectors.js';
import type { NodePool } from '../../voyages/plan.js';
import { isExtended, resourceLabel } from '../../gpu/extended-resources.js';
import { claimedPools } from '../claimed-devices.js';
import type { PodTemplate } from '../pod-template.js';
import { spreadOver, topologyKeys } from '../topology-keys.js';
import { scalersOf } from '../scalers.js';
import { grouped, type Survey } from '../survey.js';

/** The pools, and the devices of which nodes have a number and nothing behind it. */
export interface FirstPools {
  readonly pools: readonly NodePool[];
  readonly countedDevices: readonly string[];
}

/** What one pod asks for. */
interface Ask {
  readonly labels: Labels;
  readonly product: string | undefined;
  readonly gpus: number;
  /** Extended resources and huge pages. */
  readonly others: ReadonlyMap<string, number>;
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

/** The pools of a survey, their nodes in as many zones or racks as pods want. */
export function poolsFor(survey: Survey): FirstPools {
  const { pools, countedDevices } = plainPools(survey);
  const all = [...pools, ...claimedPools(survey)];
  return { pools: spreadOver(all, topologyKeys(survey)), countedDevices };
}

/** The same, wherever the nodes stand. */
export function plainPools(survey: Survey): FirstPools {
  const { templates } = survey;
  const most = mostReplicas(survey);
  const classes = new Map(
    survey.of(runtimeClasses).map(({ name, object }) => [name, object.scheduling?.nodeSelector]),
  );
  const asks = templates
    .filter(({ owner, spec }) => owner.kind !== 'DaemonSet' || isForSome(spec))
    .flatMap(template => {
      const count = Math.min(most(template), replicasMax);
      return Array.from({ length: count }, () => askOf(template, classes));
    });
  const places = grouped(asks, ({ labels, product, gpus, others }) =>
    JSON.stringify([
      gpus > 0,
      product,
      [...others.keys()].sort(),
      Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]),
  );
  const pools = [...places.values()].map(poolOf).sort((a, b) => rank(a) - rank(b));
  const devices = asks.flatMap(({ others }) => [...others.keys()]);
  const all = pools.some(({ labels }) => labels === undefined) ? pools : [poolOf([]), ...pools];
  return {
    pools: all,
    countedDevices: [...new Set(devices)].sort(),
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

function askOf({ spec }: PodTemplate, classes: ReadonlyMap<string, Labels | undefined>): Ask {
  const asked = podRequests(asPod(spec));
  const ofClass = classes.get(spec.runtimeClassName ?? '') ?? {};
  const wanted = { ...ofClass, ...wantedLabels(spec) };
  const { [productKey]: product, ...labels } = wanted;
  const others = [...asked].filter(([name, amount]) => isExtended(name) && amount > 0);
  const apart = spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return {
    labels,
    product,
    gpus: asked.get(gpu) ?? 0,
    others: new Map(others),
    cpu: (asked.get('cpu') ?? 0) / 1_000,
    memory: asked.get('memory') ?? 0,
    isAlone: (apart ?? []).some(({ topologyKey }) => topologyKey === 'kubernetes.io/hostname'),
  };
}

/** The node of the control plane is there already. */
export const ofControlPlane = /^node-role\.kubernetes\.io\/(control-plane|master)$/;

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

/** Whether it wants nodes that are not there by themselves: else a DaemonSet has pods on those that are. */
function isForSome(spec: PodSpec): boolean {
  return Object.keys(wantedLabels(spec)).some(key => !ofControlPlane.test(key));
}

function poolOf(asks: readonly Ask[]): NodePool {
  const [first] = asks;
  const counted = [...(first?.others.keys() ?? [])].map(name => countedOf(name, asks));
  const labels = [
    ...Object.entries(first?.labels ?? {}),
    ...counted.map(({ name, each }) => [resourceLabel(name), String(each)] as const),
  ];
  const most = Math.max(0, ...asks.map(({ gpus }) => gpus));
  const total = asks.reduce((sum, { gpus }) => sum + gpus, 0);
  const gpus = most === 0 ? 0 : powerOf2(Math.max(most, Math.min(total, gpusOfNode)));
  const count = Math.max(
    gpus === 0 && counted.length === 0 ? cpuNodes : 1,
    gpus === 0
      ? 1
      : nodesFor(
          asks.map(ask => ask.gpus),
          gpus,
        ),
    ...counted.map(({ name, each }) =>
      nodesFor(
        asks.map(ask => ask.others.get(name) ?? 0),
        each,
      ),
    ),
    asks.filter(({ isAlone }) => isAlone).length,
    Math.ceil(asks.length / podsOfNode),
  );
  const share = (of: (ask: Ask) => number): number =>
    (spare * asks.reduce((sum, ask) => sum + of(ask), 0)) / count + Math.max(0, ...asks.map(of));
  const cpu = powerOf2(Math.max(8, share(ask => ask.cpu) + 1));
  const memory = powerOf2(Math.max(32, share(ask => ask.memory) / 2 ** 30 + 2));
  return {
    name: gpus > 0 ? 'gpu' : counted.length > 0 ? 'device' : 'cpu',
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
function nodesFor(amounts: readonly number[], each: number): number {
  const free: number[] = [];
  for (const amount of [...amounts].sort((a, b) => b - a)) {
    const index = free.findIndex(left => left >= amount);
    if (index < 0) free.push(each - amount);
    else free[index] = (free[index] ?? 0) - amount;
  }
  return free.length;
}

/** How much of a resource each node has: devices as many as machines have, huge pages as all pods want. */
function countedOf(
  name: string,
  asks: readonly Ask[],
): { readonly name: string; readonly each: number } {
  const amounts = asks.map(({ others }) => others.get(name) ?? 0);
  const total = amounts.reduce((sum, one) => sum + one, 0);
  if (name.startsWith('hugepages-')) return { name, each: total };
  const most = Math.max(...amounts);
  return { name, each: powerOf2(Math.max(most, Math.min(total, gpusOfNode))) };
}

const powerOf2 = (least: number): number => 2 ** Math.ceil(Math.log2(least));
