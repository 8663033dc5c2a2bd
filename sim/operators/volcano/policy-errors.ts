/** What is wrong with policies. @upstream volcano v1.15.1 pkg/webhooks/admission/jobs/validate/util.go */
import { invalid, printedError } from '../../api/field-error.js';
import { eventsOf } from './policies.js';
import type { LifecyclePolicy } from './types.js';

const validEvents = [
  ...['*', 'PodFailed', 'PodEvicted', 'PodPending', 'Unknown', 'TaskCompleted', 'TaskFailed'],
  'JobUpdated',
];
const validActions = [
  ...['AbortJob', 'RestartJob', 'RestartTask', 'RestartPod', 'RestartPartition', 'TerminateJob'],
  ...['CompleteJob', 'ResumeJob'],
];

/** The refusal of these policies, with what would be taken; '' for none. Upstream lists it in any order. */
export function policyErrors(policies: readonly LifecyclePolicy[], path: string): string {
  const errors = errorsOf(policies, path);
  if (errors.length === 0) return '';
  const plural = errors.length === 1 ? '1 error' : `${errors.length} errors`;
  const points = errors.map(error => `* ${error}`).join('\n\t');
  const lists = `valid events are [${validEvents.join(' ')}], valid actions are [${validActions.join(' ')}];`;
  return `${plural} occurred:\n\t${points}\n\n ${lists}`;
}

function errorsOf(policies: readonly LifecyclePolicy[], path: string): readonly string[] {
  const events = new Set<string>();
  const exitCodes = new Set<number>();
  const errors: string[] = [];
  for (const policy of policies) {
    const error = errorOf(policy, { path, events, exitCodes });
    if (error === undefined) continue;
    errors.push(error);
    break;
  }
  if (events.has('*') && events.size > 1) {
    errors.push("if there's * here, no other policy should be here");
  }
  return errors;
}

function errorOf(
  policy: LifecyclePolicy,
  known: {
    readonly path: string;
    readonly events: Set<string>;
    readonly exitCodes: Set<number>;
  },
): string | undefined {
  const { exitCode, action = '' } = policy;
  const events = [...new Set(eventsOf(policy))];
  if (events.length > 0 && exitCode !== undefined) {
    return 'must not specify event and exitCode simultaneously';
  }
  if (exitCode !== undefined) {
    if (exitCode === 0) return '0 is not a valid error code';
    if (known.exitCodes.has(exitCode)) return `duplicate exitCode ${exitCode}`;
    known.exitCodes.add(exitCode);
    return undefined;
  }
  if (events.length === 0) return 'either event and exitCode should be specified';
  for (const event of events) {
    if (!validEvents.includes(event)) {
      return printedError(invalid(known.path, event, 'invalid policy event'));
    }
    if (!validActions.includes(action)) {
      return printedError(invalid(known.path, action, 'invalid policy action'));
    }
    if (known.events.has(event)) return `duplicate event ${event}  across different policy`;
    known.events.add(event);
  }
  return undefined;
}
