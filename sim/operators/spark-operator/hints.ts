/** What the author of an application should know before it runs. */
import type { KubeObject } from '../../api/object.js';
import { containerMemory } from '../../spark/memory.js';
import { resourceType } from '../../spark/driver-pod.js';
import { submissionOf } from './submission.js';
import { defaultedSpec } from './defaulter.js';
import type { ScheduledSparkApplication, SparkApplication, SparkApplicationSpec } from './types.js';

/** The hints about an object; none for other kinds. */
export function sparkHints(object: KubeObject): readonly string[] {
  if (object.apiVersion !== 'sparkoperator.k8s.io/v1beta2') return [];
  if (object.kind === 'SparkApplication') return hintsOf(object as unknown as SparkApplication);
  if (object.kind !== 'ScheduledSparkApplication') return [];
  const { metadata, spec } = object as unknown as ScheduledSparkApplication;
  return [
    ...((spec.concurrencyPolicy ?? '') === ''
      ? [
          'without concurrencyPolicy no run is started while an earlier one is there, even one that is over: set Allow, Forbid or Replace',
        ]
      : []),
    ...hintsOf({ metadata, spec: spec.template }),
  ];
}

function hintsOf(given: SparkApplication): readonly string[] {
  const app = { ...given, spec: defaultedSpec(given.spec) };
  const { spec } = app;
  return [
    ...submissionHints(app),
    ...accountHints(app),
    ...schedulerHints(spec),
    ...(spec.monitoring === undefined
      ? []
      : ['monitoring is not simulated: no config map of Prometheus is made, nothing is scraped']),
    ...(spec.driver.gpu === undefined && spec.executor.gpu === undefined ? [] : gpuHints(spec)),
  ];
}

function submissionHints(app: SparkApplication): readonly string[] {
  const { spec } = app;
  const submission = submissionOf(app, '');
  if (typeof submission === 'string') return [`its submission fails: ${submission}`];
  const conf = { ...submission.conf };
  const sizes = (['driver', 'executor'] as const).flatMap(role => {
    const memory = containerMemory(conf, role);
    return memory.isOk ? [] : [`${role}: ${lastLine(memory.error)}: write 512m or 4g, not 4Gi`];
  });
  const needsClass = resourceType(spec.mainApplicationFile ?? '') === 'java';
  return [
    ...sizes,
    ...(needsClass && (spec.mainClass ?? '') === '' ? ['a jar needs mainClass'] : []),
    ...(spec.mode === 'client'
      ? ['mode client runs the driver in the operator: that is not simulated, the submission fails']
      : []),
  ];
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

function accountHints({ metadata, spec }: SparkApplication): readonly string[] {
  const { namespace = 'default' } = metadata;
  const account = spec.driver.serviceAccount ?? spec.driver.template?.spec?.serviceAccountName;
  const foreign =
    namespace === 'default'
      ? []
      : [
          `the chart watches the namespace default only, unless spark.jobNamespaces names ${namespace}; here all are watched, but ${namespace} has no account spark-operator-spark unless you make one`,
        ];
  return account === undefined
    ? [
        ...foreign,
        'driver: without serviceAccount it runs as default, which may not create executors: it fails at its start',
      ]
    : foreign;
}

function schedulerHints({ batchScheduler }: SparkApplicationSpec): readonly string[] {
  if (batchScheduler === undefined || batchScheduler === '') return [];
  return [
    `batchScheduler ${batchScheduler}: the chart leaves batch schedulers off; the pods only ask for a scheduler of this name, and stay Pending without it`,
  ];
}

function gpuHints({ sparkConf = {} }: SparkApplicationSpec): readonly string[] {
  const isTold = Object.keys(sparkConf).some(key => key.includes('.resource.gpu.'));
  return isTold
    ? [
        'gpu and spark.*.resource.gpu ask for the same devices: the webhook writes the limit of gpu over the other',
      ]
    : [];
}
