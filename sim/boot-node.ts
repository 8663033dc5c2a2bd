/** Boots the node of a shape: its machine, its kubelet, its place in the cluster's networks. */
import { adoptPod } from './nodes/adopt.js';
import type { Kubelet, KubeletOptions } from './nodes/kubelet.js';
import { registryWithout } from './nodes/image-registry.js';
import { kubelet } from './nodes/kubelet.js';
import { serviceAccount, type Connect } from './client/contract.js';
import type { Process } from './client/runtime.js';
import type { Clock } from './engine/clock.js';
import type { Random } from './engine/random.js';
import type { ClusterNetwork } from './network/contract.js';
import type { NodeShape as MachineShape } from './nodes/node-shape.js';
import { isKubeletLabel } from './nodes/kubelet-labels.js';
import { filesByKey } from './nodes/pod-volumes.js';
import { chooser } from './workloads/index.js';
import type { ApiServer } from './server/contract.js';
import type { NodeShape, SimulatedNode, SimulationOptions } from './simulation.js';

/** What the machines of all nodes of a cluster have in common. */
export function nodeTools(
  tools: {
    readonly clock: Clock;
    readonly random: Random;
    readonly connect: Connect;
    readonly network: ClusterNetwork;
  },
  options: Pick<
    SimulationOptions,
    'workloads' | 'mountsTokens' | 'missingImages' | 'loadedImages'
  > &
    Pick<KubeletOptions, 'onLog'>,
): Omit<KubeletOptions, 'node'> {
  const { clock, random, connect, network } = tools;
  const { workloads = [], mountsTokens = false, onLog } = options;
  const { missingImages = [], loadedImages = [] } = options;
  return {
    clock,
    random,
    onLog,
    config: { mountsTokens },
    choose: chooser(workloads),
    ...(missingImages.length + loadedImages.length > 0 && {
      registry: registryWithout(missingImages, loadedImages),
    }),
    sharedFiles: filesByKey(),
    networkOf: network.networkOf,
    serviceVariables: network.serviceVariables,
    apiOf: pod => {
      const { namespace = '' } = pod.metadata;
      const account = serviceAccount(namespace, pod.spec?.serviceAccountName ?? 'default');
      return (request, done) =>
        network.reachApi(pod, {
          through: () => connect(account).send(request, done),
          timedOut: error => done({ status: 503, headers: {}, body: error }),
        });
    },
  };
}

/** The nodes' network, as kind's docker network has it. */
const nodeNetwork = '172.18';

/** The address of the node of this index. */
export function nodeAddress(index: number): string {
  return `${nodeNetwork}.${(index + 2) >> 8}.${(index + 2) & 255}`;
}

/** Makes the kubelet of a node; `index` gives it its addresses. */
export function nodeOf(
  shape: NodeShape,
  index: number,
  options: Omit<KubeletOptions, 'node'>,
  access?: MachineShape['access'],
): Kubelet {
  const names = [...new Set(shape.devices.map(device => device.resourceName))];
  const { pods = '110', ...capacity } = shape.capacity;
  const node = {
    name: shape.name,
    ip: nodeAddress(index),
    podCIDR: `10.${244 + (index >> 8)}.${index & 255}.0/24`,
    labels: labelsOf(shape, isKubeletLabel),
    capacity,
    devices: names.map(resourceName => ({
      resourceName,
      devices: shape.devices.filter(device => device.resourceName === resourceName),
    })),
    ...(access !== undefined && { access }),
    ...(shape.taints.length > 0 && { taints: shape.taints }),
    ...(shape.reserved !== undefined && { reserved: shape.reserved }),
  };
  const config = configWith(options.config, Number(pods));
  return kubelet(Object.assign({}, options, { config, node }));
}

type Config = NonNullable<KubeletOptions['config']>;

const noConfig: Config = {};
/** By what was given and how many pods a node takes: the nodes of a cluster share them. */
const configs = new WeakMap<Config, Map<number, Config>>();

function configWith(given: Config = noConfig, podsMax: number): Config {
  let byPods = configs.get(given);
  if (byPods === undefined) configs.set(given, (byPods = new Map<number, Config>()));
  let config = byPods.get(podsMax);
  if (config === undefined) {
    byPods.set(podsMax, (config = Object.assign({}, given, { podsMax })));
  }
  return config;
}

function labelsOf(shape: NodeShape, isWanted: (key: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(shape.labels).filter(([key]) => isWanted(key)));
}

/** How often kubeadm looks whether the node has registered. */
const kubeadmPollMs = 100;

/** Gives a node the labels that its kubelet may not give itself, once it is there. */
function labelAsKubeadm(shape: NodeShape, server: ApiServer, clock: Clock): void {
  const labels = labelsOf(shape, key => !isKubeletLabel(key));
  if (Object.keys(labels).length === 0) return;
  const label = `kubeadm labels ${shape.name}`;
  const attempt = (): void =>
    server.serve(
      {
        method: 'PATCH',
        path: `/api/v1/nodes/${shape.name}`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { metadata: { labels } },
      },
      kubeadm,
      answer => {
        if (answer.status === 404) clock.after(kubeadmPollMs, label, attempt);
      },
    );
  clock.after(kubeadmPollMs, label, attempt);
}

/** The node, which joins the cluster now or when its time comes. */
export function joined(
  node: SimulatedNode,
  shape: NodeShape,
  { server, clock }: { readonly server: ApiServer; readonly clock: Clock },
): SimulatedNode {
  const act = (): void => {
    labelAsKubeadm(shape, server, clock);
    node.process.start();
  };
  if (shape.joinsAtMs === undefined) act();
  else clock.after(shape.joinsAtMs - clock.now(), `${node.name} joins`, act);
  return node;
}

const kubeadm = {
  certificate: { user: 'kubernetes-admin', groups: ['system:masters'] },
  omitsManagedFields: true,
};

/** A node as those who drive the simulation see it. */
export function simulatedNode(
  shape: NodeShape,
  { gpus, endpoint, machine, setPressure }: Omit<Kubelet, 'process'>,
  process: Process,
): SimulatedNode {
  // A GPU fails with all its parts and shares; a part may fail alone.
  const idsOf = (device: number | string): readonly string[] =>
    shape.devices
      .filter(({ gpu, id }, index) =>
        typeof device === 'number'
          ? (gpu ?? index) === device
          : id === device || id.startsWith(`${device}::`),
      )
      .map(({ id }) => id);
  return {
    name: shape.name,
    process,
    failDevice(device, xid) {
      const ids = idsOf(device);
      for (const id of ids) gpus.fail(id, xid);
      return ids.length > 0;
    },
    repairDevice(device) {
      const ids = idsOf(device);
      for (const id of ids) gpus.mend(id);
      return ids.length > 0;
    },
    slowImages(factor) {
      machine.images.slowness = factor;
    },
    powerOff() {
      process.stop();
      machine.runtime.eachRunning(container => container.kill());
    },
    adopt: pod => adoptPod(machine, pod),
    setDiskPressure: isLow => setPressure({ disk: isLow }),
    usage: () => endpoint.usage().containers,
    gpus: () => endpoint.gpus(),
  };
}
