/** The children of an MPIJob. @upstream training-operator v1.8.1 pkg/controller.v1/mpi/mpijob_controller.go */
import type {
  ConfigMap,
  Container,
  EnvVar,
  Pod,
  PodSpec,
  ServiceAccount,
  Volume,
} from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { Role, RoleBinding } from '../../api/kinds/rbac.js';
import { ownerReference } from '../../api/meta.js';
import type { DefaultedReplicaSpec, Replicas, TrainingJob } from './types.js';

const configPath = '/etc/mpi';
const kubectlPath = '/opt/kube';
const config = { name: 'mpi-job-config', mountPath: configPath };
const kubectl = { name: 'mpi-job-kubectl', mountPath: kubectlPath };
const kubexec = 'kubexec.sh';
const hostfile = 'hostfile';
const discoverHosts = 'discover_hosts.sh';
const scriptMode = 0o555;
const fileMode = 0o444;
const prefix = 'training.kubeflow.org';
const rbacGroup = 'rbac.authorization.k8s.io';

/** Makes the objects of one job. */
export class MpiObjects {
  readonly launcherName: string;
  readonly workers: number;
  readonly launcherSpec: DefaultedReplicaSpec;
  private readonly name: string;
  private readonly namespace: string;
  private readonly slots: number;
  private readonly hasGpuLauncher: boolean;
  private readonly workerSpec: DefaultedReplicaSpec | undefined;

  constructor(
    private readonly job: TrainingJob,
    replicas: Replicas,
  ) {
    const { name = '', namespace = '' } = job.metadata;
    const of = (wanted: string) => replicas.find(([type]) => type === wanted)?.[1];
    this.name = name;
    this.namespace = namespace;
    this.launcherName = `${name}-launcher`;
    this.launcherSpec = of('Launcher') ?? emptySpec;
    this.workerSpec = of('Worker');
    this.workers = this.workerSpec?.replicas ?? 0;
    this.slots = Number(job.spec?.['slotsPerWorker'] ?? 1);
    this.hasGpuLauncher = (this.launcherSpec.template.spec?.containers ?? []).some(
      ({ resources }) => Object.keys(resources?.limits ?? {}).some(key => key.includes('gpu')),
    );
  }

  workerName(index: number): string {
    return `${this.name}-worker-${index}`;
  }

  serviceAccount(): ServiceAccount {
    return { metadata: this.metadata(this.accountName) };
  }

  configMap(running: readonly string[]): ConfigMap {
    const { slots, launcherName, hasGpuLauncher } = this;
    const main = (this.job.spec?.['mainContainer'] as string | undefined) ?? '';
    const container = main === '' ? '' : ` --container ${main}`;
    const own = hasGpuLauncher ? `${launcherName} slots=${slots}\n` : '';
    const hosts = this.workerNames().map(name => `${name} slots=${slots}\n`);
    const ownEcho = hasGpuLauncher ? `\necho ${launcherName}:${slots}\n` : '';
    const echoes = running.map(name => `\necho ${name}:${slots}`);
    return {
      metadata: this.metadata(`${this.name}-config`),
      data: {
        [hostfile]: own + hosts.join(''),
        [kubexec]: `#!/bin/sh\nset -x\nPOD_NAME=$1\nshift\n${kubectlPath}/kubectl exec \${POD_NAME}${container} -- /bin/sh -c "$*"`,
        [discoverHosts]: `#!/bin/sh${ownEcho}${echoes.join('')}`,
      },
    };
  }

