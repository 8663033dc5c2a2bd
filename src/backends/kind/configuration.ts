/** The configuration that kind is given: the user's own, with what seatrial adds, by node. */
import { parseKindConfig, type KindConfig } from '../../gpu/kind-config.js';
import { parseLocated, readInput } from '../../input/located.js';

/** The label of every node of a cluster that seatrial has created: others are not touched. */
export const createdByLabel = 'seatrial.dev/created-by';

/** A folder of this machine that a node sees. */
export interface NodeMount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly?: boolean;
}

/** What is added to the user's configuration. */
export interface Additions {
  /** What is added to, where no file holds it. */
  readonly given?: string;
  /** Default: the configuration's own. */
  readonly name?: string;
  /** Folders by the node's index in the configuration. */
  readonly mounts?: (index: number) => readonly NodeMount[];
  /** Only control-plane nodes are made; others are played. Default false. */
  readonly withoutWorkers?: boolean;
  /** A file of this machine with a KubeSchedulerConfiguration. Default: kube-scheduler's own defaults. */
  readonly schedulerFile?: string;
  /** Kubernetes from 1.35 on refuses cgroup v1 unless the kubelet is told not to. */
  readonly isCgroupV1?: boolean;
}

/** A configuration that is ready for kind. */
export interface ReadyConfig {
  readonly text: string;
  readonly config: KindConfig;
  /** Whether a network plug-in comes with kind; without one nodes get ready only once it is installed. */
  readonly hasNetwork: boolean;
}

interface RawNode {
  readonly role?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly extraMounts?: readonly NodeMount[];
}

interface RawCluster {
  readonly nodes?: readonly RawNode[];
  readonly networking?: { readonly disableDefaultCNI?: boolean };
  readonly kubeadmConfigPatches?: readonly string[];
}

/** In the form without apiVersion, which old and new versions of kubeadm's API take. */
const cgroupPatch = 'kind: KubeletConfiguration\nfailCgroupV1: false\n';

/** Where the scheduler's pod finds its configuration; a folder of its own, as a pod mounts folders. */
const schedulerFolder = '/etc/seatrial';
const schedulerInNode = `${schedulerFolder}/scheduler.yaml`;

const schedulerPatch = `kind: ClusterConfiguration
scheduler:
  extraArgs:
    config: ${schedulerInNode}
  extraVolumes:
    - name: seatrial
      hostPath: ${schedulerFolder}
      mountPath: ${schedulerFolder}
      readOnly: true
      pathType: DirectoryOrCreate
`;

/** A KubeSchedulerConfiguration with the connection that kubeadm gives the scheduler, as JSON, which is YAML. */
export function schedulerConfigInNode(configuration: object): string {
  const clientConnection = { kubeconfig: '/etc/kubernetes/scheduler.conf' };
  return JSON.stringify({ ...configuration, clientConnection }, undefined, 2);
}

/** Kubelets that are played tell where they really are as their external address. */
const addressPatch = `kind: ClusterConfiguration
apiServer:
  extraArgs:
    kubelet-preferred-address-types: ExternalIP,InternalIP,Hostname
`;

/**
 * Reads a configuration and adds to it.
 *
 * @throws InputError when kind or a kubelet would refuse it: kind itself fails minutes later.
 */
export function readyConfig(file: string, additions: Additions): ReadyConfig {
  const text = additions.given ?? readInput(file);
  const config = parseKindConfig(text, file);
  const name = additions.name ?? config.name;
  const raw = (parseLocated(text, file)[0]?.value ?? {}) as RawCluster;
  const nodes = (raw.nodes ?? [{ role: 'control-plane' }])
    .map((node, index) => ({
      ...node,
      labels: { ...node.labels, [createdByLabel]: 'seatrial' },
      ...mountsOf(node, [
        ...(additions.mounts?.(index) ?? []),
        ...((node.role ?? 'control-plane') === 'control-plane' ? schedulerMounts(additions) : []),
      ]),
    }))
    .filter(({ role }) => role !== 'worker' || additions.withoutWorkers !== true);
  const patches = [
    ...(raw.kubeadmConfigPatches ?? []),
    ...(additions.isCgroupV1 === true ? [cgroupPatch] : []),
    ...(additions.withoutWorkers === true ? [addressPatch] : []),
    ...(additions.schedulerFile !== undefined ? [schedulerPatch] : []),
  ];
  const whole = {
    ...raw,
    name,
    nodes,
    ...(patches.length > 0 && { kubeadmConfigPatches: patches }),
  };
  return {
    // As JSON, which is YAML with no alias, merge key or word that two readers could read differently.
    text: JSON.stringify(whole, undefined, 2),
    config: { ...config, name },
    hasNetwork: raw.networking?.disableDefaultCNI !== true,
  };
}

function schedulerMounts({ schedulerFile }: Additions): readonly NodeMount[] {
  if (schedulerFile === undefined) return [];
  return [{ hostPath: schedulerFile, containerPath: schedulerInNode, readOnly: true }];
}

function mountsOf(node: RawNode, mounts: readonly NodeMount[]): Pick<RawNode, 'extraMounts'> {
  if (mounts.length === 0) return {};
  return { extraMounts: [...(node.extraMounts ?? []), ...mounts] };
}
