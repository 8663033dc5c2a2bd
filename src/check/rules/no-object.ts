/** SEA002: a document of the folder is no Kubernetes object. */
import { placeEntry } from '../place-entry.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const noObject: Rule = {
  id: 'SEA002',
  name: 'no-object',
  severity: 'info',
  title: 'A document has no apiVersion or kind: it is left out.',
  why: 'Files of other programs (Helm values, compose files) often lie beside manifests. kubectl would stop at them.',
  fix: 'move it out of the folder, or add apiVersion and kind if it is meant to be an object',
  source: 'kubectl apply',
  *find({ unread }) {
    for (const { place, reason, kind } of unread) {
      if (kind !== 'no-object') continue;
      const message = reason.replace(
        /^(apiVersion|kind): is not set$/,
        'left out: it has no $1, and is of another program (Helm values, a compose file)',
      );
      yield { entry: placeEntry(place), path: [], message };
    }
  },
};
