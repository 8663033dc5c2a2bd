/** The schemas of the operator's kinds. @upstream kubeflow/spark-operator config/crd/bases (v2.5.2) */
import { int32, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

const int64: Schema = { type: 'integer', format: 'int64' };
const flag: Schema = { type: 'boolean' };
const texts = mapOf(text);
const time: Schema = { type: 'string', format: 'date-time', nullable: true };
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const podNamePattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';

function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

function core(type: string): Schema {
  return schemaOf(`core/v1.${type}`);
}

function atLeast(minimum: number, schema: Schema): Schema {
  return { ...schema, minimum };
}

function podSpec(): Readonly<Record<string, Schema>> {
  const port = object({ containerPort: int32, name: text, protocol: text }, [
    'containerPort',
    'name',
    'protocol',
  ]);
  return {
    affinity: core('Affinity'),
    annotations: texts,
    configMaps: listOf(object({ name: text, path: text }, ['name', 'path'])),
    coreLimit: text,
    coreRequest: text,
    cores: atLeast(1, int32),
    dnsConfig: core('PodDNSConfig'),
    env: listOf(core('EnvVar')),
    envFrom: listOf(core('EnvFromSource')),
    envSecretKeyRefs: mapOf(object({ key: text, name: text }, ['key', 'name'])),
    envVars: texts,
    gpu: object({ name: text, quantity: int64 }, ['name', 'quantity']),
    hostAliases: listOf(core('HostAlias')),
    hostNetwork: flag,
    image: text,
    initContainers: listOf(core('Container')),
    javaOptions: text,
    labels: texts,
    lifecycle: core('Lifecycle'),
    memory: text,
    memoryLimit: text,
    memoryOverhead: text,
    nodeSelector: texts,
    podSecurityContext: core('PodSecurityContext'),
    ports: listOf(port),
    priorityClassName: text,
    schedulerName: text,
    secrets: listOf(
      object({ name: text, path: text, secretType: text }, ['name', 'path', 'secretType']),
    ),
    securityContext: core('SecurityContext'),
    serviceAccount: text,
    shareProcessNamespace: flag,
    sidecars: listOf(core('Container')),
    template: anything,
    terminationGracePeriodSeconds: int64,
    tolerations: listOf(core('Toleration')),
    volumeMounts: listOf(core('VolumeMount')),
  };
}

function ingressTls(): Schema {
  return listOf(schemaOf('networking/v1.IngressTLS'));
}

function serviceFields(): Readonly<Record<string, Schema>> {
  return {
    ingressAnnotations: texts,
    ingressTLS: ingressTls(),
    serviceAnnotations: texts,
    serviceLabels: texts,
    servicePort: int32,
    servicePortName: text,
    serviceType: text,
  };
}

function monitoring(): Schema {
  const prometheus = object(
    { configFile: text, configuration: text, jmxExporterJar: text, port: int32, portName: text },
    ['jmxExporterJar'],
  );
  return object(
    {
      exposeDriverMetrics: flag,
      exposeExecutorMetrics: flag,
      metricsProperties: text,
      metricsPropertiesFile: text,
      prometheus,
    },
    ['exposeDriverMetrics', 'exposeExecutorMetrics'],
  );
}

function restartPolicy(): Schema {
  return object({
    onFailureRetries: atLeast(0, int32),
    onFailureRetryInterval: atLeast(1, int64),
    onSubmissionFailureRetries: atLeast(0, int32),
    onSubmissionFailureRetryInterval: atLeast(1, int64),
    type: oneOf('Never', 'Always', 'OnFailure'),
  });
}

function dynamicAllocation(): Schema {
  return object({
    enabled: flag,
    initialExecutors: int32,
    maxExecutors: int32,
    minExecutors: int32,
    shuffleTrackingEnabled: flag,
    shuffleTrackingTimeout: int64,
  });
}

function dependencies(): Schema {
  const names = ['archives', 'excludePackages', 'files', 'jars', 'packages', 'pyFiles'];
  return object(Object.fromEntries([...names, 'repositories'].map(name => [name, listOf(text)])));
}

/** What is wanted of an application. */
export function applicationSpec(): Schema {
  const common = podSpec();
  return object(
    {
      arguments: listOf(text),
      batchScheduler: text,
      batchSchedulerOptions: object({
        priorityClassName: text,
        queue: text,
        resources: mapOf(schemaOf('api/resource.Quantity')),
      }),
      deps: dependencies(),
      driver: object({
        ...common,
        kubernetesMaster: text,
        podName: { ...text, pattern: podNamePattern },
        serviceAnnotations: texts,
        serviceLabels: texts,
      }),
      driverIngressOptions: listOf(
        object({ ...serviceFields(), ingressURLFormat: text }, ['servicePort', 'servicePortName']),
      ),
      dynamicAllocation: dynamicAllocation(),
      executor: object({ ...common, deleteOnTermination: flag, instances: atLeast(1, int32) }),
      failureRetries: int32,
      hadoopConf: texts,
      hadoopConfigMap: text,
      image: text,
      imagePullPolicy: text,
      imagePullSecrets: listOf(text),
      mainApplicationFile: text,
      mainClass: text,
      memoryOverheadFactor: text,
      mode: oneOf('cluster', 'client'),
      monitoring: monitoring(),
      nodeSelector: texts,
      proxyUser: text,
      pythonVersion: oneOf('2', '3'),
      restartPolicy: restartPolicy(),
      retryInterval: int64,
      sparkConf: texts,
      sparkConfigMap: text,
      sparkUIOptions: object(serviceFields()),
      sparkVersion: text,
      suspend: flag,
      timeToLiveSeconds: int64,
      type: oneOf('Java', 'Python', 'Scala', 'R'),
      volumes: listOf(core('Volume')),
    },
    ['driver', 'executor', 'mainApplicationFile', 'sparkVersion', 'type'],
  );
}

/** What is known of one. */
export function applicationStatus(): Schema {
  return object(
    {
      applicationState: object({ errorMessage: text, state: text }, ['state']),
      driverInfo: object({
        podName: text,
        webUIAddress: text,
        webUIIngressAddress: text,
        webUIIngressName: text,
        webUIPort: int32,
        webUIServiceName: text,
      }),
      executionAttempts: int32,
      executorState: texts,
      lastSubmissionAttemptTime: time,
      sparkApplicationId: text,
      submissionAttempts: int32,
      submissionID: text,
      terminationTime: time,
    },
    ['driverInfo'],
  );
}

/** What is wanted of a schedule. */
export function scheduledSpec(): Schema {
  return object(
    {
      concurrencyPolicy: text,
      failedRunHistoryLimit: int32,
      schedule: text,
      successfulRunHistoryLimit: int32,
      suspend: flag,
      template: applicationSpec(),
      timeZone: text,
    },
    ['schedule', 'template'],
  );
}

/** What is known of one. */
export function scheduledStatus(): Schema {
  return object({
    lastRun: time,
    lastRunName: text,
    nextRun: time,
    pastFailedRunNames: listOf(text),
    pastSuccessfulRunNames: listOf(text),
    reason: text,
    scheduleState: text,
  });
}
