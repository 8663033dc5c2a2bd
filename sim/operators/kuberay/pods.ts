/** The pods of a Ray cluster. @upstream kuberay v1.7.0 controllers/ray/common/pod.go */
import type { Container, EnvVar, Pod, PodSpec, Volume } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import { ownerReference } from '../../api/meta.js';
import { autoscalerContainer } from './autoscaler-container.js';
import { headFaultTolerance, isFaultTolerant } from './fault-tolerance.js';
import { bash, headGroup, keys, ports } from './keys.js';
import {
  checkedName,
  creatorOf,
  headAccount,
  headHost,
  headIdentifier,
  podPrefix,
} from './names.js';
import { hostEnv, missingIn, rayContainer, type Node } from './ray-container.js';
import { completeParams, groupParams } from './start-command.js';
import { rayClusters, type GroupSpec, type RayCluster, type WorkerGroupSpec } from './types.js';

/** Which place of its group a worker takes. */
export interface WorkerPlace {
  readonly replicaIndex: number;
  /** Of groups whose replicas have several hosts: the replica's name, and the host's number. */
  readonly replica?: { readonly name: string; readonly host: number };
}

/** The head's pod. */
export function headPod(cluster: RayCluster): Pod {
  const { headGroupSpec: group } = cluster.spec;
  const isScaled = cluster.spec.enableInTreeAutoscaling === true;
  const params = {
    ...completeParams(groupParams(group), { nodeType: 'head', address: '' }),
    ...(isScaled && { 'no-monitor': 'true' }),
  };
  const given = group.template.spec ?? { containers: [] };
  const first = firstOf(given);
  const version = cluster.spec.autoscalerOptions?.version;
  const isSecond = isScaled && version === 'v2';
  const env = [
    ...(first.env ?? []),
    ...(isScaled && version !== undefined
      ? [{ name: 'RAY_enable_autoscaler_v2', value: String(isSecond) }]
      : []),
  ];
  const fault = headFaultTolerance(cluster, env);
  const node = nodeOf(cluster, group, 'head', { ...params, ...fault.params });
  const withState = [...env, ...fault.env];
  const ray = { ...first, env: [...withState, ...authEnv(cluster, withState)] };
  const sidecars = isScaled ? [autoscalerContainer(cluster, authEnv(cluster, []))] : [];
  const spec = {
    ...given,
    ...(isScaled && { serviceAccountName: checkedName(headAccount(cluster)) }),
    ...(isSecond && { restartPolicy: 'Never' }),
    containers: [ray, ...given.containers.slice(1), ...sidecars],
  };
  const { annotations } = fault;
  const metadata = metadataOf(cluster, group, { type: 'head', group: headGroup, annotations });
  const name = podPrefix(cluster.metadata.name ?? '', 'head');
  return finished(cluster, { ...metadata, generateName: name }, spec, node);
}

/** The pod of a worker. */
export function workerPod(cluster: RayCluster, group: WorkerGroupSpec, place: WorkerPlace): Pod {
  const host = headHost(cluster);
  const headPort = headPortOf(cluster);
  const params = completeParams(groupParams(group), {
    nodeType: 'worker',
    address: `${host}:${headPort}`,
  });
  const node = nodeOf(cluster, group, 'worker', params);
  const given = group.template.spec ?? { containers: [] };
  const first = firstOf(given);
  const env = first.env ?? [];
  const reconnect = { name: 'RAY_gcs_rpc_server_reconnect_timeout_s', value: '600' };
  const withState = [...env, ...(isFaultTolerant(cluster) ? missingIn(env, reconnect) : [])];
  const ray = { ...first, env: [...withState, ...authEnv(cluster, withState)] };
  const waiting = waitContainer(first, `${host}:${headPort}`, authEnv(cluster, env));
  const isSecond =
    cluster.spec.enableInTreeAutoscaling === true &&
    cluster.spec.autoscalerOptions?.version === 'v2';
  const spec = {
    ...given,
    ...(isSecond && { restartPolicy: 'Never' }),
    initContainers: [...(given.initContainers ?? []), waiting],
    containers: [ray, ...given.containers.slice(1)],
  };
  const metadata = metadataOf(cluster, group, {
    type: 'worker',
    group: group.groupName,
    labels: placeLabels(place),
  });
  const name = podPrefix(`${cluster.metadata.name ?? ''}-${group.groupName}`, 'worker');
  const { name: _, ...unnamed } = metadata;
  return finished(cluster, { ...unnamed, generateName: name }, spec, node);
}

