/** What a program cannot work with ends it, with the reason in its log: its configuration is a user's. */
import type { ContainerContext } from '../../../sim/workloads/workload.js';
import { UserError } from '../../input/errors.js';

/** Runs the action; an error that a user caused is logged, and the container ends with 1. */
export function guarded<T>(context: ContainerContext, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { next } = error.details;
    context.log(next === undefined ? error.message : `${error.message}; ${next}`);
    context.terminationMessage(error.message);
    context.exit(1);
    return undefined;
  }
}
