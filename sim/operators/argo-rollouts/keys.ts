/** The names that the controller writes. @upstream argo-rollouts pkg/apis/rollouts/v1alpha1/types.go, utils/annotations/annotations.go */

/** The group of the kinds. */
export const group = 'argoproj.io';
/** Their group and version. */
export const groupVersion = `${group}/v1alpha1`;

const prefix = 'rollout.argoproj.io';

/** Labels and annotations. */
export const keys = {
  /** On sets, pods and analyses, and in the selectors of Services. */
  hash: 'rollouts-pod-template-hash',
  deadline: 'scale-down-deadline',
  managedBy: 'argo-rollouts.argoproj.io/managed-by-rollouts',
  instanceId: 'argo-rollouts.argoproj.io/controller-instance-id',
  revision: `${prefix}/revision`,
  revisionHistory: `${prefix}/revision-history`,
  desiredReplicas: `${prefix}/desired-replicas`,
  workloadGeneration: `${prefix}/workload-generation`,
  ephemeral: `${prefix}/ephemeral-metadata`,
  rolloutType: 'rollout-type',
  stepIndex: 'step-index',
  runName: 'analysisrun.argoproj.io/name',
  runNamespace: 'analysisrun.argoproj.io/namespace',
  runMetric: 'analysisrun.argoproj.io/metric-name',
  runUid: 'analysisrun.argoproj.io/uid',
} as const;
