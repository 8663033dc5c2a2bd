/** The modelled operators. */
import type { Operator } from './operator.js';
import { trainingOperator } from './training-operator.js';

/** All modelled operators, by name. */
export const operators: Readonly<Record<string, Operator>> = {
  [trainingOperator.name]: trainingOperator,
};
