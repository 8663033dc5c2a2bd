/** What the author of an MPIJob v2beta1 should know before it runs. */
import { printedError } from '../../api/field-error.js';
import type { KubeObject } from '../../api/object.js';
import { withDefaults, type MpiJob } from './types.js';
import { mpiJobErrors } from './validation.js';

/** The hints about an object; none for other kinds. */
export function mpiJobHints(object: KubeObject): readonly string[] {
  if (object.kind !== 'MPIJob' || object.apiVersion !== 'kubeflow.org/v2beta1') return [];
  const job = withDefaults(object as unknown as MpiJob);
  const errors = mpiJobErrors(job).map(
    error => `the operator only tells it in an event and does nothing: ${printedError(error)}`,
  );
  const worker = job.spec.mpiReplicaSpecs?.['Worker'];
  const containers = worker?.template?.spec?.containers ?? [];
  const hasCommand = (containers[0]?.command ?? []).length > 0;
  return [
    ...errors,
    ...(hasCommand
      ? [
          'Worker: its command replaces sshd, without which the launcher cannot start processes there; leave it out',
        ]
      : []),
  ];
}
