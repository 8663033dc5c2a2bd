/**
 * Defects that tests plant in the simulation, to see that the laws find them. They stand where a real
 * component would have them, each behind one line, and are out of a user's reach: `boot` plants what its
 * options say, and no command and no configuration sets them.
 */

/** A defect, and what is wrong with it. */
export const plantedFaults = {
  'fit-ignores-gpus': 'the scheduler does not count GPUs when it looks whether a pod fits',
  'hpa-without-stabilisation': 'the autoscaler forgets its recommendations of the last minutes',
  'policy-forgets-a-port': 'the policy evaluator takes the first port of a rule for all of them',
  'device-reused-too-early': 'the kubelet gives a device on while its last holder still runs',
  'quota-counted-late':
    'admission looks at the quota that the controller last counted, and books nothing',
  'gc-ignores-block-owner':
    'the garbage collector deletes an owner before the dependents that block it',
  'operator-reads-stale':
    'the training operator lets the API server name pods, and does not wait to see those it has made',
  'budget-ignored': 'the eviction API does not look at disruption budgets',
  'canary-weight-rounded-away': 'the gateway keeps the weights of backends in whole tenths',
  'promoted-by-accuracy': 'models are compared by accuracy, where hardly any payment is a fraud',
  'kubernetes-108645':
    'https://github.com/kubernetes/kubernetes/issues/108645: pods of a Job that is gone keep its finalizer (fixed by #108752)',
  'kubernetes-46087':
    'https://github.com/kubernetes/kubernetes/pull/46087: a kubelet that starts again counts no GPU as in use',
  'kubernetes-50442':
    'https://github.com/kubernetes/kubernetes/issues/50442: a quota controller that takes over counts before its caches are filled',
} as const;

/** The name of a defect. */
export type PlantedFault = keyof typeof plantedFaults;

let active: ReadonlySet<PlantedFault> | undefined;

/** Plants these, and no others: the whole process has one set, that of the cluster that was booted last. */
export function plant(faults: readonly PlantedFault[]): void {
  active = faults.length === 0 ? undefined : new Set(faults);
}

/** Whether the defect is planted. */
export function planted(fault: PlantedFault): boolean {
  return active !== undefined && active.has(fault);
}
