/** A kubelet and its machine: what makes a node. @upstream pkg/kubelet/kubelet.go */
import { LateMap } from '../engine/late-map.js';
import { planted } from '../engine/planted.js';
import type { NodeEndpoint } from '../api/node-endpoint.js';
import type { ControllerDefinition, ProcessDefinition } from '../client/contract.js';
import type { MetricBook } from '../client/process-metrics.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import { ContainerRuntime, type ContainerRuntimeOptions } from './container-runtime.js';
import { DeviceManager } from './device-manager.js';
import { Gpus } from './gpus.js';
import { nodeReading } from './node-reading.js';
import { type ImageRegistry, registryOfEverything } from './image-registry.js';
import { ImageStore, type PresentImages } from './image-store.js';
import { KubeletProcess } from './kubelet-process.js';
import {
  type ChooseWorkload,
  type Machine,
  noNetwork,
  type PodApi,
  type PodNetworks,
  type ServiceVariables,
} from './machine.js';
import { KubeletCounts } from './metrics/counts.js';
import type { NodeShape } from './node-shape.js';
import { nodeServer, type ServingKubelet } from './node-server.js';
import { PodAddresses } from './pod-addresses.js';
import { filesByKey } from './pod-volumes.js';
import {
  defaultKubeletConfig,
  type KubeletConfig,
  measuredTimings,
  type NodeTimings,
} from './timings.js';

/** What a node is made from. */
export interface KubeletOptions {
  readonly clock: Clock;
  /** The machine's own stream: forked by the node's name. */
  readonly random: Random;
  readonly node: NodeShape;
  /** What plays the containers. */
  readonly choose: ChooseWorkload;
  readonly timings?: Partial<NodeTimings>;
  readonly config?: Partial<KubeletConfig>;
  /** Default: every image exists. */
  readonly registry?: ImageRegistry;
  readonly presentImages?: PresentImages;
  /** The storage that nodes share. Default: the node's own. */
  readonly sharedFiles?: Machine['sharedFiles'];
  /** Default: nothing answers. */
  readonly networkOf?: PodNetworks;
  /** Default: none. */
  readonly serviceVariables?: ServiceVariables;
  /** Default: every request fails as if the server were not there. */
  readonly apiOf?: PodApi;
  /** Hears every line that a container writes. */
  readonly onLog?: ContainerRuntimeOptions['onLog'];
}

/** A node. */
export interface Kubelet {
  readonly nodeName: string;
  /** The kubelet's process: to be started, stopped and crashed while the machine goes on. */
  readonly process: ProcessDefinition;
  readonly endpoint: NodeEndpoint;
  readonly gpus: Gpus;
  readonly machine: Machine;
  /** The pause process of a pod dies, as by a kernel fault. */
  loseSandbox(podUid: string): void;
  /** Fills the disk or empties memory: the node reports pressure until it is taken back. */
  setPressure(pressure: {
    readonly memory?: boolean;
    readonly disk?: boolean;
    readonly pid?: boolean;
  }): void;
}

const kubeletRate = { perSecond: 50, burst: 100 };

const unreachable: PodApi = () => (_request, done) =>
  done({ status: 503, headers: {}, body: 'the server is not reachable from this pod' });

function runtimeOf(
  { clock, node, onLog }: KubeletOptions,
  random: Random,
  timings: NodeTimings,
): ContainerRuntime {
  return new ContainerRuntime({
    clock,
    random,
    timings,
    addresses: new PodAddresses(node.podCIDR),
    runtimeHandlers: node.runtimeHandlers ?? ['runc'],
    onLog,
  });
}

const noConfig: Partial<KubeletConfig> = {};
/** With the defaults: many nodes are given the same one. */
const wholeConfigs = new WeakMap<Partial<KubeletConfig>, KubeletConfig>();

function wholeConfig(given: Partial<KubeletConfig> = noConfig): KubeletConfig {
  let whole = wholeConfigs.get(given);
  if (whole === undefined) {
    wholeConfigs.set(given, (whole = { ...defaultKubeletConfig, ...given }));
  }
  return whole;
}

/** What its server tells of the life that it has at the moment. */
function serving(
  shape: NodeShape,
  state: { readonly running?: KubeletProcess; readonly book?: MetricBook },
): ServingKubelet {
  return {
    shape,
    statusOf: (namespace, pod) => state.running?.statusByName(namespace, pod),
    entries: () => state.running?.pods.values() ?? [],
    startedMs: () => state.running?.startedMs ?? 0,
    isRunning: () => state.running !== undefined,
    counted: () => state.book?.families() ?? [],
  };
}

/** Makes a node. Its process does nothing until it is started. */
export function kubelet(options: KubeletOptions): Kubelet {
  const { clock, node } = options;
  const bootMs = clock.now();
  const random = options.random.fork(`node/${node.name}`);
  const timings = options.timings ? { ...measuredTimings, ...options.timings } : measuredTimings;
  const config = wholeConfig(options.config);
  const runtime = runtimeOf(options, random.fork('runtime'), timings);
  const machine: Machine = {
    runtime,
    images: new ImageStore({
      clock,
      random: random.fork('images'),
      timings,
      registry: options.registry ?? registryOfEverything(),
      present: options.presentImages ?? {},
      serializesPulls: config.serializeImagePulls,
    }),
    devices: new DeviceManager(node.devices ?? []),
    volumes: new LateMap(),
    sharedFiles: options.sharedFiles ?? filesByKey(),
    choose: options.choose,
    networkOf: options.networkOf ?? noNetwork,
    serviceVariables: options.serviceVariables ?? (() => ({})),
    apiOf: options.apiOf ?? unreachable,
    reading: () => nodeReading(runtime, node, bootMs),
  };
  const state: { running?: KubeletProcess; book?: MetricBook; lives: number } = { lives: 0 };
  const controller: ControllerDefinition = {
    name: 'kubelet',
    eventHost: node.name,
    create(context) {
      machine.images.forgetPulls();
      if (state.lives++ > 0 && planted('kubernetes-46087')) machine.devices.offerAll();
      const running = new KubeletProcess({
        context,
        shape: node,
        timings,
        config,
        machine,
        random: random.fork(`life/${state.lives}`),
        counts: new KubeletCounts(context),
        ended: () => {
          if (state.running === running) delete state.running;
        },
      });
      state.running = running;
      if (context.metrics !== undefined) state.book = context.metrics;
      return running.controller();
    },
  };
  return {
    nodeName: node.name,
    process: {
      name: `kubelet/${node.name}`,
      identity: {
        user: `system:node:${node.name}`,
        groups: ['system:nodes', 'system:authenticated'],
      },
      rate: kubeletRate,
      controllers: [controller],
    },
    endpoint: nodeServer(machine, clock, serving(node, state)),
    gpus: new Gpus(machine, clock),
    machine,
    loseSandbox: podUid => runtime.loseSandboxes(podUid),
    setPressure: pressure => state.running?.setPressure(pressure),
  };
}
