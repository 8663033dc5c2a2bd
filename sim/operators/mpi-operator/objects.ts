/** The children of an MPIJob v2beta1. @upstream kubeflow/mpi-operator pkg/controller/mpi_job_controller.go */
import type { Job } from '../../api/kinds/batch.js';
import type {
  ConfigMap,
  EnvVar,
  Pod,
  PodSpec,
  PodTemplateSpec,
  Secret,
  Service,
  Volume,
} from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import { base64OfBytes } from '../../api/base64.js';
import { ownerReference } from '../../api/meta.js';
import type { Random } from '../../engine/random.js';
import type { GangControl } from '../gangs/gang-control.js';
import { mpiJobs, type MpiJob, type MpiReplicaSpec } from './types.js';

const prefix = 'training.kubeflow.org';
const configName = 'mpi-job-config';
const sshName = 'ssh-auth';
const rootSsh = '/root/.ssh';
const configItems = [
  { key: 'hostfile', path: 'hostfile', mode: 0o444 },
  { key: 'discover_hosts.sh', path: 'discover_hosts.sh', mode: 0o555 },
];
const sshItems = [
  { key: 'ssh-privatekey', path: 'id_rsa' },
  { key: 'ssh-publickey', path: 'id_rsa.pub' },
  { key: 'ssh-publickey', path: 'authorized_keys' },
];
const keyBytes = 64;

/** Makes the objects of one job, which has its defaults. */
export class MpiObjects {
  readonly launcherName: string;
  readonly workers: number;
  private readonly name: string;
  private readonly namespace: string;
  private readonly actsAsWorker: boolean;

  constructor(
    private readonly job: MpiJob,
    private readonly gang?: GangControl,
  ) {
    const { name = '', namespace = '' } = job.metadata;
    this.name = name;
    this.namespace = namespace;
    this.launcherName = `${name}-launcher`;
    this.workers = job.spec.mpiReplicaSpecs?.['Worker']?.replicas ?? 0;
    this.actsAsWorker = job.spec.runLauncherAsWorker === true;
  }

  workerName(index: number): string {
    return `${this.name}-worker-${index}`;
  }

  isWorker({ metadata }: Pod): boolean {
    const labels = metadata.labels ?? {};
    return Object.entries(this.labels('worker')).every(([key, value]) => labels[key] === value);
  }

  service(): Service {
    const { [`${prefix}/job-role`]: _, ...selector } = this.labels('');
    return {
      metadata: this.metadata(this.name),
      spec: {
        clusterIP: 'None',
        selector,
        ...(this.actsAsWorker && { publishNotReadyAddresses: true }),
      },
    };
  }

  configMap(running: readonly string[]): ConfigMap {
    const { slotsPerWorker: slots = 1, mpiImplementation } = this.job.spec;
    const own = this.actsAsWorker ? [this.launcherName] : [];
    const all = Array.from({ length: this.workers }, (_, index) => this.workerName(index));
    const separator = mpiImplementation === 'OpenMPI' ? ' slots=' : ':';
    const hosts = [...own, ...all].map(host => `${this.address(host)}${separator}${slots}\n`);
    const echoes = [...own, ...running].map(host => `echo ${this.address(host)}\n`);
    return {
      metadata: this.metadata(`${this.name}-config`),
      data: { hostfile: hosts.join(''), 'discover_hosts.sh': `#!/bin/sh\n${echoes.join('')}` },
    };
  }

  /** Its keys have the form of keys, and fit no lock. */
  secret(random: Random): Secret {
    const noise = () =>
      base64OfBytes(Uint8Array.from({ length: keyBytes }, () => random.integer(256)));
    const encoded = (text: string) => base64OfBytes(new TextEncoder().encode(text));
    const key = `-----BEGIN EC PRIVATE KEY-----\n${noise()}\n-----END EC PRIVATE KEY-----\n`;
    return {
      metadata: this.metadata(`${this.name}-ssh`),
      type: 'kubernetes.io/ssh-auth',
      data: {
        'ssh-privatekey': encoded(key),
        'ssh-publickey': encoded(`ecdsa-sha2-nistp521 ${noise()}\n`),
      },
    };
  }

