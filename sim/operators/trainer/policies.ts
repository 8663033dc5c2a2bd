/** What runtimes of each framework tell their processes. @upstream kubeflow/trainer v2.3.0 pkg/runtime/framework/plugins */
import type { Container, EnvVar, ResourceRequirements } from '../../api/kinds/core.js';
import { valueOf } from '../../api/quantity.js';
import {
  podOf,
  stepOf,
  toldEnv,
  withContainer,
  withEnv,
  withJobs,
  withPod,
  withPort,
} from './containers.js';
import { withMpi } from './mpi-policy.js';
import { indexPath, nodeName, trainerPort, trainerStep } from './names.js';
import { resourcesOf, withCount, type RuntimeInfo } from './runtime-info.js';
import type { TrainJob } from './types.js';

/** The info as the policy of its framework wants it. */
export function withPolicy(job: TrainJob, info: RuntimeInfo): RuntimeInfo {
  const { policy } = info;
  if (policy?.mpi !== undefined)
    return withMpi(job, info, policy.mpi, gpusOf(resourcesOf(job, info)));
  const sized = withCount(info, ({ step }) => step === trainerStep, job.spec.trainer?.numNodes);
  if (policy?.torch !== undefined) return withTorch(job, sized);
  if (policy?.jax !== undefined) return inTrainer(job, sized, jaxEnv(job, sized));
  const plain = inTrainer(job, sized, toldEnv(job.spec.trainer?.env), { hasPort: false });
  return policy?.xgboost === undefined ? plain : inTrainer(job, plain, xgboostEnv(job, plain));
}

/** The GPUs of a node, by the name of the resource. */
function gpusOf({ requests, limits }: ResourceRequirements): number {
  const [asked = 0, most = 0] = [requests, limits].map(list => {
    const name = Object.keys(list ?? {}).find(one => one.toLowerCase().includes('gpu'));
    return name === undefined ? 0 : valueOf(list?.[name]);
  });
  return asked > 0 ? asked : most;
}

function cpusOf({ requests, limits }: ResourceRequirements): number {
  const asked = valueOf(requests?.['cpu']);
  return asked > 0 ? asked : valueOf(limits?.['cpu']);
}

function nodesOf({ podSets }: RuntimeInfo): number {
  return podSets.find(({ step }) => step === trainerStep)?.count ?? 1;
}

/** The first process, at whose address the others meet. */
function firstOf({ metadata }: TrainJob): string {
  const { name = '' } = metadata;
  return `${name}-${nodeName}-0-0.${name}`;
}

function ofIndex(name: string): EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath: indexPath } } };
}

/** Nothing is told where the training has no trainer: upstream looks for the container only then. */
function inTrainer(
  job: TrainJob,
  info: RuntimeInfo,
  env: readonly EnvVar[],
  { hasPort = true }: { readonly hasPort?: boolean } = {},
): RuntimeInfo {
  if (job.spec.trainer === undefined) return info;
  const told = (container: Container): Container => {
    const whole = withEnv(container, env);
    return hasPort ? withPort(whole, { containerPort: trainerPort }) : whole;
  };
  const target = (info.spec.replicatedJobs ?? []).find(one => stepOf(one) === trainerStep);
  const spec = withJobs(info.spec, replicated =>
    replicated === target ? withContainer(replicated, nodeName, told) : replicated,
  );
  return { ...info, spec };
}

function withTorch(job: TrainJob, info: RuntimeInfo): RuntimeInfo {
  const resources = resourcesOf(job, info);
  const { numProcPerNode, env } = job.spec.trainer ?? {};
  const byDefault = gpusOf(resources) > 0 ? 'auto' : Math.max(1, cpusOf(resources));
  const pet: readonly EnvVar[] = [
    { name: 'PET_NNODES', value: String(nodesOf(info)) },
    { name: 'PET_NPROC_PER_NODE', value: String(numProcPerNode ?? byDefault) },
    ofIndex('PET_NODE_RANK'),
    { name: 'PET_MASTER_ADDR', value: firstOf(job) },
    { name: 'PET_MASTER_PORT', value: String(trainerPort) },
  ];
  const told = inTrainer(job, info, [...toldEnv(env), ...pet]);
  return withInjection(told, pet);
}

/** Further containers of a runtime may be told too. */
function withInjection(info: RuntimeInfo, env: readonly EnvVar[]): RuntimeInfo {
  const targets = info.policy?.torch?.envInjection?.targets ?? [];
  if (targets.length === 0) return info;
  const spec = withJobs(info.spec, replicated => {
    const names = targets.find(({ jobName }) => jobName === replicated.name)?.containerNames ?? [];
    const told = (container: Container): Container =>
      names.includes(container.name) ? withEnv(container, env) : container;
    const pod = podOf(replicated);
    return withPod(replicated, {
      ...pod,
      ...(pod.initContainers !== undefined && { initContainers: pod.initContainers.map(told) }),
      containers: pod.containers.map(told),
    });
  });
  return { ...info, spec };
}

function jaxEnv(job: TrainJob, info: RuntimeInfo): readonly EnvVar[] {
  return [
    { name: 'JAX_NUM_PROCESSES', value: String(nodesOf(info)) },
    ofIndex('JAX_PROCESS_ID'),
    { name: 'JAX_COORDINATOR_ADDRESS', value: `${firstOf(job)}:${trainerPort}` },
  ];
}

function xgboostEnv(job: TrainJob, info: RuntimeInfo): readonly EnvVar[] {
  const workers = nodesOf(info) * Math.max(1, gpusOf(resourcesOf(job, info)));
  return [
    { name: 'DMLC_TRACKER_URI', value: firstOf(job) },
    { name: 'DMLC_TRACKER_PORT', value: String(trainerPort) },
    ofIndex('DMLC_TASK_ID'),
    { name: 'DMLC_NUM_WORKER', value: String(workers) },
  ];
}
