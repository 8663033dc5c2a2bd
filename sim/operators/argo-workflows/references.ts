/** Fills in what a step or a task refers to, once what it depends on is over. @upstream workflow/controller/steps.go resolveReferences */
import { attempt } from './fault.js';
import { isMany } from './expand.js';
import type { Operation } from './operation.js';
import type { Scope } from './scope.js';
import { substituted } from './substitution.js';
import type { Step } from './types.js';
import { shouldRun } from './when.js';

/** The step with everything filled in; one that will not run is left as it is, but for its condition. */
export function withReferences<S extends Step>(operation: Operation, step: S, scope: Scope): S {
  const names = scope.names(operation.globals);
  const { hooks, when = '', ...rest } = step;
  const kept = hooks === undefined ? {} : { hooks };
  if (when !== '') {
    const condition = substituted(when, names, 'outputs');
    const runs = attempt(() => shouldRun(condition));
    // The condition may be about items, which are not known yet.
    if ('fault' in runs && !isMany(step)) throw runs.fault;
    if ('value' in runs && !runs.value) return { ...step, when: condition };
  }
  const marked = scope.withAbsent(step.arguments);
  const open = { ...rest, when, ...(marked !== undefined && { arguments: marked }) };
  const filled = substituted(open, names, 'outputs');
  const args = scope.artifactsOf(filled.arguments, false);
  return { ...filled, ...(args !== undefined && { arguments: args }), ...kept } as unknown as S;
}
