/** Labels, annotations and finalizers of Kueue. @upstream kueue v0.19.2 pkg/controller/constants */

/** The names by which Kueue's objects hang together. */
export const keys = {
  queue: 'kueue.x-k8s.io/queue-name',
  priorityClass: 'kueue.x-k8s.io/priority-class',
  maxExecutionSeconds: 'kueue.x-k8s.io/max-exec-time-seconds',
  jobUid: 'kueue.x-k8s.io/job-uid',
  podSet: 'kueue.x-k8s.io/podset',
  clusterQueue: 'kueue.x-k8s.io/cluster-queue-name',
  localQueue: 'kueue.x-k8s.io/local-queue-name',
  workload: 'kueue.x-k8s.io/workload',
  stopping: 'kueue.x-k8s.io/stopping',
  inUse: 'kueue.x-k8s.io/resource-in-use',
  elastic: 'kueue.x-k8s.io/elastic-job',
  minParallelism: 'kueue.x-k8s.io/job-min-parallelism',
  completionsEqualParallelism: 'kueue.x-k8s.io/job-completions-equal-parallelism',
} as const;
