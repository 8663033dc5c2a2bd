/** SEA006: the API server does not take the object. */
import type { Rule } from '../rule.js';

/** The rule. */
export const serverRefuses: Rule = {
  id: 'SEA006',
  name: 'server-refuses',
  severity: 'error',
  title:
    'The API server refuses the object: its schema, its validation or admission has something against it.',
  why: 'kubectl apply prints this very message, and the object is not there.',
  fix: 'change the field as the message says',
  source:
    'seatrial: the simulated API server of Kubernetes 1.36 was asked with fieldValidation=Strict, as kubectl does',
  *find({ trial }) {
    for (const { entry, path, message, next } of trial.refusals) {
      yield { entry, path, message, subject: message, ...(next !== undefined && { fix: next }) };
    }
  },
};
