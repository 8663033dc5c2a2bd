/** The modelled operators. */
import { kserve } from './kserve.js';
import type { Operator } from './operator.js';
import { trainingOperator } from './training-operator.js';

/** All modelled operators, by name. */
export const operators: Readonly<Record<string, Operator>> = {
  [kserve.name]: kserve,
  [trainingOperator.name]: trainingOperator,
};
