/** Ways through the graph of a predictor. */
import type { Container } from '../../api/kinds/core.js';
import type { PredictiveUnit, PredictorSpec } from './types.js';

/** Implementations that need no server of their own. */
const builtIn = [
  'SIMPLE_MODEL',
  'SIMPLE_ROUTER',
  'RANDOM_ABTEST',
  'AVERAGE_COMBINER',
  'UNKNOWN_IMPLEMENTATION',
];

/** All units, each before its children. */
export function unitsOf(unit: PredictiveUnit): readonly PredictiveUnit[] {
  return [unit, ...(unit.children ?? []).flatMap(unitsOf)];
}

/** The unit of that name. */
export function unitNamed(unit: PredictiveUnit, name: string): PredictiveUnit | undefined {
  return unitsOf(unit).find(one => one.name === name);
}

/** The container that serves a unit. */
export function containerOf(predictor: PredictorSpec, unit: string): Container | undefined {
  return (predictor.componentSpecs ?? [])
    .flatMap(({ spec }) => spec.containers)
    .find(({ name }) => name === unit);
}

/** Whether a unit is served by a server that Seldon Core brings. */
export function isPrepackaged({ implementation = '' }: PredictiveUnit): boolean {
  return implementation !== '' && !builtIn.includes(implementation);
}
