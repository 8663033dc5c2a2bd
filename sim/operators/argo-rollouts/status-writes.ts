/** Writes of a Rollout in the middle of a pass. @upstream argo-rollouts rollout/sync.go */
import type { Reconciliation } from '../../client/contract.js';
import { call, update } from '../../client/requests.js';
import { patchStatus } from '../keda/merge-patch.js';
import { conditionOf, withCondition, without } from './conditions.js';
import { statusOf } from './defaults.js';
import { keys } from './keys.js';
import { phaseOf } from './phase.js';
import { asWritten, withTemplateOf } from './resolved.js';
import type { Failure, RolloutState } from './state.js';
import { rollouts, type Rollout, type RolloutCondition, type RolloutStatus } from './types.js';

/** Keeps the number of the template in the Rollout's annotations. @upstream setRolloutRevision */
export function* writeRevision(state: RolloutState, revision: string): Reconciliation<Failure> {
  const { rollout } = state;
  const { annotations } = rollout.metadata;
  if (annotations?.[keys.revision] === revision) return undefined;
  const metadata = {
    ...rollout.metadata,
    annotations: { ...annotations, [keys.revision]: revision },
  };
  const answer = yield* call(update(rollouts, asWritten({ ...rollout, metadata })));
  if (!answer.isOk) return answer.message;
  wasWritten(state, answer.object);
  state.tell('RolloutUpdated', `Rollout updated to revision ${revision}`);
  return undefined;
}

/** Replaces the status. */
export function* writeStatus(state: RolloutState, status: RolloutStatus): Reconciliation<Failure> {
  const { rollout } = state;
  const whole = { canary: {}, blueGreen: {}, ...status };
  const answer = yield* call(update(rollouts, asWritten({ ...rollout, status: whole }), 'status'));
  if (!answer.isOk) return answer.message;
  wasWritten(state, answer.object);
  return undefined;
}

/** Puts a condition into the stored status at once. */
export function* writeCondition(
  state: RolloutState,
  condition: RolloutCondition,
): Reconciliation<Failure> {
  const status = statusOf(state.rollout);
  const conditions = withCondition(status.conditions, condition);
  return yield* writeStatus(state, { ...status, conditions });
}

/** Puts conditions into the status, and the phase that they make. @upstream patchCondition */
export function* patchConditions(
  state: RolloutState,
  status: RolloutStatus,
  added: readonly RolloutCondition[],
): Reconciliation<Failure> {
  let { conditions = [] } = status;
  for (const condition of added) conditions = withCondition(conditions, condition);
  const { generation = 0 } = state.rollout.metadata;
  const next = { ...status, conditions, observedGeneration: String(generation) };
  return yield* patchTo(state, { ...next, ...phaseOf(state.rollout.spec, next) });
}

/** Patches the status to be this one. */
export function* patchTo(state: RolloutState, status: RolloutStatus): Reconciliation<Failure> {
  const { rollout } = state;
  const before = statusOf(rollout);
  const present = { ...rollout, status: { ...tidied(before), ...structsOf(before) } };
  const answer = yield* patchStatus(rollouts, present, { ...tidied(status), ...structsOf(status) });
  if (!answer.isOk) return answer.message;
  if (answer.object !== present) wasWritten(state, answer.object);
  return undefined;
}

/** What cannot be left out in Go, and so never differs for being empty. */
function structsOf({ canary = {}, blueGreen = {} }: RolloutStatus) {
  return { canary: tidied(canary), blueGreen: tidied(blueGreen) };
}

const kept: ReadonlySet<string> = new Set(['currentStepIndex', 'collisionCount']);

/** Without what Go leaves out: zeros, texts and lists that are empty. */
function tidied<T extends object>(value: T): T {
  const entries = Object.entries(value).filter(([name, item]: [string, unknown]) => {
    if (item === undefined) return false;
    if (Array.isArray(item)) return item.length > 0;
    return kept.has(name) || (item !== 0 && item !== '' && item !== false);
  });
  return Object.fromEntries(entries) as T;
}

/** The pass goes on with what was written. */
function wasWritten(state: RolloutState, written: Rollout): void {
  state.rollout = withTemplateOf(state.rollout, written);
  state.hasWritten = true;
}

/** Says that the spec cannot be used, and why. @upstream createInvalidRolloutCondition */
export function* writeInvalid(state: RolloutState, problem: string): Reconciliation<Failure> {
  const status = statusOf(state.rollout);
  const message = `The Rollout "${state.name}" is invalid: ${problem}`;
  const known = status.conditions?.find(({ type }) => type === 'InvalidSpec');
  const isSeen = status.observedGeneration === String(state.rollout.metadata.generation ?? 0);
  if (isSeen && known?.message === message) return undefined;
  const conditions =
    known !== undefined && known.message !== message
      ? without(status.conditions, 'InvalidSpec')
      : status.conditions;
  const condition =
    known?.message === message
      ? known
      : conditionOf(['InvalidSpec', 'True'], 'InvalidSpec', message, state.now);
  const base = conditions === undefined ? status : { ...status, conditions };
  return yield* patchConditions(state, base, [condition]);
}
