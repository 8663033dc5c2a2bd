/** The labels and names of the operator. @upstream kubeflow/spark-operator pkg/common/spark.go */

const prefix = 'sparkoperator.k8s.io/';

/** Labels of the pods that are launched by it, and of its own objects. */
export const keys = {
  appName: `${prefix}app-name`,
  launched: `${prefix}launched-by-spark-operator`,
  mutated: `${prefix}mutated-by-spark-operator`,
  scheduledAppName: `${prefix}scheduled-app-name`,
  submissionId: `${prefix}submission-id`,
} as const;

/** The group of its kinds. */
export const group = 'sparkoperator.k8s.io';

/** Volumes of this name are given to Spark, which spills to them. */
export const localVolumePrefix = 'spark-local-dir-';

/** How long a driver's pod may be missing after it was submitted. */
export const driverGraceMs = 10_000;

/** Executors of higher numbers are not told of in the status. */
export const trackedExecutorsMax = 1_000;
