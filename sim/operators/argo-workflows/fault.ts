/** What keeps a step from running, while its Workflow is looked at. */

/** What becomes of the Workflow: an error, or a later look. @upstream workflow/controller/operator.go ErrTimeout and its like */
export type FaultKind =
  'error' | 'parallelism' | 'depth' | 'timeout' | 'transient' | 'unresolved' | 'not-found';

/** Thrown by what computes and caught by what decides. */
export class WorkflowFault extends Error {
  constructor(
    message: string,
    readonly kind: FaultKind = 'error',
  ) {
    super(message);
  }
}

/** What came of something: its value, or why there is none. */
export type Attempt<T> = { readonly value: T } | { readonly fault: WorkflowFault };

/** Tries it. */
export function attempt<T>(what: () => T): Attempt<T> {
  try {
    return { value: what() };
  } catch (error) {
    if (error instanceof WorkflowFault) return { fault: error };
    throw error;
  }
}
