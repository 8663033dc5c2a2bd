/** The lane of ready replicas, by Deployment and StatefulSet. */
import type { Lane, Line } from './lanes.js';
import type { Scene, SceneObject } from './scene.js';

const linesMax = 6;

/** Those that were scaled or lost replicas; where none did, those that have some. Undefined without any. */
export function replicaLane({ objects }: Scene, durationMs: number): Lane | undefined {
  const sets = objects.filter(({ states }) => states.some(({ desired = 0 }) => desired > 0));
  const scaled = sets.filter(set => sizes(set) > 1 || hasLost(set));
  const chosen = scaled.length > 0 ? scaled : sets;
  if (chosen.length === 0) return undefined;
  const shown = [...chosen].sort((a, b) => b.states.length - a.states.length).slice(0, linesMax);
  const others = chosen.length - shown.length;
  const still = sets.length - chosen.length;
  const notes = [
    ...(still > 0 ? [`${still} that kept their replicas are left out`] : []),
    ...(others > 0 ? [`${others} more are left out`] : []),
  ];
  return {
    title: 'Ready replicas',
    unit: '',
    lines: shown.map(set => lineOf(set, durationMs)),
    ...(notes.length > 0 && { note: notes.join('; ') }),
  };
}

function sizes({ states }: SceneObject): number {
  return new Set(states.flatMap(({ desired = 0 }) => (desired > 0 ? [desired] : []))).size;
}

/** Whether fewer were ready after all of them had been. */
function hasLost({ states }: SceneObject): boolean {
  const whole = states.findIndex(({ ready = 0, desired = 0 }) => desired > 0 && ready >= desired);
  return whole >= 0 && states.slice(whole).some(({ ready = 0, desired = 0 }) => ready < desired);
}

function lineOf({ namespace, name, states }: SceneObject, untilMs: number): Line {
  const all = states.map(
    ({ ms, state, ready = 0 }) => [ms, state === null ? null : ready] as const,
  );
  const points = all.filter(([, value], index) => index === 0 || all[index - 1]?.[1] !== value);
  return { name: `${namespace ?? ''}/${name}`, points, untilMs };
}
