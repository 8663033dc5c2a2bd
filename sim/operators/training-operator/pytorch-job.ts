/** PyTorchJob: distributed PyTorch. @upstream training-operator v1.8.1 pkg/controller.v1/pytorch */
import { deepEqual } from '../../api/equality.js';
import { forbidden } from '../../api/field-error.js';
import {
  horizontalPodAutoscalers,
  type HorizontalPodAutoscaler,
  type MetricSpec,
} from '../../api/kinds/autoscaling.js';
import type { Container, EnvVar } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { kindOf } from '../../api/object.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import type { JobKind } from './job-kind.js';
import { has, MasterWorkerJudgement, master, portOf, totalOf, worker } from './master-worker.js';
import { aggregated, nameErrors, replicaErrors } from './refusal.js';
import type { ReplicaSpec, Replicas, TrainingJob } from './types.js';

const containerName = 'pytorch';
const portName = 'pytorchjob-port';
const port = { container: containerName, port: portName };
const kind = kindOf<TrainingJob>('kubeflow.org/v1', 'PyTorchJob', 'pytorchjobs');

interface ElasticPolicy {
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly maxRestarts?: number;
  readonly nProcPerNode?: number;
  readonly rdzvBackend?: string;
  readonly rdzvConf?: readonly { readonly key?: string; readonly value?: string }[];
  readonly rdzvHost?: string;
  readonly rdzvId?: string;
  readonly rdzvPort?: number;
  readonly standalone?: boolean;
  readonly metrics?: readonly MetricSpec[];
}

/** The kind PyTorchJob of kubeflow.org/v1. */
export const pytorchJob: JobKind = {
  kind,
  controllerName: 'pytorchjob-controller',
  defaultContainerName: containerName,
  defaultPort: { name: portName, port: 23456 },
  defaultRestartPolicy: 'OnFailure',
  replicaTypes: [master, worker],
  tellsSelectors: true,
  replicaSpecs: job => specsOf(job) ?? {},

  refusal(job) {
    const { nProcPerNode } = elasticOf(job) ?? {};
    const isTwice = nProcPerNode !== undefined && job.spec?.['nprocPerNode'] !== undefined;
    const path = 'spec.elasticPolicy.nProcPerNode';
    return aggregated([
      ...nameErrors(job),
      ...(isTwice ? [forbidden(path, 'must not be used with spec.nprocPerNode')] : []),
      ...replicaErrors(specsOf(job), 'spec.pytorchReplicaSpecs', {
        containerName,
        types: [master, worker],
        single: master,
      }),
    ]);
  },

  prepare: reconcileAutoscaler,

  withClusterSpec(pod, { job, replicas, type, index }) {
    const env = environment(job, replicas, { type, index });
    const containers = pod.containers.map((container): Container => {
      return { ...container, env: [...(container.env ?? []), ...env] };
    });
    const waits = type === 'worker' && has(replicas, master);
    const initContainers = waits
      ? [...(pod.initContainers ?? []), waitFor(`${job.metadata.name ?? ''}-master-0`)]
      : pod.initContainers;
    return { ...pod, containers, ...(initContainers !== undefined && { initContainers }) };
  },

  isMaster: (replicas, member) =>
    has(replicas, master)
      ? member.type === 'master'
      : member.type === 'worker' && member.index === 0,

  judge(job, replicas, draft) {
    const endsWithFirst = elasticOf(job) !== undefined;
    return new MasterWorkerJudgement(kind.kind, job, replicas, draft, endsWithFirst).run();
  },
};

function specsOf(job: TrainingJob): Readonly<Record<string, ReplicaSpec>> | undefined {
  return job.spec?.['pytorchReplicaSpecs'] as Readonly<Record<string, ReplicaSpec>> | undefined;
}

function elasticOf(job: TrainingJob): ElasticPolicy | undefined {
  return job.spec?.['elasticPolicy'] as ElasticPolicy | undefined;
}

function environment(
  job: TrainingJob,
  replicas: Replicas,
  { type, index }: { readonly type: string; readonly index: number },
): readonly EnvVar[] {
  const { name = '' } = job.metadata;
  const elastic = elasticOf(job);
  const total = totalOf(replicas);
  const given = job.spec?.['nprocPerNode'] as string | undefined;
  const nproc = given ?? (elastic?.nProcPerNode === undefined ? 'auto' : undefined);
  const perNode = /^[-+]?\d+$/.test(nproc ?? '') ? Number(nproc) : 1;
  const rank = String(type === 'worker' ? index + 1 : index);
  const masterPort = String(portOf(replicas, master, port) ?? -1);
  const address = `${name}-master-0`;
  return variables([
    ['PYTHONUNBUFFERED', '1'],
    ...(has(replicas, master)
      ? ([
          ['MASTER_PORT', masterPort],
          ['PET_MASTER_PORT', masterPort],
          ['MASTER_ADDR', address],
          ['PET_MASTER_ADDR', address],
          ['WORLD_SIZE', String(total * perNode)],
          ['RANK', rank],
          ['PET_NODE_RANK', rank],
        ] as const)
      : []),
    ...(nproc === undefined ? [] : ([['PET_NPROC_PER_NODE', nproc]] as const)),
    ...(elastic === undefined
      ? ([['PET_NNODES', String(total)]] as const)
      : elasticEnvironment(name, elastic, replicas)),
  ]);
}

