/**
 * What spark-submit makes of an application: the driver's pod, then its service and config maps.
 * Left out: Kerberos, Hadoop's configuration, files of the submitter's own disk that would be uploaded.
 * @upstream resource-managers/kubernetes submit/KubernetesClientApplication.scala, features/*.scala (4.0)
 */
import type { ConfigMap, Container, Pod, PodTemplateSpec, Service } from '../api/kinds/core.js';
import { printYaml } from '../api/yaml-print.js';
import type { Random } from '../engine/random.js';
import { below, propertiesText, wholeNumber, type SparkConf } from './conf.js';
import { containerMemory } from './memory.js';
import {
  appNameLabel,
  containerNames,
  labelKeys,
  namePrefix,
  operatorVersion,
  paths,
  ports,
  uniqueId,
} from './names.js';
import {
  baseOf,
  fieldVariable,
  imageOf,
  ofRole,
  placeOf,
  quantityError,
  secretsOf,
  variables,
  withResources,
} from './pod-parts.js';
import { localDirectories, volumesOf } from './volumes.js';

/** What spark-submit is called with. */
export interface Submission {
  readonly appName: string;
  readonly namespace: string;
  readonly conf: SparkConf;
  /** `--class`; empty where none is given. */
  readonly mainClass: string;
  /** The jar or script. */
  readonly resource: string;
  readonly arguments: readonly string[];
  readonly driverTemplate: PodTemplateSpec;
  readonly executorTemplate: PodTemplateSpec;
}

/** The objects, without their owner: that is the driver's pod once it is there. */
export interface DriverObjects {
  readonly pod: Pod;
  readonly service: Service;
  readonly configMaps: readonly ConfigMap[];
}

/** The objects, or what spark-submit tells before it fails. */
export type Built =
  | { readonly isOk: true; readonly objects: DriverObjects }
  | { readonly isOk: false; readonly error: string };

const inMain = 'Exception in thread "main"';
const serviceNameMax = 63;

/** Which program reads the resource. */
export function resourceType(resource: string): 'java' | 'python' | 'r' {
  if (/\.(py|zip|egg)$/.test(resource)) return 'python';
  return /\.[rR]$/.test(resource) ? 'r' : 'java';
}

/** Makes the objects. */
export function driverObjects(
  submission: Submission,
  means: { readonly random: Random; readonly nowMs: number },
): Built {
  const type = resourceType(submission.resource);
  const mainClass = type === 'java' ? submission.mainClass : runners[type];
  if (mainClass === '') {
    const text = 'No main class set in JAR; please specify one with --class.';
    return { isOk: false, error: `${inMain} org.apache.spark.SparkException: ${text}` };
  }
  const conf = withDefaults(submission, type);
  if (imageOf(conf, 'driver') === undefined) {
    const text = 'Must specify the driver container image';
    return { isOk: false, error: `${inMain} org.apache.spark.SparkException: ${text}` };
  }
  const memory = containerMemory(conf, 'driver');
  if (!memory.isOk) {
    return { isOk: false, error: `${inMain} java.lang.NumberFormatException: ${memory.error}` };
  }
  const error = quantityError(conf, 'driver');
  if (error !== undefined) return { isOk: false, error };
  const builder = new DriverBuilder({ ...submission, conf, mainClass }, means, memory.value);
  return { isOk: true, objects: builder.objects() };
}

const runners = {
  python: 'org.apache.spark.deploy.PythonRunner',
  r: 'org.apache.spark.deploy.RRunner',
} as const;

function withDefaults({ appName, conf }: Submission, type: 'java' | 'python' | 'r'): SparkConf {
  const factor = type === 'java' ? '0.1' : '0.4';
  return {
    ...conf,
    'spark.app.name': appName,
    'spark.kubernetes.memoryOverheadFactor':
      conf['spark.kubernetes.memoryOverheadFactor'] ?? factor,
    'spark.kubernetes.resource.type': type,
  };
}

