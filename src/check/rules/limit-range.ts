/** SEA402: containers are outside of the bounds of a LimitRange. */
import { podRefusals } from '../pod-refusals.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const limitRange: Rule = {
  id: 'SEA402',
  name: 'limit-range',
  severity: 'error',
  title: 'Requests or limits are outside of the bounds of a LimitRange.',
  why: 'Each of the pods is refused. The workload itself is created without a word.',
  fix: 'bring them within the bounds',
  source: 'https://kubernetes.io/docs/concepts/policy/limit-range/',
  find: survey => podRefusals(survey, /(maximum|minimum) \S+ usage per|max limit to request ratio/),
};
