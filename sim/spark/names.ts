/** The names and labels of what Spark makes. @upstream resource-managers/kubernetes Constants.scala, KubernetesConf.scala */
import type { Random } from '../engine/random.js';

/** The labels of Spark's pods. */
export const labelKeys = {
  appId: 'spark-app-selector',
  appName: 'spark-app-name',
  executorId: 'spark-exec-id',
  inactive: 'spark-exec-inactive',
  profile: 'spark-exec-resourceprofile-id',
  role: 'spark-role',
  version: 'spark-version',
} as const;

/** The containers of Spark's pods. */
export const containerNames = {
  driver: 'spark-kubernetes-driver',
  executor: 'spark-kubernetes-executor',
} as const;

/** Where things lie in Spark's containers. */
export const paths = {
  conf: '/opt/spark/conf',
  properties: 'spark.properties',
  template: '/opt/spark/pod-template',
  templateFile: 'pod-spec-template.yml',
} as const;

/** Spark's ports, unless told otherwise. */
export const ports = { driver: 7078, blockManager: 7079, ui: 4040 } as const;

const clockBits = 2 ** 40;

/** Six digits by chance and the time. @upstream KubernetesUtils.uniqueID */
export function uniqueId(random: Random, nowMs: number): string {
  const digits = random
    .integer(2 ** 24)
    .toString(16)
    .padStart(6, '0');
  return digits + (Math.floor(nowMs) % clockBits).toString(16);
}

/** What the names of an application's objects begin with. */
export function namePrefix(appName: string, id: string): string {
  return `${appName}-${id}`
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/-+/g, '-')
    .replace(/^-/, '')
    .replace(/^[0-9]/, 'x');
}

/** The name of an application as a label may have it. */
export function appNameLabel(appName: string): string {
  return appName
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/-+/g, '-')
    .slice(0, 63)
    .replace(/-+$/, '');
}

/** The version of Spark in an image, as its tag tells it; that of the operator's own where it does not. */
export function sparkVersionOf(image: string): string {
  return /:v?(\d+\.\d+\.\d+)/.exec(image)?.[1] ?? operatorVersion;
}

/** The Spark whose spark-submit the operator's image holds. */
export const operatorVersion = '4.0.4';
