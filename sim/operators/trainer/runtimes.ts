/** The runtimes that an installation ships. @upstream kubeflow/trainer v2.3.0 manifests/base/runtimes */
import type { KubeObject } from '../../api/object.js';
import { ancestorLabel, launcherName, nodeName, trainerStep } from './names.js';

const isTrainer = { labels: { [ancestorLabel]: trainerStep } };

/** All but those of torchtune. */
export function shippedRuntimes(): readonly KubeObject[] {
  return [
    mpi('deepspeed'),
    mpi('mlx'),
    plain('torch', 'pytorch/pytorch:2.13.0-cuda13.0-cudnn9-runtime'),
    plain('jax', 'nvcr.io/nvidia/jax:25.10-py3'),
    plain('xgboost', 'ghcr.io/kubeflow/trainer/xgboost-runtime'),
  ];
}

function runtime(framework: string, policy: object, template: object): KubeObject {
  return {
    apiVersion: 'trainer.kubeflow.org/v1alpha1',
    kind: 'ClusterTrainingRuntime',
    metadata: {
      name: `${framework}-distributed`,
      labels: { 'trainer.kubeflow.org/framework': framework },
    },
    spec: { mlPolicy: { numNodes: 1, ...policy }, template: { spec: template } },
  };
}

function plain(framework: string, image: string): KubeObject {
  const pod = { containers: [{ name: nodeName, image }] };
  const template = { metadata: isTrainer, spec: { template: { spec: pod } } };
  return runtime(
    framework,
    { [framework]: {} },
    { replicatedJobs: [{ name: nodeName, template }] },
  );
}

/** Nodes that await the launcher, which is one of them, by ssh. */
function mpi(framework: string): KubeObject {
  const container = {
    name: nodeName,
    image: `ghcr.io/kubeflow/trainer/${framework}-runtime`,
    securityContext: { runAsUser: 1000 },
  };
  const node = {
    ...container,
    command: ['/usr/sbin/sshd'],
    args: ['-De', '-f', '/home/mpiuser/.sshd_config'],
    readinessProbe: { tcpSocket: { port: 2222 }, initialDelaySeconds: 5 },
  };
  const podOf = (one: object) => ({
    template: { spec: { securityContext: { fsGroup: 1000 }, containers: [one] } },
  });
  const policy = {
    numProcPerNode: 1,
    mpiImplementation: 'OpenMPI',
    sshAuthMountPath: '/home/mpiuser/.ssh',
    runLauncherAsNode: true,
  };
  return runtime(
    framework,
    { mpi: policy },
    {
      network: { publishNotReadyAddresses: true },
      successPolicy: { operator: 'All', targetReplicatedJobs: [launcherName] },
      replicatedJobs: [
        { name: nodeName, template: { spec: podOf(node) } },
        {
          name: launcherName,
          dependsOn: [{ name: nodeName, status: 'Ready' }],
          template: { metadata: isTrainer, spec: podOf(container) },
        },
      ],
    },
  );
}
