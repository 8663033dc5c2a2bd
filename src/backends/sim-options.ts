/** From what a user says of a cluster to what the simulation is booted from. */
import { join } from 'node:path';
import type { FeatureGates, RuntimeConfig } from '../../sim/api/feature-gates.js';
import type { SimulationOptions } from '../../sim/simulation.js';
import type { ConfigurationDocument } from '../../sim/scheduler/configuration.js';
import type { TieRule } from '../../sim/scheduler/ties.js';
import type { WorkloadRule } from '../../sim/workloads/workload.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { Operator } from '../../sim/operators/operator.js';
import { operators } from '../../sim/operators/index.js';
import { plainWorkloads } from '../../sim/workloads/index.js';
import {
  checkedAutoscaler,
  readAutoscaler,
  type AutoscalerConfig,
} from '../gpu/autoscaler-config.js';
import { withGpuSharing } from '../gpu/gpu-sharing.js';
import { readKindConfig, type KindConfig } from '../gpu/kind-config.js';
import { gpuDeviceClasses } from '../gpu/device-slices.js';
import { nodeAutoscaling } from '../gpu/node-groups.js';
import { nodeShapes, publishedSlices } from '../gpu/node-shapes.js';
import { recordedNodes } from '../gpu/recorded-nodes.js';
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import { packageFolder } from '../version.js';
import { checkedGates } from './feature-gates.js';
import { readSchedulerConfig } from './scheduler-config.js';

/** Makes a workload from the parameters that a scenario gives it. */
export type WorkloadMaker = (
  parameters: Readonly<Record<string, unknown>>,
) => WorkloadRule['workload'];

/** What a user may say of a simulated cluster. */
export interface SimulatedClusterOptions {
  readonly seed: number;
  /** A kind configuration, or its file. Default: seatrial's own kind-config.yaml. */
  readonly config?: string | KindConfig;
  /** A file of Node objects: these are the nodes, instead of those of the configuration. */
  readonly nodes?: string;
  /** Cluster Autoscaler and its node groups, or the file that describes them. Default: none. */
  readonly autoscaler?: string | AutoscalerConfig;
  /** The modelled operators that run. Default: all that can stand beside each other. */
  readonly operators?: readonly string[];
  /** Operators that run beside those by default. */
  readonly alsoOperators?: readonly string[];
  /** Where virtual time starts, in milliseconds since the epoch. */
  readonly startMs?: number;
  /** What containers do, by the workloads' names. */
  readonly workloads?: readonly {
    readonly image?: string;
    readonly container?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly workload: string;
    readonly parameters?: Readonly<Record<string, unknown>>;
  }[];
  /** Operators besides the modelled ones, by name. */
  readonly installs?: Readonly<Record<string, Operator>>;
  /** Workloads besides the plain ones, by name. */
  readonly makers?: Readonly<Record<string, WorkloadMaker>>;
  readonly keepsTrace?: boolean;
  /** A KubeSchedulerConfiguration, or its file. Default: kube-scheduler's own defaults. */
  readonly schedulerConfig?: string | ConfigurationDocument;
  /** Which of several best nodes a pod gets. Default `random`, as in Kubernetes. */
  readonly schedulerTies?: TieRule;
  /**
   * Feature gates besides those of the configuration. `GenericWorkload` and `GangScheduling` give pod
   * groups as Kubernetes 1.36 has them; they need `runtimeConfig`. Default: none is on.
   */
  readonly featureGates?: FeatureGates;
  /** API versions behind them that are served: `{'scheduling.k8s.io/v1alpha2': 'true'}`. Default: none. */
  readonly runtimeConfig?: RuntimeConfig;
  /** What is to be applied: it may say how the GPUs of nodes are shared. Default: nothing. */
  readonly manifests?: readonly KubeObject[];
  /** What may hold the operators' own Deployments and files, by which they are told how to work. Default: the manifests. */
  readonly installed?: readonly KubeObject[];
  /** Whether custom.metrics.k8s.io serves what pods use of their GPUs. Default false. */
  readonly hasGpuMetrics?: boolean;
}

/** The file of the default cluster. */
export const defaultConfigFile: string = join(packageFolder, 'kind-config.yaml');

const defaultOperators = Object.values(operators)
  .filter(({ isAlternative, isOnDemand }) => isAlternative !== true && isOnDemand !== true)
  .map(({ name }) => name);