  worker(index: number): Pod {
    const spec = this.job.spec.mpiReplicaSpecs?.['Worker'] ?? emptySpec;
    const { template, restartPolicy = '' } = spec;
    const name = this.workerName(index);
    const given = template.spec ?? { containers: [] };
    const searches = [
      ...(given.dnsConfig?.searches ?? []),
      `${this.name}.${this.namespace}.svc.cluster.local`,
    ];
    const pod = this.withSsh(
      withFirst(given, container => {
        const isIdle = (container.command ?? []).length + (container.args ?? []).length === 0;
        return {
          ...container,
          ...(isIdle && { command: ['/usr/sbin/sshd', '-De'] }),
          env: [...(container.env ?? []), { name: 'K_MPI_JOB_ROLE', value: 'worker' }],
        };
      }),
    );
    const position = String(this.actsAsWorker ? index + 1 : index);
    const labels = { ...this.labels('worker'), [`${prefix}/replica-index`]: position };
    return this.inGang({
      metadata: { ...this.ownMetadata(template, labels), name, namespace: this.namespace },
      spec: {
        ...pod,
        ...this.place(name, given),
        dnsConfig: { ...given.dnsConfig, searches },
        restartPolicy: restartPolicyOf(restartPolicy),
      },
    });
  }

  launcherJob(): Job {
    const { runPolicy = {} } = this.job.spec;
    const { ttlSecondsAfterFinished, activeDeadlineSeconds, backoffLimit, suspend } = runPolicy;
    return {
      metadata: this.metadata(this.launcherName),
      spec: {
        ...(ttlSecondsAfterFinished !== undefined && { ttlSecondsAfterFinished }),
        ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
        ...(backoffLimit !== undefined && { backoffLimit }),
        template: this.launcherTemplate(),
        podReplacementPolicy: 'Failed',
        ...(suspend === true && { suspend }),
      },
    };
  }

  launcherTemplate(): PodTemplateSpec {
    const spec = this.job.spec.mpiReplicaSpecs?.['Launcher'] ?? emptySpec;
    const { template, restartPolicy = '' } = spec;
    const given = template.spec ?? { containers: [] };
    const withEnv = withFirst(given, container => ({
      ...container,
      env: [...(container.env ?? []), ...this.launcherEnv()],
    }));
    const mount = { name: configName, mountPath: '/etc/mpi' };
    const pod = withFirst(this.withSsh(withEnv), container => ({
      ...container,
      volumeMounts: [...(container.volumeMounts ?? []), mount],
    }));
    const config: Volume = {
      name: configName,
      configMap: { name: `${this.name}-config`, items: configItems },
    };
    const labels = this.labels('launcher');
    const indexed = { ...labels, [`${prefix}/replica-index`]: '0' };
    return this.inGang({
      metadata: this.ownMetadata(template, this.actsAsWorker ? indexed : labels),
      spec: {
        ...pod,
        ...this.place(this.launcherName, given),
        volumes: [...(pod.volumes ?? []), config],
        restartPolicy: restartPolicyOf(restartPolicy),
      },
    });
  }

  /** Another scheduler that the template names is overwritten. */
  private inGang<T extends Pod | PodTemplateSpec>(pod: T): T {
    const { gang } = this;
    if (gang === undefined) return pod;
    const { schedulerName } = gang;
    const spec = { containers: [], ...pod.spec, schedulerName };
    return { ...gang.marked(pod, this.name), spec };
  }