  role(): Role {
    const resourceNames = this.workerNames();
    return {
      metadata: this.metadata(this.launcherName),
      rules: [
        { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'] },
        {
          verbs: ['create'],
          apiGroups: [''],
          resources: ['pods/exec'],
          ...(resourceNames.length > 0 && { resourceNames }),
        },
      ],
    };
  }

  roleBinding(): RoleBinding {
    const { launcherName, namespace } = this;
    return {
      metadata: this.metadata(launcherName),
      subjects: [{ kind: 'ServiceAccount', name: this.accountName, namespace }],
      roleRef: { apiGroup: rbacGroup, kind: 'Role', name: launcherName },
    };
  }

  worker(index: number): Pod {
    const spec = this.workerSpec ?? emptySpec;
    const given = spec.template.spec ?? { containers: [] };
    const items = [{ key: kubexec, path: kubexec, mode: scriptMode }];
    const idle = { command: ['sleep'], args: ['365d'] };
    const pod = withFirst(given, container => ({
      ...container,
      ...((container.command ?? []).length === 0 && idle),
      volumeMounts: [...(container.volumeMounts ?? []), config],
    }));
    const labels = { ...this.labels('worker'), [`${prefix}/replica-index`]: String(index) };
    return this.pod(this.workerName(index), spec, labels, {
      ...pod,
      volumes: [...(given.volumes ?? []), this.configVolume(items)],
    });
  }

  launcher(): Pod {
    const spec = this.launcherSpec;
    const given = spec.template.spec ?? { containers: [] };
    const pod = withFirst(given, container => ({
      ...container,
      env: this.launcherEnv(container.env ?? []),
      volumeMounts: [...(container.volumeMounts ?? []), kubectl, config],
    }));
    const items = [
      { key: kubexec, path: kubexec, mode: scriptMode },
      { key: hostfile, path: hostfile, mode: fileMode },
      { key: discoverHosts, path: discoverHosts, mode: scriptMode },
    ];
    const labels = { ...this.labels('launcher'), [`${prefix}/job-role`]: 'master' };
    return this.pod(this.launcherName, spec, labels, {
      ...pod,
      serviceAccountName: this.accountName,
      initContainers: [...(given.initContainers ?? []), this.delivery()],
      volumes: [
        ...(given.volumes ?? []),
        { name: kubectl.name, emptyDir: {} },
        this.configVolume(items),
      ],
    });
  }

  private launcherEnv(own: readonly EnvVar[]): readonly EnvVar[] {
    const has = (name: string) => own.some(variable => variable.name === name);
    const agent = `${configPath}/${kubexec}`;
    return [
      ...own,
      { name: 'OMPI_MCA_plm_rsh_agent', value: agent },
      { name: 'OMPI_MCA_orte_default_hostfile', value: `${configPath}/${hostfile}` },
      // A launcher that asks for no GPU is kept from using any.
      ...(this.hasGpuLauncher
        ? []
        : [{ name: 'NVIDIA_VISIBLE_DEVICES' }, { name: 'NVIDIA_DRIVER_CAPABILITIES' }]),
      ...(has('I_MPI_HYDRA_BOOTSTRAP') ? [] : [{ name: 'I_MPI_HYDRA_BOOTSTRAP', value: 'rsh' }]),
      ...(has('I_MPI_HYDRA_BOOTSTRAP_EXEC')
        ? []
        : [{ name: 'I_MPI_HYDRA_BOOTSTRAP_EXEC', value: agent }]),
    ];
  }

  /** Brings kubectl into the launcher. */
  private delivery(): Container {
    const amounts = { cpu: '100m', memory: '512Mi', 'ephemeral-storage': '5Gi' };
    return {
      name: 'kubectl-delivery',
      image: 'kubeflow/kubectl-delivery:latest',
      imagePullPolicy: 'IfNotPresent',
      env: [
        { name: 'TARGET_DIR', value: kubectlPath },
        { name: 'NAMESPACE', value: this.namespace },
      ],
      volumeMounts: [kubectl, config],
      resources: { limits: amounts, requests: amounts },
    };
  }

  private pod(
    name: string,
    { template, restartPolicy }: DefaultedReplicaSpec,
    labels: Readonly<Record<string, string>>,
    spec: PodSpec,
  ): Pod {
    const { annotations } = template.metadata ?? {};
    return {
      metadata: {
        name,
        namespace: this.namespace,
        labels: { ...template.metadata?.labels, ...labels },
        ...(annotations !== undefined && { annotations }),
        ownerReferences: [this.owner],
      },
      spec: { ...spec, restartPolicy: restartPolicy === 'ExitCode' ? 'Never' : restartPolicy },
    };
  }

  private configVolume(
    items: readonly { readonly key: string; readonly path: string; readonly mode: number }[],
  ): Volume {
    return { name: config.name, configMap: { name: `${this.name}-config`, items } };
  }

  private get accountName(): string {
    const { serviceAccountName = '' } = this.launcherSpec.template.spec ?? {};
    return serviceAccountName === '' ? this.launcherName : serviceAccountName;
  }

  private get owner() {
    return ownerReference(this.job, { group: 'kubeflow.org', version: 'v1', kind: 'MPIJob' });
  }

  private workerNames(): readonly string[] {
    return Array.from({ length: this.workers }, (_, index) => this.workerName(index));
  }

  private labels(type: string): Readonly<Record<string, string>> {
    return {
      [`${prefix}/job-name`]: this.name,
      [`${prefix}/operator-name`]: 'mpijob-controller',
      [`${prefix}/replica-type`]: type,
    };
  }

  private metadata(name: string): ObjectMeta {
    const { namespace } = this;
    return { name, namespace, labels: { app: this.name }, ownerReferences: [this.owner] };
  }
}

const emptySpec: DefaultedReplicaSpec = { replicas: 0, restartPolicy: 'Never', template: {} };

/** The first container is the one that runs MPI. */
function withFirst(pod: PodSpec, change: (container: Container) => Container): PodSpec {
  const [first, ...rest] = pod.containers;
  return first === undefined ? pod : { ...pod, containers: [change(first), ...rest] };
}
