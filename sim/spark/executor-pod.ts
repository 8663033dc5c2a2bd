/**
 * The pods that a driver makes for its executors.
 * Left out: resource profiles but the default one, decommissioning, claims that are made on demand.
 * @upstream resource-managers/kubernetes features/BasicExecutorFeatureStep.scala (4.0)
 */
import type { Container, Pod, PodTemplateSpec } from '../api/kinds/core.js';
import { below, wholeNumber, type SparkConf } from './conf.js';
import { containerMemory, mebibytesOf } from './memory.js';
import { appNameLabel, containerNames, labelKeys, paths, ports, sparkVersionOf } from './names.js';
import {
  baseOf,
  fieldVariable,
  imageOf,
  placeOf,
  secretsOf,
  variables,
  withResources,
} from './pod-parts.js';
import { localDirectories, volumesOf } from './volumes.js';

/** What a driver knows when it makes a pod. */
export interface ExecutorParts {
  readonly conf: SparkConf;
  readonly template: PodTemplateSpec;
  readonly namespace: string;
  /** What the names of the pods begin with. */
  readonly prefix: string;
  readonly executorId: number;
  readonly configMapName: string;
  readonly localId: string;
  readonly driver: Pod;
}

const hostnameMax = 63;

/** Makes the pod of an executor. */
export function executorPod(parts: ExecutorParts): Pod {
  const { conf, template: given, namespace, prefix, executorId, driver } = parts;
  const { template, spec, container, sidecars } = baseOf(given, containerNames.executor);
  const name = `${prefix}-exec-${executorId}`;
  const asked = volumesOf(conf, 'executor');
  const secrets = secretsOf(conf, 'executor');
  const mounts = [...(container.volumeMounts ?? []), ...asked.mounts];
  const local = localDirectories({ volumes: [], mounts }, conf, parts.localId);
  const account = accountOf(conf, spec.serviceAccountName);
  const spark = sparkContainer(parts, container, local.value);
  const annotations = {
    ...template.metadata?.annotations,
    ...below(conf, 'spark.kubernetes.executor.annotation.'),
  };
  const { metadata } = driver;
  const owner = {
    apiVersion: 'v1',
    kind: 'Pod',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    controller: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...template.metadata,
      name,
      namespace,
      labels: { ...template.metadata?.labels, ...labelsOf(parts) },
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [...(template.metadata?.ownerReferences ?? []), owner],
    },
    spec: {
      ...spec,
      ...placeOf(conf, 'executor', spec),
      hostname: hostnameOf(name),
      restartPolicy: 'Never',
      ...(account !== undefined && { serviceAccountName: account, serviceAccount: account }),
      containers: [
        ...sidecars,
        {
          ...spark,
          env: [...(spark.env ?? []), ...secrets.env],
          volumeMounts: [
            ...(container.volumeMounts ?? []),
            { name: 'spark-conf-volume-exec', mountPath: paths.conf },
            ...secrets.mounts,
            ...asked.mounts,
            ...local.mounts,
          ],
        },
      ],
      volumes: [
        ...(spec.volumes ?? []),
        confVolume(parts.configMapName),
        ...secrets.volumes,
        ...asked.volumes,
        ...local.volumes,
      ],
    },
  };
}

function labelsOf({ conf, executorId }: ExecutorParts): Readonly<Record<string, string>> {
  return {
    ...below(conf, 'spark.kubernetes.executor.label.'),
    [labelKeys.version]: sparkVersionOf(imageOf(conf, 'executor') ?? ''),
    [labelKeys.executorId]: String(executorId),
    [labelKeys.appId]: conf['spark.app.id'] ?? '',
    [labelKeys.appName]: appNameLabel(conf['spark.app.name'] ?? ''),
    [labelKeys.role]: 'executor',
    [labelKeys.profile]: '0',
  };
}

/** Executors run as the driver does unless told otherwise. */
function accountOf(conf: SparkConf, given: string | undefined): string | undefined {
  const prefix = 'spark.kubernetes.authenticate';
  return (
    conf[`${prefix}.executor.serviceAccountName`] ??
    given ??
    conf[`${prefix}.driver.serviceAccountName`]
  );
}

/** Its end tells executors apart. */
function hostnameOf(name: string): string {
  return name
    .slice(-hostnameMax)
    .replace(/^[^\w]+/, '')
    .replace(/[^\w-]+/g, '_');
}

function confVolume(name: string) {
  const item = { key: paths.properties, path: paths.properties, mode: 0o644 };
  return { name: 'spark-conf-volume-exec', configMap: { name, items: [item] } };
}

function sparkContainer(
  { conf, executorId }: ExecutorParts,
  given: Container,
  localDirectory: string,
): Container {
  const memory = containerMemory(conf, 'executor');
  const heap = mebibytesOf(conf['spark.executor.memory'] ?? '1g');
  const port = wholeNumber(conf, 'spark.blockManager.port', ports.blockManager);
  const driver = `${conf['spark.driver.host'] ?? ''}:${conf['spark.driver.port'] ?? ''}`;
  const memoryMi = memory.isOk ? memory.value : 0;
  return {
    ...withResources(given, { conf, role: 'executor', memoryMi }),
    image: imageOf(conf, 'executor') ?? '',
    imagePullPolicy: conf['spark.kubernetes.container.image.pullPolicy'] ?? 'IfNotPresent',
    ports: [{ name: 'blockmanager', containerPort: port, protocol: 'TCP' }],
    env: [
      ...(given.env ?? []),
      ...variables({
        SPARK_USER: 'spark',
        SPARK_DRIVER_URL: `spark://CoarseGrainedScheduler@${driver}`,
        SPARK_EXECUTOR_CORES: conf['spark.executor.cores'] ?? '1',
        SPARK_EXECUTOR_MEMORY: `${heap.isOk ? heap.value : 0}m`,
        SPARK_APPLICATION_ID: conf['spark.app.id'] ?? '',
        SPARK_CONF_DIR: paths.conf,
        SPARK_EXECUTOR_ID: String(executorId),
        SPARK_RESOURCE_PROFILE_ID: '0',
      }),
      ...variables(below(conf, 'spark.executorEnv.')),
      ...javaOptions(conf),
      fieldVariable('SPARK_EXECUTOR_POD_IP', 'status.podIP'),
      fieldVariable('SPARK_EXECUTOR_POD_NAME', 'metadata.name'),
      ...variables({ SPARK_LOCAL_DIRS: localDirectory }),
    ],
    args: [...(given.args ?? []), 'executor'],
  };
}

/** The user's options, then what an executor must know before it can ask: ports. */
function javaOptions(conf: SparkConf) {
  const own = (conf['spark.executor.extraJavaOptions'] ?? '')
    .split(/\s+/)
    .filter(one => one !== '');
  const told = Object.keys(conf)
    .filter(key => key.startsWith('spark.') && key.endsWith('.port'))
    .sort()
    .map(key => `-D${key}=${conf[key] ?? ''}`);
  const all = [...own, ...told].map((option, index) => [`SPARK_JAVA_OPT_${index}`, option]);
  return variables(Object.fromEntries(all) as Readonly<Record<string, string>>);
}