  private launcherEnv(): readonly EnvVar[] {
    const { mpiImplementation = 'OpenMPI', slotsPerWorker = 1 } = this.job.spec;
    return [
      { name: 'K_MPI_JOB_ROLE', value: 'launcher' },
      ...(implementationEnv[mpiImplementation] ?? []),
      ...(slotsVariable[mpiImplementation] === undefined
        ? []
        : [{ name: slotsVariable[mpiImplementation], value: String(slotsPerWorker) }]),
      // A launcher that is no worker is kept from using any GPU.
      ...(this.actsAsWorker
        ? []
        : [{ name: 'NVIDIA_VISIBLE_DEVICES' }, { name: 'NVIDIA_DRIVER_CAPABILITIES' }]),
    ];
  }

  private withSsh(pod: PodSpec): PodSpec {
    const { sshAuthMountPath = rootSsh } = this.job.spec;
    const mode = sshAuthMountPath === rootSsh ? { defaultMode: 0o600 } : {};
    const secret = { ...mode, secretName: `${this.name}-ssh`, items: sshItems };
    const mounted = withFirst(pod, container => ({
      ...container,
      volumeMounts: [
        ...(container.volumeMounts ?? []),
        { name: sshName, mountPath: sshAuthMountPath },
      ],
    }));
    return { ...mounted, volumes: [...(pod.volumes ?? []), { name: sshName, secret }] };
  }

  private place(hostname: string, { hostNetwork }: PodSpec): Partial<PodSpec> {
    return {
      hostname,
      subdomain: this.name,
      ...(hostNetwork === true && { dnsPolicy: 'ClusterFirstWithHostNet' }),
    };
  }

  private address(host: string): string {
    return `${host}.${this.name}.${this.namespace}.svc`;
  }

  private labels(role: string): Readonly<Record<string, string>> {
    return {
      [`${prefix}/operator-name`]: 'mpi-operator',
      [`${prefix}/job-name`]: this.name,
      [`${prefix}/job-role`]: role,
    };
  }

  private ownMetadata(
    { metadata }: PodTemplateSpec,
    labels: Readonly<Record<string, string>>,
  ): ObjectMeta {
    const { annotations } = metadata ?? {};
    return {
      labels: { ...metadata?.labels, ...labels },
      ...(annotations !== undefined && { annotations }),
      ownerReferences: [ownerReference(this.job, mpiJobs)],
    };
  }

  private metadata(name: string): ObjectMeta {
    return {
      name,
      namespace: this.namespace,
      labels: { app: this.name },
      ownerReferences: [ownerReference(this.job, mpiJobs)],
    };
  }
}

const emptySpec: MpiReplicaSpec = { template: {} };

const implementationEnv: Readonly<Record<string, readonly EnvVar[]>> = {
  OpenMPI: [
    { name: 'OMPI_MCA_orte_keep_fqdn_hostnames', value: 'true' },
    { name: 'OMPI_MCA_orte_default_hostfile', value: '/etc/mpi/hostfile' },
    { name: 'OMPI_MCA_plm_rsh_args', value: '-o ConnectionAttempts=10' },
  ],
  Intel: [
    { name: 'I_MPI_HYDRA_HOST_FILE', value: '/etc/mpi/hostfile' },
    { name: 'I_MPI_HYDRA_BOOTSTRAP_EXEC_EXTRA_ARGS', value: '-o ConnectionAttempts=10' },
  ],
  MPICH: [
    { name: 'HYDRA_HOST_FILE', value: '/etc/mpi/hostfile' },
    { name: 'HYDRA_LAUNCH_EXTRA_ARGS', value: '-o ConnectionAttempts=10' },
  ],
};

const slotsVariable: Readonly<Record<string, string>> = {
  OpenMPI: 'OMPI_MCA_orte_set_default_slots',
  Intel: 'I_MPI_PERHOST',
};

function restartPolicyOf(policy: string): string {
  return policy === 'ExitCode' ? 'Never' : policy;
}

/** The first container is the one that runs MPI. */
function withFirst(
  pod: PodSpec,
  change: (container: PodSpec['containers'][number]) => PodSpec['containers'][number],
): PodSpec {
  const [first, ...rest] = pod.containers;
  return first === undefined ? pod : { ...pod, containers: [change(first), ...rest] };
}