/** Reads the configuration and finds operators and workloads by their names. */
export function simulationOptions(
  options: SimulatedClusterOptions,
): SimulationOptions & { readonly config: KindConfig } {
  const { config: given = defaultConfigFile } = options;
  const read = typeof given === 'string' ? readKindConfig(given) : given;
  const config = withGpuSharing(read, options.manifests ?? []);
  const names = options.operators ?? [...defaultOperators, ...(options.alsoOperators ?? [])];
  const featureGates = { ...config.featureGates, ...options.featureGates };
  const runtimeConfig = { ...config.runtimeConfig, ...options.runtimeConfig };
  return {
    config,
    seed: options.seed,
    nodes:
      options.nodes === undefined
        ? nodeShapes(config, options.seed)
        : recordedNodes(options.nodes, options.seed),
    ...autoscalingOf(options, config),
    // kubeadm gives the API server --allow-privileged, and kind the service subnet.
    settings: { allowPrivileged: true, serviceRange: config.serviceSubnet },
    featureGates: checkedGates({ file: config.file, featureGates, runtimeConfig }),
    runtimeConfig,
    operators: [
      ...withNeeds(names).map(name => {
        const operator = found('operator', name, { ...operators, ...options.installs });
        return operator.asAsked?.(options.installed ?? options.manifests ?? []) ?? operator;
      }),
      ...(options.nodes === undefined ? deviceDriver(publishedSlices(config, options.seed)) : []),
    ],
    workloads: (options.workloads ?? []).map(choice => {
      const { workload, parameters = {}, ...rule } = choice;
      const makers = { ...plainWorkloads, ...options.makers };
      return { ...rule, workload: found('workload', workload, makers)(parameters) };
    }),
    scheduler: {
      ...(options.schedulerConfig !== undefined && {
        configuration: schedulerConfigOf(options.schedulerConfig),
      }),
      ...(options.schedulerTies !== undefined && { ties: options.schedulerTies }),
    },
    ...(options.startMs !== undefined && { startMs: options.startMs }),
    ...(options.hasGpuMetrics !== undefined && { hasGpuMetrics: options.hasGpuMetrics }),
    ...(options.keepsTrace !== undefined && { keepsTrace: options.keepsTrace }),
  };
}

function autoscalingOf(
  { autoscaler, seed }: SimulatedClusterOptions,
  config: KindConfig,
): Pick<SimulationOptions, 'autoscaler'> {
  if (autoscaler === undefined) return {};
  const described =
    typeof autoscaler === 'string' ? readAutoscaler(autoscaler) : checkedAutoscaler(autoscaler);
  return { autoscaler: nodeAutoscaling(described, { config, seed }) };
}

/** The operators with those that they need, these first. */
function withNeeds(names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap(name => [...(operators[name]?.needs ?? []), name]))];
}

/** NVIDIA's DRA driver where it offers anything: its classes and slices; nothing of it needs to run. */
function deviceDriver(slices: readonly KubeObject[]): readonly Operator[] {
  if (slices.length === 0) return [];
  const name = 'nvidia-dra-driver-gpu';
  const user = 'system:serviceaccount:nvidia-dra-driver-gpu:nvidia-dra-driver-gpu-kubelet-plugin';
  return [
    {
      name,
      models: 'k8s-dra-driver-gpu with dynamic MIG: what it publishes',
      manifests: () => [...gpuDeviceClasses, ...slices],
      process: { name, identity: { user, groups: ['system:authenticated'] }, controllers: [] },
    },
  ];
}

/** The configuration itself, or what stands in the file. */
export function schedulerConfigOf(given: string | ConfigurationDocument): ConfigurationDocument {
  return typeof given === 'string' ? readSchedulerConfig(given) : given;
}

/**
 * What has a name.
 *
 * @throws UserError where nothing has it.
 */
export function found<T>(what: string, name: string, known: Readonly<Record<string, T>>): T {
  const value = known[name];
  if (value !== undefined) return value;
  const names = Object.keys(known);
  const near = didYouMean(name, names);
  throw new UserError(`there is no ${what} ${name}`, {
    exitCode: exitCodes.usage,
    code: `unknown-${what}`,
    next: near === undefined ? `there are: ${names.join(', ')}` : `did you mean ${near}?`,
  });
}
