/** The objects that Trainer applies for a training. @upstream kubeflow/trainer v2.3.0 pkg/runtime/framework/plugins/{jobset,mpi} */
import { base64OfBytes } from '../../api/base64.js';
import type { ConfigMap, Container, Secret } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { printYaml } from '../../api/yaml-print.js';
import type { Random } from '../../engine/random.js';
import type { JobSet, ReplicatedJob } from '../jobset/types.js';
import { stepOf, toldEnv, withContainer, withEnv, withJobs } from './containers.js';
import { hostLines } from './mpi-policy.js';
import { datasetStep, modelStep, nodeName, trainerStep } from './names.js';
import { typedSpec, type RuntimeInfo } from './runtime-info.js';
import { trainJobs, type Initializer, type TrainingRuntime, type TrainJob } from './types.js';

const keyBytes = 64;

/** The runtime as it was when the training began, for it to stay so. */
export function snapshotOf(job: TrainJob, runtime: TrainingRuntime): ConfigMap {
  const { template } = runtime.spec;
  const typed = {
    ...runtime,
    spec: {
      ...runtime.spec,
      template: {
        ...template,
        metadata: template?.metadata ?? {},
        spec: typedSpec(template?.spec ?? {}),
      },
    },
  };
  return { ...ownedBy(job, 'runtime-snapshot'), data: { runtime: printYaml(typed) } };
}

/** The hosts of an MPI training. */
export function hostsOf(job: TrainJob, info: RuntimeInfo): ConfigMap {
  return { ...ownedBy(job, 'mpi-hostfile'), data: { hostfile: hostLines(job, info) } };
}

/** The keys of an MPI training; they have the form of keys, and fit no lock. */
export function keysOf(job: TrainJob, random: Random): Secret {
  const noise = () =>
    base64OfBytes(Uint8Array.from({ length: keyBytes }, () => random.integer(256)));
  const encoded = (text: string) => base64OfBytes(new TextEncoder().encode(text));
  const key = `-----BEGIN EC PRIVATE KEY-----\n${noise()}\n-----END EC PRIVATE KEY-----\n`;
  return {
    ...ownedBy(job, 'mpi-ssh-auth'),
    type: 'kubernetes.io/ssh-auth',
    immutable: true,
    data: {
      'ssh-privatekey': encoded(key),
      'ssh-publickey': encoded(`ecdsa-sha2-nistp521 ${noise()}\n`),
    },
  };
}

/** The JobSet. */
export function jobSetOf(job: TrainJob, info: RuntimeInfo): JobSet {
  const { name = '', namespace = '' } = job.metadata;
  const { labels, annotations } = info;
  return {
    metadata: {
      name,
      namespace,
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [ownerReference(job, trainJobs)],
    },
    spec: {
      ...withJobs(info.spec, replicated => completed(job, info, replicated)),
      suspend: job.spec.suspend === true,
    },
  };
}

function ownedBy(job: TrainJob, suffix: string) {
  const { name = '', namespace = '' } = job.metadata;
  const ownerReferences = [ownerReference(job, trainJobs)];
  return { metadata: { name: `${name}-${suffix}`, namespace, ownerReferences } };
}

function completed(job: TrainJob, info: RuntimeInfo, replicated: ReplicatedJob): ReplicatedJob {
  const { initializer } = job.spec;
  const step = stepOf(replicated);
  const counted = withParallelism(info, replicated);
  if (step === datasetStep) return initialized(counted, step, initializer?.dataset);
  if (step === modelStep) return initialized(counted, step, initializer?.model);
  return trained(job, info, counted);
}

function withParallelism({ podSets }: RuntimeInfo, replicated: ReplicatedJob): ReplicatedJob {
  const count = podSets.find(({ name }) => name === replicated.name)?.count;
  const { template } = replicated;
  if (count === undefined || template.spec === undefined) return replicated;
  const spec = { ...template.spec, parallelism: count, completions: count };
  return { ...replicated, template: { ...template, spec } };
}

function initialized(
  replicated: ReplicatedJob,
  step: string,
  initializer: Initializer | undefined,
): ReplicatedJob {
  const single = { ...replicated, replicas: 1 };
  if (initializer === undefined) return single;
  const { storageUri, env, secretRef } = initializer;
  return withContainer(single, step, container => {
    const told = withEnv(container, [
      ...(storageUri === undefined ? [] : [{ name: 'STORAGE_URI', value: storageUri }]),
      ...toldEnv(env),
    ]);
    if (secretRef === undefined) return told;
    const source = { secretRef: { name: secretRef.name ?? '' } };
    return { ...told, envFrom: [...(told.envFrom ?? []), source] };
  });
}

/** The training's own words go to its trainer; the variables also to nodes beside a launcher. */
function trained(job: TrainJob, info: RuntimeInfo, replicated: ReplicatedJob): ReplicatedJob {
  const isTrainer = stepOf(replicated) === trainerStep;
  const single = isTrainer ? { ...replicated, replicas: 1 } : replicated;
  const { trainer } = job.spec;
  if (trainer === undefined) return single;
  const isNode = info.policy?.mpi?.runLauncherAsNode === true && replicated.name === nodeName;
  if (!isTrainer && !isNode) return single;
  const { image, command, args } = trainer;
  const change = (container: Container): Container =>
    withEnv(
      {
        ...container,
        ...(isTrainer && image !== undefined && { image }),
        ...(isTrainer && command !== undefined && { command }),
        ...(isTrainer && args !== undefined && { args }),
      },
      toldEnv(trainer.env),
    );
  return withContainer(single, nodeName, change);
}
