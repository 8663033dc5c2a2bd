/** The CRDs of the operator. @upstream kubeflow/spark-operator config/crd/bases (v2.5.2) */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { group } from './keys.js';
import { applicationSpec, applicationStatus, scheduledSpec, scheduledStatus } from './schemas.js';

/** Groups of Kubernetes's own domain need a word from it. */
const approval = 'https://github.com/kubeflow/spark-operator/pull/1298';

/** Both definitions. */
export function definitions(): readonly KubeObject[] {
  return parts().map(object => ({
    ...object,
    metadata: { ...object.metadata, annotations: { 'api-approved.kubernetes.io': approval } },
  }));
}

function parts(): readonly KubeObject[] {
  return [
    definition({
      group,
      version: 'v1beta2',
      kind: 'SparkApplication',
      plural: 'sparkapplications',
      singular: 'sparkapplication',
      shortNames: ['sparkapp'],
      spec: applicationSpec(),
      status: applicationStatus(),
      required: ['metadata', 'spec'],
      columns: [
        { name: 'Suspend', type: 'boolean', jsonPath: '.spec.suspend' },
        { name: 'Status', type: 'string', jsonPath: '.status.applicationState.state' },
        { name: 'Attempts', type: 'string', jsonPath: '.status.executionAttempts' },
        { name: 'Start', type: 'string', jsonPath: '.status.lastSubmissionAttemptTime' },
        { name: 'Finish', type: 'string', jsonPath: '.status.terminationTime' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    }),
    definition({
      group,
      version: 'v1beta2',
      kind: 'ScheduledSparkApplication',
      plural: 'scheduledsparkapplications',
      singular: 'scheduledsparkapplication',
      shortNames: ['scheduledsparkapp'],
      spec: scheduledSpec(),
      status: scheduledStatus(),
      required: ['metadata', 'spec'],
      columns: [
        { name: 'Schedule', type: 'string', jsonPath: '.spec.schedule' },
        { name: 'TimeZone', type: 'string', jsonPath: '.spec.timeZone' },
        { name: 'Suspend', type: 'string', jsonPath: '.spec.suspend' },
        { name: 'Last Run', type: 'date', jsonPath: '.status.lastRun' },
        { name: 'Last Run Name', type: 'string', jsonPath: '.status.lastRunName' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    }),
  ];
}