function placeLabels({ replicaIndex, replica }: WorkerPlace): Record<string, string> {
  return {
    [keys.replicaIndex]: String(replicaIndex),
    ...(replica !== undefined && {
      [keys.replicaName]: replica.name,
      [keys.hostIndex]: String(replica.host),
    }),
  };
}

/** The port at which the head keeps the cluster's state. */
export function headPortOf({ spec }: RayCluster): string {
  return spec.headGroupSpec.rayStartParams?.['port'] ?? String(ports.gcs);
}

function nodeOf(
  cluster: RayCluster,
  group: GroupSpec,
  type: Node['type'],
  params: Node['params'],
): Node {
  const own = group.template.metadata?.annotations?.[keys.overwritesCommand];
  const said = cluster.metadata.annotations?.[keys.overwritesCommand];
  const word = said?.toLowerCase() === 'true' ? said : own;
  return {
    type,
    creator: creatorOf(cluster.metadata.labels),
    host: headHost(cluster),
    headPort: headPortOf(cluster),
    params,
    rayVersion: cluster.spec.rayVersion ?? '',
    keepsCommand: word?.toLowerCase() === 'true',
  };
}

/** What a template may say otherwise. */
export function commonLabels(name: string, type: string): Record<string, string> {
  return {
    [keys.isNode]: 'yes',
    // Workers bear the identifier of their own sort.
    [keys.identifier]: type === 'head' ? headIdentifier(name) : workerIdentifier(name),
    [keys.appName]: 'kuberay',
    [keys.createdBy]: 'kuberay-operator',
  };
}

/** What no template changes. */
export function fixedLabels(
  name: string,
  { type, group }: { readonly type: string; readonly group: string },
): Record<string, string> {
  return { [keys.cluster]: name, [keys.nodeType]: type, [keys.group]: group };
}

function metadataOf(
  cluster: RayCluster,
  { template, labels = {} }: GroupSpec,
  of: {
    readonly type: string;
    readonly group: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  },
): ObjectMeta {
  const name = cluster.metadata.name ?? '';
  const keepsCommand =
    cluster.metadata.annotations?.[keys.overwritesCommand]?.toLowerCase() === 'true';
  return {
    ...template.metadata,
    namespace: cluster.metadata.namespace ?? '',
    annotations: {
      ...template.metadata?.annotations,
      ...(keepsCommand && { [keys.overwritesCommand]: 'true' }),
      ...of.annotations,
    },
    labels: {
      ...commonLabels(name, of.type),
      ...template.metadata?.labels,
      ...labels,
      ...fixedLabels(name, of),
      ...of.labels,
      ...(creatorOf(cluster.metadata.labels) === 'RayService' && {
        [keys.serve]: String(of.type === 'worker'),
      }),
    },
    ownerReferences: [ownerReference(cluster, rayClusters)],
  };
}

function workerIdentifier(name: string): string {
  return headIdentifier(name).replace(/-head$/, '-worker');
}

