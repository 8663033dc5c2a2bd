/** The Job that trains a version anew: as a platform team writes it, for any level of pod security. */
import type { Job } from '../../../sim/api/kinds/batch.js';
import { entryMarks } from '../../models/registry/entry.js';
import type { TrialPayments } from './trial-payments.js';

/** Says of which model a Job trains a version. */
export const retrainingLabel = 'seatrial.dev/retraining-of';

/** A training that is wanted. */
export interface Retraining {
  readonly namespace: string;
  /** Of the model. */
  readonly name: string;
  /** `v2`. */
  readonly version: string;
  /** From 0. */
  readonly attempt: number;
}

/** `fraud-retraining-v2-0`. */
export function retrainingName({ name, version, attempt }: Retraining): string {
  return `${name}-retraining-${version}-${attempt}`;
}

/** The Job; it trains on the payments as they are when it is created. */
export function retrainingJob(wanted: Retraining, payments: TrialPayments): Job {
  const { namespace, name, version } = wanted;
  const labels = { [retrainingLabel]: name, [entryMarks.version]: version.slice(1) };
  const { concept, amountFactor, pipeline } = payments;
  const annotations = { concept: String(concept), amountFactor: String(amountFactor), pipeline };
  return {
    metadata: { namespace, name: retrainingName(wanted), labels, annotations },
    spec: {
      backoffLimit: 2,
      template: {
        metadata: { labels: { [retrainingLabel]: name } },
        spec: {
          restartPolicy: 'Never',
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'trainer',
              image: 'registry.example/trainer:1',
              command: ['sleep', '45'],
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
              },
              resources: { requests: { cpu: '100m', memory: '64Mi' } },
            },
          ],
        },
      },
    },
  };
}
