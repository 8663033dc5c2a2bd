/** SEA006: the API server does not take the object. */
import { kubernetesVersion } from '../../version.js';
import type { Rule } from '../rule.js';

const version = kubernetesVersion.replace(/^v(\d+\.\d+).*/, '$1');

/** The rule. */
export const serverRefuses: Rule = {
  id: 'SEA006',
  name: 'server-refuses',
  severity: 'error',
  title:
    'The API server refuses the object: its schema, its validation or admission has something against it.',
  why: 'kubectl apply prints this very message, and the object is not there.',
  fix: `change what the message names: it is the word of Kubernetes ${version}`,
  source: `seatrial: the simulated API server of Kubernetes ${version} was asked with fieldValidation=Strict, as kubectl does`,
  *find({ trial }) {
    for (const { entry, path, message, next } of trial.refusals) {
      // What is against the value, the message has said.
      const short = next?.replace(/^(change [^:]+): .*$/s, '$1');
      const fix = short === undefined ? undefined : `${short} (Kubernetes ${version} was asked)`;
      yield { entry, path, message, subject: message, ...(fix !== undefined && { fix }) };
    }
  },
};