class DriverBuilder {
  private readonly prefix: string;
  private readonly appId: string;
  private readonly configMapName: string;
  private readonly templateName: string;
  private readonly serviceName: string;
  private readonly localId: string;
  private readonly labels: Readonly<Record<string, string>>;

  constructor(
    private readonly submission: Submission,
    means: { readonly random: Random; readonly nowMs: number },
    private readonly memoryMi: number,
  ) {
    const { random, nowMs } = means;
    const { appName, conf } = submission;
    this.prefix = namePrefix(appName, uniqueId(random, nowMs));
    this.appId = conf['spark.app.id'] ?? `spark-${random.uuid().replaceAll('-', '')}`;
    this.configMapName = `spark-drv-${uniqueId(random, nowMs)}-conf-map`;
    this.templateName = `${this.prefix}-driver-podspec-conf-map`;
    const preferred = `${this.prefix}-driver-svc`;
    this.serviceName =
      preferred.length <= serviceNameMax
        ? preferred
        : `spark-${uniqueId(random, nowMs)}-driver-svc`;
    this.localId = random.uuid();
    this.labels = {
      ...below(conf, 'spark.kubernetes.driver.label.'),
      [labelKeys.version]: operatorVersion,
      [labelKeys.appId]: this.appId,
      [labelKeys.appName]: appNameLabel(appName),
      [labelKeys.role]: 'driver',
    };
  }

  objects(): DriverObjects {
    return { pod: this.pod(), service: this.service(), configMaps: this.configMaps() };
  }

