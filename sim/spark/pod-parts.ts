/** What driver and executors have in common: labels, secrets, resources, the template. */
import { canonicalQuantity } from '../api/quantity.js';
import type {
  Container,
  EnvVar,
  PodSpec,
  PodTemplateSpec,
  Volume,
  VolumeMount,
} from '../api/kinds/core.js';
import { below, type SparkConf } from './conf.js';

/** Whose pod it is. */
export type SparkRole = 'driver' | 'executor';

/** The pod's template, and which of its containers is Spark's. */
export interface SparkPodBase {
  readonly template: PodTemplateSpec;
  readonly spec: PodSpec;
  readonly container: Container;
  readonly sidecars: readonly Container[];
}

/** Takes the container of this name out of a template; the first where none has it. */
export function baseOf(template: PodTemplateSpec, name: string): SparkPodBase {
  const spec = template.spec ?? { containers: [] };
  const container = spec.containers.find(one => one.name === name) ?? spec.containers[0];
  const sidecars = spec.containers.filter(one => one !== container);
  return { template, spec, container: container ?? { name }, sidecars };
}

/** A property of the role; absent where it is not set. */
export function ofRole(conf: SparkConf, role: SparkRole, key: string): string | undefined {
  return conf[`spark.kubernetes.${role}.${key}`];
}

/** The image of the role; undefined where none is given. */
export function imageOf(conf: SparkConf, role: SparkRole): string | undefined {
  return ofRole(conf, role, 'container.image') ?? conf['spark.kubernetes.container.image'];
}

/** Devices that the properties `spark.<role>.resource.<name>` ask for. */
export function deviceLimits(conf: SparkConf, role: SparkRole): Readonly<Record<string, string>> {
  const given = below(conf, `spark.${role}.resource.`);
  return Object.fromEntries(
    Object.keys(given)
      .filter(key => key.endsWith('.amount'))
      .flatMap(key => {
        const name = key.slice(0, -'.amount'.length);
        const vendor = given[`${name}.vendor`];
        return vendor === undefined ? [] : [[`${vendor}/${name}`, given[key] ?? '']];
      }),
  );
}

/** What stands in the way of making the pod's resources; undefined when nothing does. */
export function quantityError(conf: SparkConf, role: SparkRole): string | undefined {
  const cores = ['request.cores', 'limit.cores'].map(key => ofRole(conf, role, key));
  const wrong = cores.find(value => value !== undefined && !canonicalQuantity(value).isOk);
  return wrong === undefined
    ? undefined
    : `Exception in thread "main" java.lang.IllegalArgumentException: Invalid quantity string format: ${wrong}`;
}

/** CPU and memory, and the devices, added to what the template says. */
export function withResources(
  container: Container,
  given: {
    readonly conf: SparkConf;
    readonly role: SparkRole;
    readonly memoryMi: number;
  },
): Container {
  const { conf, role, memoryMi } = given;
  const memory = `${memoryMi}Mi`;
  const cpu = ofRole(conf, role, 'request.cores') ?? conf[`spark.${role}.cores`] ?? '1';
  const limit = ofRole(conf, role, 'limit.cores');
  return {
    ...container,
    resources: {
      ...container.resources,
      requests: { ...container.resources?.requests, cpu, memory },
      limits: {
        ...container.resources?.limits,
        ...(limit !== undefined && { cpu: limit }),
        memory,
        ...deviceLimits(conf, role),
      },
    },
  };
}

/** Secrets that are mounted, and variables from secrets. @upstream MountSecretsFeatureStep.scala, EnvSecretsFeatureStep.scala */
export function secretsOf(
  conf: SparkConf,
  role: SparkRole,
): {
  readonly volumes: readonly Volume[];
  readonly mounts: readonly VolumeMount[];
  readonly env: readonly EnvVar[];
} {
  const mounted = Object.entries(below(conf, `spark.kubernetes.${role}.secrets.`));
  const references = Object.entries(below(conf, `spark.kubernetes.${role}.secretKeyRef.`));
  return {
    volumes: mounted.map(([secretName]) => ({
      name: `${secretName}-volume`,
      secret: { secretName },
    })),
    mounts: mounted.map(([secretName, mountPath]) => ({
      name: `${secretName}-volume`,
      mountPath,
    })),
    env: references.map(([name, reference]) => {
      const colon = reference.lastIndexOf(':');
      const secretKeyRef = { name: reference.slice(0, colon), key: reference.slice(colon + 1) };
      return { name, valueFrom: { secretKeyRef } };
    }),
  };
}

/** Where the pod may stand and who pulls its image. */
export function placeOf(conf: SparkConf, role: SparkRole, spec: PodSpec): Partial<PodSpec> {
  const nodeSelector = {
    ...spec.nodeSelector,
    ...below(conf, 'spark.kubernetes.node.selector.'),
    ...below(conf, `spark.kubernetes.${role}.node.selector.`),
  };
  const pullers = (conf['spark.kubernetes.container.image.pullSecrets'] ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
    .map(name => ({ name }));
  const imagePullSecrets = [...(spec.imagePullSecrets ?? []), ...pullers];
  const schedulerName =
    ofRole(conf, role, 'schedulerName') ?? conf['spark.kubernetes.scheduler.name'];
  return {
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets }),
    ...(schedulerName !== undefined && { schedulerName }),
  };
}

/** Variables by name, as a list. */
export function variables(values: Readonly<Record<string, string>>): readonly EnvVar[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** A variable that is a field of the pod. */
export function fieldVariable(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}
