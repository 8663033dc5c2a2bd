/** What spark-submit is called with. @upstream kubeflow/spark-operator internal/controller/sparkapplication/submission.go */
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import type { SparkConf } from '../../spark/conf.js';
import { containerNames } from '../../spark/names.js';
import type { Submission } from '../../spark/driver-pod.js';
import { keys, localVolumePrefix } from './keys.js';
import {
  sparkApplications,
  type SparkApplication,
  type SparkApplicationSpec,
  type SparkPodSpec,
} from './types.js';

const kubernetes = 'spark.kubernetes';

/** The name of the driver's pod. */
export function driverPodName({ metadata, spec }: SparkApplication): string {
  return (
    spec.driver.podName ||
    spec.sparkConf?.[`${kubernetes}.driver.pod.name`] ||
    `${metadata.name ?? ''}-driver`
  );
}

/** The call for one submission, or why there is none. */
export function submissionOf(app: SparkApplication, submissionId: string): Submission | string {
  const { metadata, spec } = app;
  const conf = confOf(app, submissionId);
  if (typeof conf === 'string') return conf;
  return {
    appName: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    conf,
    mainClass: spec.mainClass ?? '',
    resource: spec.mainApplicationFile ?? '',
    arguments: spec.arguments ?? [],
    driverTemplate: templateOf(app, 'driver'),
    executorTemplate: templateOf(app, 'executor'),
  };
}

/** The driver is the application's; its executors only tell whose they are. */
function templateOf(app: SparkApplication, role: 'driver' | 'executor'): PodTemplateSpec {
  const { controller: _, blockOwnerDeletion: __, ...told } = ownerReference(app, sparkApplications);
  const owner = role === 'driver' ? ownerReference(app, sparkApplications) : told;
  const template: PodTemplateSpec = app.spec[role].template ?? {
    spec: { containers: [{ name: containerNames[role] }] },
  };
  const { metadata } = template;
  return {
    ...template,
    metadata: { ...metadata, ownerReferences: [...(metadata?.ownerReferences ?? []), owner] },
  };
}

/** The properties in the order in which they are given: what comes later counts. */
function confOf(app: SparkApplication, submissionId: string): SparkConf | string {
  const { metadata, spec } = app;
  const driver = volumeConf(app, 'driver');
  const executor = volumeConf(app, 'executor');
  if (typeof driver === 'string') return driver;
  if (typeof executor === 'string') return executor;
  const { [`${kubernetes}.driver.pod.name`]: _, ...given } = spec.sparkConf ?? {};
  return {
    'spark.master': 'k8s://https://10.96.0.1:443',
    'spark.submit.deployMode': spec.mode ?? 'cluster',
    ...dependencyConf(spec),
    [`${kubernetes}.namespace`]: metadata.namespace ?? '',
    ...set(`${kubernetes}.container.image`, spec.image),
    ...set(`${kubernetes}.container.image.pullPolicy`, spec.imagePullPolicy),
    ...set(`${kubernetes}.container.image.pullSecrets`, spec.imagePullSecrets?.join(',')),
    ...set(`${kubernetes}.pyspark.pythonVersion`, spec.pythonVersion),
    ...set(`${kubernetes}.memoryOverheadFactor`, spec.memoryOverheadFactor),
    [`${kubernetes}.submission.waitAppCompletion`]: 'false',
    ...given,
    ...prefixed('spark.hadoop.', spec.hadoopConf),
    [`${kubernetes}.driver.pod.name`]: driverPodName(app),
    ...roleConf(app, 'driver', submissionId),
    ...set(`${kubernetes}.authenticate.driver.serviceAccountName`, spec.driver.serviceAccount),
    ...set(`${kubernetes}.driver.master`, spec.driver.kubernetesMaster),
    ...prefixed(`${kubernetes}.driver.service.label.`, spec.driver.serviceLabels),
    ...prefixed(`${kubernetes}.driver.service.annotation.`, spec.driver.serviceAnnotations),
    ...prefixed(`${kubernetes}.driverEnv.`, spec.driver.envVars),
    ...secretConf(spec.driver, 'driver', `${kubernetes}.driverEnv.`),
    ...driver,
    ...roleConf(app, 'executor', submissionId),
    ...set('spark.executor.instances', spec.executor.instances),
    ...set(`${kubernetes}.authenticate.executor.serviceAccountName`, spec.executor.serviceAccount),
    ...set(`${kubernetes}.executor.deleteOnTermination`, spec.executor.deleteOnTermination),
    ...prefixed('spark.executorEnv.', spec.executor.envVars),
    ...secretConf(spec.executor, 'executor', 'spark.executorEnv.'),
    ...executor,
    ...prefixed(`${kubernetes}.node.selector.`, spec.nodeSelector),
    ...dynamicConf(spec),
  };
}

function set(key: string, value: string | number | boolean | undefined): SparkConf {
  return value === undefined || value === '' ? {} : { [key]: String(value) };
}

function prefixed(prefix: string, values: Readonly<Record<string, string>> = {}): SparkConf {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}

function dependencyConf({ deps = {} }: SparkApplicationSpec): SparkConf {
  const joined = (name: string): string | undefined => deps[name]?.join(',');
  return {
    ...set('spark.jars', joined('jars')),
    ...set('spark.jars.packages', joined('packages')),
    ...set('spark.jars.excludes', joined('excludePackages')),
    ...set('spark.jars.repositories', joined('repositories')),
    ...set('spark.submit.pyFiles', joined('pyFiles')),
    ...set('spark.files', joined('files')),
    ...set('spark.archives', joined('archives')),
  };
}