function elasticEnvironment(
  name: string,
  policy: ElasticPolicy,
  replicas: Replicas,
): readonly (readonly [string, string])[] {
  const { maxRestarts, nProcPerNode, rdzvId, rdzvConf } = policy;
  const { min, max } = bounds(policy, replicas);
  const host = policy.rdzvHost ?? `${name}-worker-0`;
  const conf = (rdzvConf ?? []).map(({ key = '', value = '' }) => `${key}=${value}`).join(',');
  return [
    ['PET_RDZV_ENDPOINT', `${host}:${policy.rdzvPort ?? portOf(replicas, worker, port) ?? -1}`],
    ['PET_RDZV_BACKEND', policy.rdzvBackend ?? 'c10d'],
    ['PET_NNODES', `${min}:${max}`],
    ...(maxRestarts === undefined ? [] : ([['PET_MAX_RESTARTS', String(maxRestarts)]] as const)),
    ...(nProcPerNode === undefined
      ? []
      : ([['PET_NPROC_PER_NODE', String(nProcPerNode)]] as const)),
    ...(rdzvId === undefined ? [] : ([['PET_RDZV_ID', rdzvId]] as const)),
    ...(rdzvConf === undefined ? [] : ([['PET_RDZV_CONF', conf]] as const)),
    ...(policy.standalone === true ? ([['PET_STANDALONE', '']] as const) : []),
  ];
}

/** What is not said is as what is, or as many as there are workers. */
function bounds({ minReplicas, maxReplicas }: ElasticPolicy, replicas: Replicas) {
  const workers = replicas.find(([type]) => type === worker)?.[1].replicas ?? 0;
  return {
    min: minReplicas ?? maxReplicas ?? workers,
    max: maxReplicas ?? minReplicas ?? workers,
  };
}

function variables(pairs: readonly (readonly [string, string])[]): readonly EnvVar[] {
  return pairs.map(([name, value]) => (value === '' ? { name } : { name, value }));
}

function waitFor(host: string): Container {
  const loop = `err=1;for i in $(seq 100); do if nslookup ${host}; then err=0 && break; fi;echo waiting for master; sleep 2; done; exit $err`;
  return {
    name: 'init-pytorch',
    image: 'alpine:3.10',
    imagePullPolicy: 'IfNotPresent',
    resources: {
      limits: { cpu: '100m', memory: '20Mi' },
      requests: { cpu: '50m', memory: '10Mi' },
    },
    command: ['sh', '-c', loop],
  };
}

/** An elastic job with metrics is scaled by an autoscaler. @upstream hpa.go */
function* reconcileAutoscaler(job: TrainingJob, view: View): Reconciliation<string | undefined> {
  const policy = elasticOf(job);
  if (policy?.metrics === undefined) return undefined;
  const { name = '', namespace = '' } = job.metadata;
  const current = view.get(horizontalPodAutoscalers, namespace, name);
  const isSuspended = job.spec?.runPolicy?.suspend === true;
  if (isSuspended && current === undefined) return undefined;
  const wanted = autoscalerOf(job, policy);
  if (current !== undefined && !isSuspended && deepEqual(wanted.spec, current.spec)) {
    return undefined;
  }
  const kindOfAll = horizontalPodAutoscalers;
  const request = isSuspended
    ? remove(kindOfAll, namespace, name)
    : current === undefined
      ? create(kindOfAll, wanted)
      : update(kindOfAll, wanted);
  const answer = yield* call<unknown>(request);
  return answer.isOk ? undefined : answer.message;
}

function autoscalerOf(job: TrainingJob, policy: ElasticPolicy): HorizontalPodAutoscaler {
  const { name = '', namespace = '' } = job.metadata;
  const workers = specsOf(job)?.[worker]?.replicas ?? 1;
  const { minReplicas, maxReplicas, metrics } = policy;
  return {
    metadata: { name, namespace, ownerReferences: [ownerReference(job, kind)] },
    spec: {
      scaleTargetRef: { kind: kind.kind, name, apiVersion: 'kubeflow.org/v1' },
      minReplicas: minReplicas ?? maxReplicas ?? workers,
      maxReplicas: maxReplicas ?? minReplicas ?? workers,
      ...(metrics !== undefined && { metrics }),
    },
  };
}
