/** What a driver reads before it starts: its properties, the executors' template, how long it shall work. */
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import { isOn, propertiesOf, wholeNumber, type SparkConf } from '../../spark/conf.js';
import { containerMemory } from '../../spark/memory.js';
import { paths } from '../../spark/names.js';
import { imageOf, quantityError } from '../../spark/pod-parts.js';
import { parse } from 'yaml';
import type { ContainerContext } from '../workload.js';

/** How many executors there shall be. */
export interface Allocation {
  readonly isDynamic: boolean;
  readonly initial: number;
  readonly max: number;
}

/** How long the work takes and how it ends, as annotations of the pod say, or by chance. */
export interface Ending {
  readonly seconds: number;
  readonly code: number;
}

const secondsByChance = { from: 20, to: 60 };
const initialDefault = 2;

/** The properties that stand in the pod's config map; undefined where there are none. */
export function propertiesIn(context: ContainerContext): SparkConf | undefined {
  const text = context.volume(paths.conf)?.read(paths.properties);
  return text === undefined ? undefined : propertiesOf(text);
}

/** The template of the executors. */
export function templateIn(context: ContainerContext): PodTemplateSpec {
  const text = context.volume(paths.template)?.read(paths.templateFile);
  return text === undefined ? { spec: { containers: [] } } : (parse(text) as PodTemplateSpec);
}

/** Why there can be no executors with these properties. */
export function confError(conf: SparkConf): string | undefined {
  const memory = containerMemory(conf, 'executor');
  if (!memory.isOk) return `java.lang.NumberFormatException: ${memory.error}`;
  if (imageOf(conf, 'executor') === undefined) {
    return 'org.apache.spark.SparkException: Must specify the executor container image';
  }
  return quantityError(conf, 'executor');
}

/** @upstream core SchedulerBackendUtils.getInitialTargetExecutorNumber */
export function allocationOf(conf: SparkConf): Allocation {
  const instances = wholeNumber(conf, 'spark.executor.instances', 0);
  if (!isOn(conf, 'spark.dynamicAllocation.enabled')) {
    const initial = wholeNumber(conf, 'spark.executor.instances', initialDefault);
    return { isDynamic: false, initial, max: initial };
  }
  const min = wholeNumber(conf, 'spark.dynamicAllocation.minExecutors', 0);
  const wanted = wholeNumber(conf, 'spark.dynamicAllocation.initialExecutors', min);
  const initial = Math.max(min, wanted, instances);
  const max = wholeNumber(conf, 'spark.dynamicAllocation.maxExecutors', Number.MAX_SAFE_INTEGER);
  return { isDynamic: true, initial, max };
}

/** How many executors may fail before the application gives up. */
export function failuresMax(conf: SparkConf, { isDynamic, max }: Allocation): number {
  const byDefault = isDynamic && max > 2 ** 30 ? Number.MAX_SAFE_INTEGER : 2 * max;
  return wholeNumber(conf, 'spark.executor.maxNumFailures', Math.max(3, byDefault));
}

/** How many tasks an executor does side by side. */
export function slotsOf(conf: SparkConf): number {
  const cores = wholeNumber(conf, 'spark.executor.cores', 1);
  return Math.max(Math.floor(cores / Math.max(wholeNumber(conf, 'spark.task.cpus', 1), 1)), 1);
}

/** The annotations `seatrial.dev/seconds` and `seatrial.dev/exit-code` of the driver's pod. */
export function endingOf({ pod, random }: ContainerContext): Ending {
  const annotations = pod.metadata.annotations ?? {};
  const seconds = Number(annotations['seatrial.dev/seconds'] ?? '');
  const code = Number(annotations['seatrial.dev/exit-code'] ?? '0');
  const isGiven = annotations['seatrial.dev/seconds'] !== undefined && Number.isFinite(seconds);
  return {
    seconds: isGiven ? seconds : random.between(secondsByChance.from, secondsByChance.to),
    code: Number.isInteger(code) ? code : 0,
  };
}