  private pod(): Pod {
    const { conf, namespace, driverTemplate } = this.submission;
    const { template, spec, container, sidecars } = baseOf(driverTemplate, containerNames.driver);
    const asked = volumesOf(conf, 'driver');
    const secrets = secretsOf(conf, 'driver');
    const present = { volumes: [], mounts: [...(container.volumeMounts ?? []), ...asked.mounts] };
    const local = localDirectories(present, conf, this.localId);
    const spark = this.container(container, local.value);
    const account = ofRole(conf, 'driver', 'authenticate.serviceAccountName') ?? this.account();
    const annotations = {
      ...template.metadata?.annotations,
      ...below(conf, 'spark.kubernetes.driver.annotation.'),
    };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...template.metadata,
        name: ofRole(conf, 'driver', 'pod.name') ?? `${this.prefix}-driver`,
        namespace,
        labels: { ...template.metadata?.labels, ...this.labels },
        ...(Object.keys(annotations).length > 0 && { annotations }),
      },
      spec: {
        ...spec,
        ...placeOf(conf, 'driver', spec),
        restartPolicy: 'Never',
        ...(account !== undefined && { serviceAccountName: account, serviceAccount: account }),
        containers: [
          ...sidecars,
          {
            ...spark,
            env: [...(spark.env ?? []), ...secrets.env, ...this.lastVariables()],
            volumeMounts: [
              ...(container.volumeMounts ?? []),
              ...secrets.mounts,
              ...asked.mounts,
              ...local.mounts,
              { name: 'pod-template-volume', mountPath: paths.template },
              { name: 'spark-conf-volume-driver', mountPath: paths.conf },
            ],
          },
        ],
        volumes: [
          ...(spec.volumes ?? []),
          ...secrets.volumes,
          ...asked.volumes,
          ...local.volumes,
          ...this.configVolumes(),
        ],
      },
    };
  }

  private account(): string | undefined {
    return this.submission.conf['spark.kubernetes.authenticate.driver.serviceAccountName'];
  }

  private container(given: Container, localDirectory: string): Container {
    const { conf, mainClass, resource } = this.submission;
    const imagePullPolicy = conf['spark.kubernetes.container.image.pullPolicy'] ?? 'IfNotPresent';
    const image = imageOf(conf, 'driver') ?? '';
    return {
      ...withResources(given, { conf, role: 'driver', memoryMi: this.memoryMi }),
      image,
      imagePullPolicy,
      ports: [...(given.ports ?? []), ...this.containerPorts()],
      env: [
        ...(given.env ?? []),
        ...variables({ SPARK_USER: 'spark', SPARK_APPLICATION_ID: this.appId }),
        ...variables(below(conf, 'spark.kubernetes.driverEnv.')),
        fieldVariable('SPARK_DRIVER_BIND_ADDRESS', 'status.podIP'),
        ...variables({ SPARK_LOCAL_DIRS: localDirectory }),
      ],
      args: [
        ...(given.args ?? []),
        'driver',
        ...['--properties-file', `${paths.conf}/${paths.properties}`],
        ...['--class', mainClass, resource === '' ? 'spark-internal' : resource],
        ...this.submission.arguments,
      ],
    };
  }

  private lastVariables() {
    return variables({ SPARK_CONF_DIR: paths.conf });
  }

  private ports() {
    const { conf } = this.submission;
    const shared = wholeNumber(conf, 'spark.blockManager.port', ports.blockManager);
    return {
      'driver-rpc-port': wholeNumber(conf, 'spark.driver.port', ports.driver),
      blockmanager: wholeNumber(conf, 'spark.driver.blockManager.port', shared),
      'spark-ui': wholeNumber(conf, 'spark.ui.port', ports.ui),
    };
  }

  private containerPorts() {
    return Object.entries(this.ports()).map(([name, containerPort]) => ({
      name,
      containerPort,
      protocol: 'TCP',
    }));
  }

  private configVolumes() {
    const file = { key: 'podspec-configmap-key', path: paths.templateFile };
    const properties = ['spark.kubernetes.namespace', paths.properties];
    return [
      { name: 'pod-template-volume', configMap: { name: this.templateName, items: [file] } },
      {
        name: 'spark-conf-volume-driver',
        configMap: {
          name: this.configMapName,
          items: properties.map(key => ({ key, path: key, mode: 0o644 })),
        },
      },
    ];
  }

  private service(): Service {
    const { conf, namespace } = this.submission;
    const annotations = below(conf, 'spark.kubernetes.driver.service.annotation.');
    return {
      metadata: {
        name: this.serviceName,
        namespace,
        labels: {
          ...below(conf, 'spark.kubernetes.driver.service.label.'),
          [labelKeys.appId]: this.appId,
        },
        ...(Object.keys(annotations).length > 0 && { annotations }),
      },
      spec: {
        clusterIP: 'None',
        ipFamilyPolicy: 'SingleStack',
        ipFamilies: ['IPv4'],
        selector: this.labels,
        ports: Object.entries(this.ports()).map(([name, port]) => ({
          name,
          port,
          targetPort: port,
        })),
      },
    };
  }

  private configMaps(): readonly ConfigMap[] {
    const { namespace, executorTemplate } = this.submission;
    const template = printYaml(executorTemplate);
    return [
      {
        metadata: { name: this.templateName, namespace },
        immutable: true,
        data: { 'podspec-configmap-key': template },
      },
      {
        metadata: { name: this.configMapName, namespace },
        immutable: true,
        data: {
          'spark.kubernetes.namespace': namespace,
          [paths.properties]: propertiesText(this.properties(), this.configMapName),
        },
      },
    ];
  }

  /** What the driver is told, besides what the submitter was. */
  private properties(): SparkConf {
    const { conf, namespace } = this.submission;
    const { 'driver-rpc-port': port, blockmanager } = this.ports();
    return {
      ...conf,
      'spark.app.id': this.appId,
      'spark.driver.host': `${this.serviceName}.${namespace}.svc`,
      'spark.driver.port': String(port),
      'spark.driver.blockManager.port': String(blockmanager),
      'spark.kubernetes.driver.pod.name':
        ofRole(conf, 'driver', 'pod.name') ?? `${this.prefix}-driver`,
      'spark.kubernetes.executor.podTemplateFile': `${paths.template}/${paths.templateFile}`,
      'spark.kubernetes.submitInDriver': 'true',
    };
  }
}
