/** Compares a replayed state with the recorded one, and names the first difference. */
import { compareText } from '../../../../sim/api/go-text.js';
import type { Names } from './names.js';
import type { Projected, ProjectedEvent, Scenario, Step } from './scenario.js';

type Json = Readonly<Record<string, unknown>>;

/** The first difference between two lists of objects, or undefined. */
export function differenceOfObjects(
  recorded: readonly Projected[],
  replayed: readonly Projected[],
  names: Names,
): string | undefined {
  const left = recorded.map(object => JSON.parse(names.recorded(object)) as Json);
  const right = replayed.map(object => JSON.parse(names.replayed(object)) as Json);
  const unmatched = [...right];
  const missing: Json[] = [];
  for (const object of left) {
    const index = unmatched.findIndex(other => difference(object, other, '') === undefined);
    if (index >= 0) unmatched.splice(index, 1);
    else missing.push(object);
  }
  const [first] = missing;
  if (first === undefined) {
    return unmatched[0] && `unexpected ${titleOf(unmatched[0])} ${JSON.stringify(unmatched[0])}`;
  }
  const similar = unmatched.find(other => titleOf(other) === titleOf(first));
  if (similar === undefined) return `missing ${titleOf(first)} ${JSON.stringify(first)}`;
  return `${titleOf(first)}${difference(first, similar, '') ?? ''}`;
}

function titleOf(object: Json): string {
  return `${String(object['kind'])} ${String((object['metadata'] as Json)['name'])}`;
}

/** The first place where the values differ; `"*"` in the recorded one equals anything. */
export function difference(recorded: unknown, replayed: unknown, path: string): string | undefined {
  if (recorded === '*') return undefined;
  const [isLeft, isRight] = [isObject(recorded), isObject(replayed)];
  if (!isLeft || !isRight || Array.isArray(recorded) !== Array.isArray(replayed)) {
    if (recorded === replayed) return undefined;
    return ` ${path}: recorded ${JSON.stringify(recorded)}, replayed ${JSON.stringify(replayed)}`;
  }
  const [left, right] = [recorded as Json, replayed as Json];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of [...keys].sort(compareText)) {
    const found = difference(left[key], right[key], `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** The first difference between the events told since the step before, or undefined. */
export function differenceOfEvents(
  scenario: Scenario,
  step: Step,
  replayed: readonly ProjectedEvent[],
  names: Names,
): string | undefined {
  const left = step.expect.events.map(event => JSON.parse(names.recorded(event)) as ProjectedEvent);
  const right = replayed.map(event => JSON.parse(names.replayed(event)) as ProjectedEvent);
  const unmatched = [...right];
  for (const [position, event] of left.entries()) {
    const index = unmatched.findIndex(other => isSameEvent(event, other));
    if (index >= 0) unmatched.splice(index, 1);
    if (index >= 0 && standsForMany(step.expect.events[position])) {
      // Names without a number: the record tells such events once, however many there were.
      unmatched.splice(0, Infinity, ...unmatched.filter(other => !isSameEvent(event, other)));
    }
    if (index >= 0) continue;
    if (!isLeftOut(scenario, step, event)) {
      const near = unmatched.find(other => other.reason === event.reason);
      return `missing event ${textOf(event)}${near === undefined ? '' : `, there is ${textOf(near)}`}`;
    }
  }
  const many = manyIn(scenario).map(event => JSON.parse(names.recorded(event)) as ProjectedEvent);
  const extra = unmatched.find(event => {
    if (scenario.eventsVary === true && isToldSomewhere(scenario, event)) return false;
    if (many.some(known => isSameEvent(known, event))) return false;
    return !isLeftOut(scenario, step, event);
  });
  return extra === undefined ? undefined : `unexpected event ${textOf(extra)}`;
}

function standsForMany(event: ProjectedEvent | undefined): boolean {
  return event?.count === '*' && event.message.includes('{{suffix}}');
}

/** Whether the record tells events of this reason about this object. */
function isToldSomewhere({ steps }: Scenario, { reason, regarding }: ProjectedEvent): boolean {
  return steps
    .flatMap(step => step.expect.events)
    .some(event => event.reason === reason && event.regarding.kind === regarding.kind);
}

/** The events that the record tells once for all: a later one of them is nothing new there. */
function manyIn({ steps }: Scenario): readonly ProjectedEvent[] {
  return steps.flatMap(step => step.expect.events).filter(standsForMany);
}

function isLeftOut(scenario: Scenario, step: Step, event: ProjectedEvent): boolean {
  if (step.scalingVaries === true && event.reason === 'ScalingReplicaSet') return true;
  if (event.reason === 'RegisteredNode') return scenario.controller !== 'node-lifecycle';
  // It comes with the next round of a monitor whose phase the record does not tell.
  if (event.reason === 'RemovingNode') return !isToldSomewhere(scenario, event);
  // It names one of several budgets at random, so that records of it cannot agree.
  if (event.reason === 'MultiplePodDisruptionBudgets') return !isToldSomewhere(scenario, event);
  // Records of budgets tell all events of the pods' controllers, or none of them.
  const isOfOther = scenario.controller === 'disruption' && event.source !== 'controllermanager';
  if (isOfOther) return !isToldSomewhere(scenario, event);
  const isAggregate = event.message.startsWith('(combined from similar events)');
  return isAggregate && event.reason === 'FailedCreate';
}

function isSameEvent(recorded: ProjectedEvent, replayed: ProjectedEvent): boolean {
  const isCount = recorded.count === '*' || recorded.count === replayed.count;
  return (
    isCount && difference({ ...recorded, count: 0 }, { ...replayed, count: 0 }, '') === undefined
  );
}

function textOf({ type, reason, message, count, regarding, source }: ProjectedEvent): string {
  return `${type} ${reason} ${JSON.stringify(message)} x${count} on ${regarding.kind} ${regarding.name} by ${source}`;
}
