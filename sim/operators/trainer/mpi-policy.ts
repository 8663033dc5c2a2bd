/** What MPI's processes need: keys, a host file, and OpenMPI's settings. @upstream kubeflow/trainer v2.3.0 pkg/runtime/framework/plugins/mpi/mpi.go */
import type { EnvVar, Volume } from '../../api/kinds/core.js';
import type { ReplicatedJob } from '../jobset/types.js';
import {
  podOf,
  withContainer,
  withEnv,
  withJobs,
  withMounts,
  withPod,
  withVolumes,
} from './containers.js';
import { launcherName, nodeName } from './names.js';
import { withCount, type RuntimeInfo } from './runtime-info.js';
import type { MpiPolicy, TrainJob } from './types.js';

const sshVolume = 'mpi-ssh-auth';
const hostVolume = 'mpi-hostfile';
const hostFolder = '/etc/mpi';
const hostFile = 'hostfile';

/** The info with what MPI needs. */
export function withMpi(
  job: TrainJob,
  info: RuntimeInfo,
  given: MpiPolicy,
  gpus: number,
): RuntimeInfo {
  const { numNodes, numProcPerNode } = job.spec.trainer ?? {};
  const isNode = given.runLauncherAsNode === true;
  const nodes = numNodes === undefined ? undefined : isNode ? Math.max(numNodes - 1, 1) : numNodes;
  const own = given.numProcPerNode ?? 1;
  const mpi = { ...given, numProcPerNode: numProcPerNode ?? (own === 1 && gpus > 1 ? gpus : own) };
  const sized = withCount(info, ({ name }) => name === nodeName, nodes);
  const spec = withJobs(info.spec, replicated => equipped(job, replicated, mpi));
  return { ...sized, policy: { ...info.policy, mpi }, spec };
}

/** The lines of the host file: each pod that runs processes, and how many. */
export function hostLines(job: TrainJob, info: RuntimeInfo): string {
  const { name = '' } = job.metadata;
  const { runLauncherAsNode = false, numProcPerNode = 1 } = info.policy?.mpi ?? {};
  const subdomain = info.spec.network?.subdomain ?? name;
  const replicated = info.spec.replicatedJobs ?? [];
  const hosts = info.podSets
    .filter(set => set.name === nodeName || (runLauncherAsNode && set.name === launcherName))
    .flatMap(set => {
      const { replicas = 1 } = replicated.find(one => one.name === set.name) ?? {};
      return Array.from({ length: replicas * set.count }, (_, index) => {
        const [job, pod] = [Math.floor(index / set.count), index % set.count];
        return `${name}-${set.name}-${job}-${pod}.${subdomain}`;
      });
    });
  return hosts.map(host => `${host} slots=${numProcPerNode}\n`).join('');
}

function equipped(job: TrainJob, replicated: ReplicatedJob, mpi: MpiPolicy): ReplicatedJob {
  const isLauncher = replicated.name === launcherName;
  if (replicated.name !== nodeName && !isLauncher) return replicated;
  const volumes = isLauncher ? [keyVolume(job), hostsVolume(job)] : [keyVolume(job)];
  const pod = withPod(replicated, withVolumes(podOf(replicated), volumes));
  return withContainer(pod, nodeName, container => {
    const keyed = withMounts(container, [
      { name: sshVolume, mountPath: mpi.sshAuthMountPath ?? '/root/.ssh' },
    ]);
    if (!isLauncher) return keyed;
    const hosts = withMounts(keyed, [{ name: hostVolume, mountPath: hostFolder }]);
    return withEnv(hosts, openMpi(mpi));
  });
}

function openMpi({ numProcPerNode = 1 }: MpiPolicy): readonly EnvVar[] {
  return [
    { name: 'OMPI_MCA_orte_default_hostfile', value: `${hostFolder}/${hostFile}` },
    { name: 'OMPI_MCA_orte_keep_fqdn_hostnames', value: 'true' },
    { name: 'OMPI_MCA_orte_set_default_slots', value: String(numProcPerNode) },
    { name: 'OMPI_MCA_plm_rsh_args', value: '-o ConnectionAttempts=10' },
  ];
}

function keyVolume({ metadata }: TrainJob): Volume {
  return {
    name: sshVolume,
    secret: {
      secretName: `${metadata.name ?? ''}-mpi-ssh-auth`,
      defaultMode: 0o400,
      items: [
        { key: 'ssh-privatekey', path: 'id_rsa', mode: 0o640 },
        { key: 'ssh-publickey', path: 'id_rsa.pub', mode: 0o644 },
        { key: 'ssh-publickey', path: 'authorized_keys', mode: 0o644 },
      ],
    },
  };
}

function hostsVolume({ metadata }: TrainJob): Volume {
  return {
    name: hostVolume,
    configMap: {
      name: `${metadata.name ?? ''}-mpi-hostfile`,
      items: [{ key: hostFile, path: hostFile, mode: 0o444 }],
    },
  };
}
