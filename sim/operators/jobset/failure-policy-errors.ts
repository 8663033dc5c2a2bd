/** What is wrong with a failure policy. @upstream jobset pkg/webhooks/jobset_webhook.go */
import { internalError, type FieldError } from '../../api/field-error.js';
import type { FailurePolicy, FailureRule } from './types.js';

const nameMax = 128;
const namePattern = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const reasons = [
  'BackoffLimitExceeded',
  'DeadlineExceeded',
  'FailedIndexes',
  'MaxFailedIndexesExceeded',
  'PodFailurePolicy',
];

/** The errors; those of a gate that is off stand alone. */
export function failurePolicyErrors(
  { rules = [] }: FailurePolicy,
  names: ReadonlySet<string>,
): readonly FieldError[] {
  if (rules.some(({ action }) => action.startsWith('RestartJob') && !isOfSet(action))) {
    return [
      plain(
        'RestartJob and RestartJobAndIgnoreMaxRestarts failure policy actions are not allowed when RestartJob feature gate is disabled',
      ),
    ];
  }
  return [...rules.flatMap(rule => ruleErrors(rule, names)), ...twinErrors(rules)];
}

function isOfSet(action: string): boolean {
  return action.startsWith('RestartJobSet');
}

function ruleErrors(rule: FailureRule, names: ReadonlySet<string>): readonly FieldError[] {
  const { name = '', targetReplicatedJobs: targets = [], onJobFailureReasons = [] } = rule;
  const isOfLength = name.length >= 1 && name.length <= nameMax;
  return [
    ...(isOfLength
      ? []
      : [
          `invalid failure policy rule name of length ${name.length}, the rule name must be at least 1 characters long and at most ${nameMax} characters long`,
        ]),
    ...(namePattern.test(name)
      ? []
      : [
          `invalid failure policy rule name '${name}', a failure policy rule name must start with an alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'`,
        ]),
    ...targets
      .filter(target => !names.has(target))
      .map(
        target =>
          `invalid replicatedJob name '${target}' in failure policy does not appear in .spec.ReplicatedJobs`,
      ),
    ...onJobFailureReasons
      .filter(reason => !reasons.includes(reason))
      .map(
        reason =>
          `invalid job failure reason '${reason}' in failure policy is not a recognized job failure reason`,
      ),
  ].map(plain);
}

function twinErrors(rules: readonly FailureRule[]): readonly FieldError[] {
  const all = [...new Set(rules.map(({ name = '' }) => name))];
  return all.flatMap(name => {
    const indices = rules.flatMap((rule, index) => ((rule.name ?? '') === name ? [index] : []));
    if (indices.length < 2) return [];
    const told = `[${indices.join(' ')}]`;
    return [
      plain(
        `rule names are not unique, rules with indices ${told} all have the same name '${name}'`,
      ),
    ];
  });
}

function plain(text: string): FieldError {
  return internalError('<nil>', text);
}