/** All that is done to both sorts of pods in the end. */
function finished(cluster: RayCluster, metadata: ObjectMeta, spec: PodSpec, node: Node): Pod {
  const isScaledHead = node.type === 'head' && cluster.spec.enableInTreeAutoscaling === true;
  const hasOwnStore = node.params['plasma-directory'] !== undefined;
  const memory = memoryOf(firstOf(spec));
  const store: Volume = {
    name: 'shared-mem',
    emptyDir: { medium: 'Memory', ...(memory !== undefined && { sizeLimit: memory }) },
  };
  const shared = hasOwnStore ? spec : withVolume(spec, store, '/dev/shm', [0]);
  const last = shared.containers.length - 1;
  const logged = isScaledHead
    ? withVolume(shared, { name: 'ray-logs', emptyDir: {} }, '/tmp/ray', [0, last])
    : shared;
  const [first, ...rest] = logged.containers;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      ...logged,
      ...(logged.initContainers !== undefined && {
        initContainers: logged.initContainers.map(container => ({
          ...container,
          env: [...(container.env ?? []), ...hostEnv(node.host)],
        })),
      }),
      containers: [...(first === undefined ? [] : [rayContainer(first, node)]), ...rest],
    },
  };
}

/** Mounts the volume in containers that have nothing at its path. */
function withVolume(
  spec: PodSpec,
  volume: Volume,
  mountPath: string,
  indexes: readonly number[],
): PodSpec {
  const lacks = ({ volumeMounts = [] }: Container) =>
    !volumeMounts.some(mount => mount.mountPath === mountPath);
  const mounting = indexes.filter(index => {
    const container = spec.containers[index];
    return container !== undefined && lacks(container);
  });
  if (mounting.length === 0) return spec;
  const { volumes = [] } = spec;
  const isThere = volumes.some(({ name }) => name === volume.name);
  return {
    ...spec,
    volumes: isThere ? volumes : [...volumes, volume],
    containers: spec.containers.map((container, index) =>
      mounting.includes(index)
        ? {
            ...container,
            volumeMounts: [...(container.volumeMounts ?? []), { mountPath, name: volume.name }],
          }
        : container,
    ),
  };
}

const memoryOf = ({ resources }: Container): string | undefined =>
  resources?.limits?.['memory'] ?? resources?.requests?.['memory'];

function firstOf({ containers }: PodSpec): Container {
  return containers[0] ?? { name: '' };
}

/** A worker starts when the head answers. */
function waitContainer(ray: Container, address: string, auth: readonly EnvVar[]): Container {
  const { image, imagePullPolicy, securityContext, env = [], volumeMounts } = ray;
  const amounts = { cpu: '200m', memory: '256Mi' };
  return {
    name: 'wait-gcs-ready',
    ...(image !== undefined && { image }),
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    command: bash,
    args: [waitScript(address)],
    ...(securityContext !== undefined && { securityContext }),
    env: [...env, ...auth],
    ...(volumeMounts !== undefined && { volumeMounts }),
    resources: { limits: amounts, requests: amounts },
  };
}

function waitScript(address: string): string {
  return `
					SECONDS=0
					while true; do
						if (( SECONDS <= 120 )); then
							if ray health-check --address ${address} > /dev/null 2>&1; then
								echo "GCS is ready."
								break
							fi
							echo "$SECONDS seconds elapsed: Waiting for GCS to be ready."
						else
							if ray health-check --address ${address}; then
								echo "GCS is ready. Any error messages above can be safely ignored."
								break
							fi
							echo "$SECONDS seconds elapsed: Still waiting for GCS to be ready. For troubleshooting, refer to the FAQ at https://docs.ray.io/en/master/cluster/kubernetes/troubleshooting.html."
						fi
						sleep 5
					done
				`;
}

/** What a container needs to speak to a Ray that asks for a token. */
export function authEnv(
  { metadata, spec }: RayCluster,
  given: readonly EnvVar[],
): readonly EnvVar[] {
  const { authOptions } = spec;
  if (authOptions?.mode !== 'token') return [];
  const mode = { name: 'RAY_AUTH_MODE', value: 'token' };
  if (authOptions.enableK8sTokenAuth === true) {
    return missingIn(given, mode, { name: 'RAY_ENABLE_K8S_TOKEN_AUTH', value: 'true' });
  }
  const name = authOptions.secretName || checkedName(metadata.name ?? '');
  const secretKeyRef = { name, key: 'auth_token' };
  return missingIn(given, mode, { name: 'RAY_AUTH_TOKEN', valueFrom: { secretKeyRef } });
}
