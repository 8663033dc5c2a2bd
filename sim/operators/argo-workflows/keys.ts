/** The names that Argo Workflows gives to things. @upstream workflow/common/common.go */

/** Its API group, which it shares with the other projects of Argo. */
export const group = 'argoproj.io';
/** The version of all its kinds. */
export const groupVersion = `${group}/v1alpha1`;

const own = 'workflows.argoproj.io';

/** Labels and annotations. */
export const keys = {
  workflow: `${own}/workflow`,
  completed: `${own}/completed`,
  phase: `${own}/phase`,
  onExit: `${own}/on-exit`,
  instanceId: `${own}/controller-instanceid`,
  component: `${own}/component`,
  nodeId: `${own}/node-id`,
  nodeName: `${own}/node-name`,
  nodeType: `${own}/node-type`,
  nodeStartTime: `${own}/node-start-time`,
  podNameFormat: `${own}/pod-name-format`,
  podGcStrategy: `${own}/pod-gc-strategy`,
  progress: `${own}/progress`,
  scheduledTime: `${own}/scheduled-time`,
  cronWorkflow: `${own}/cron-workflow`,
  cronCompleted: 'cronworkflows.argoproj.io/completed',
  reported: `${own}/report-outputs-completed`,
  defaultContainer: 'kubectl.kubernetes.io/default-container',
} as const;

/** Where the controller is installed. */
export const controllerNamespace = 'argo';

/** The executor's image, as the controller of this version names it. */
export const executorImage = 'quay.io/argoproj/argoexec:v3.7.18';