function roleConf(
  { metadata, spec }: SparkApplication,
  role: 'driver' | 'executor',
  submissionId: string,
): SparkConf {
  const given = spec[role];
  const own = Object.entries(metadata.labels ?? {}).filter(
    ([key]) => !key.startsWith('kueue.x-k8s.io/'),
  );
  const references = Object.entries(given.envSecretKeyRefs ?? {});
  const labels = {
    [keys.appName]: metadata.name ?? '',
    [keys.launched]: 'true',
    ...(given.template === undefined && { [keys.mutated]: 'true' }),
    [keys.submissionId]: submissionId,
    ...Object.fromEntries(own),
    ...given.labels,
  };
  return {
    ...prefixed(`${kubernetes}.${role}.label.`, labels),
    ...set(`${kubernetes}.${role}.container.image`, given.image || spec.image),
    ...set(`spark.${role}.cores`, given.cores),
    ...set(`${kubernetes}.${role}.request.cores`, given.coreRequest),
    ...set(`${kubernetes}.${role}.limit.cores`, given.coreLimit),
    ...set(`spark.${role}.memory`, given.memory),
    ...set(`spark.${role}.memoryOverhead`, given.memoryOverhead),
    ...set(`spark.${role}.extraJavaOptions`, given.javaOptions),
    ...prefixed(`${kubernetes}.${role}.annotation.`, given.annotations),
    ...prefixed(
      `${kubernetes}.${role}.secretKeyRef.`,
      Object.fromEntries(
        references.map(([name, { name: secret, key }]) => [name, `${secret}:${key}`]),
      ),
    ),
  };
}

/** Secrets of known sorts are also told of in a variable. */
function secretConf(
  { secrets = [] }: SparkPodSpec,
  role: 'driver' | 'executor',
  variablePrefix: string,
): SparkConf {
  const files: Readonly<Record<string, readonly [string, string]>> = {
    GCPServiceAccount: ['GOOGLE_APPLICATION_CREDENTIALS', 'key.json'],
    HadoopDelegationToken: ['HADOOP_TOKEN_FILE_LOCATION', 'hadoop.token'],
  };
  return Object.assign(
    {},
    ...secrets.map(({ name, path, secretType }) => {
      const [variable, file] = files[secretType] ?? [];
      return {
        [`${kubernetes}.${role}.secrets.${name}`]: path,
        ...(variable !== undefined && { [variablePrefix + variable]: `${path}/${file ?? ''}` }),
      };
    }),
  ) as SparkConf;
}

/** Volumes that Spark spills to are given as properties, others by the webhook. */
function volumeConf({ spec }: SparkApplication, role: 'driver' | 'executor'): SparkConf | string {
  const local = ({ name }: { readonly name: string }) => name.startsWith(localVolumePrefix);
  const volumes = (spec.volumes ?? []).filter(local);
  const conf: Record<string, string> = {};
  for (const mount of (spec[role].volumeMounts ?? []).filter(local)) {
    const volume = volumes.find(({ name }) => name === mount.name);
    if (volume === undefined) return `volume ${mount.name} not found`;
    const source = sourceConf(volume);
    if (source === undefined) return 'unsupported volume type';
    const prefix = `${kubernetes}.${role}.volumes.${source.type}.${mount.name}`;
    Object.assign(
      conf,
      set(`${prefix}.mount.path`, mount.mountPath),
      set(`${prefix}.mount.subPath`, mount.subPath),
      mount.readOnly === true ? set(`${prefix}.mount.readOnly`, true) : {},
      prefixed(`${prefix}.options.`, source.options),
    );
  }
  return conf;
}

function sourceConf({
  emptyDir,
  hostPath,
  nfs,
  persistentVolumeClaim: claim,
}: NonNullable<SparkApplicationSpec['volumes']>[number]):
  { readonly type: string; readonly options: SparkConf } | undefined {
  if (emptyDir !== undefined) {
    const options = { ...set('sizeLimit', emptyDir.sizeLimit), ...set('medium', emptyDir.medium) };
    return { type: 'emptyDir', options };
  }
  if (hostPath !== undefined) {
    return { type: 'hostPath', options: { path: hostPath.path, ...set('type', hostPath.type) } };
  }
  if (nfs !== undefined) {
    const { path, server, readOnly } = nfs;
    const options = { path, server, ...(readOnly === true && { readOnly: 'true' }) };
    return { type: 'nfs', options };
  }
  if (claim === undefined) return undefined;
  const { claimName, readOnly } = claim;
  const options = { claimName, ...(readOnly === true && { readOnly: 'true' }) };
  return { type: 'persistentVolumeClaim', options };
}

function dynamicConf({ dynamicAllocation: dynamic }: SparkApplicationSpec): SparkConf {
  if (dynamic?.enabled !== true) return {};
  const prefix = 'spark.dynamicAllocation';
  return {
    [`${prefix}.enabled`]: 'true',
    ...set(`${prefix}.initialExecutors`, dynamic.initialExecutors),
    ...set(`${prefix}.minExecutors`, dynamic.minExecutors),
    ...set(`${prefix}.maxExecutors`, dynamic.maxExecutors),
    ...set(`${prefix}.shuffleTracking.enabled`, dynamic.shuffleTrackingEnabled ?? true),
    ...set(`${prefix}.shuffleTracking.timeout`, dynamic.shuffleTrackingTimeout),
  };
}
