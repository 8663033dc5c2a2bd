/** SEA007: the API server takes the object with a warning. */
import type { Rule } from '../rule.js';
import { isRecord } from '../../../sim/api/equality.js';
import { operators } from '../../../sim/operators/index.js';
import type { Entry } from '../entry.js';

/** The rule. */
export const serverWarns: Rule = {
  id: 'SEA007',
  name: 'server-warns',
  severity: 'warning',
  title: 'The API server, or the operator of the kind, warns about the object.',
  why: 'It is created, but a field is deprecated, has no effect, or does not do what one would think.',
  fix: 'change what the warning names',
  source: 'https://kubernetes.io/blog/2020/09/03/warnings/',
  *find({ trial, entries }) {
    for (const { entry, message } of trial.warnings) {
      // What it warns of pod security is told by the rule about it.
      if (message.startsWith('would violate PodSecurity')) continue;
      yield { entry, path: [], message, subject: message };
    }
    // Hints take objects as their schema says, and only those of their operator's groups.
    const refused = new Set([
      ...trial.refusals.map(each => each.entry),
      ...trial.unserved,
      ...trial.undefinedKinds,
    ]);
    for (const entry of entries) {
      if (entry.isBroken || refused.has(entry) || isBare(entry)) continue;
      for (const { name, hints } of Object.values(operators)) {
        for (const hint of hints?.(entry.object) ?? []) {
          yield { entry, path: [], severity: 'info', message: `${name}: ${hint}`, subject: hint };
        }
      }
    }
  },
};

/** Most schemas ask for no spec, and a null is pruned: of such an object there is nothing to tell. */
const isBare = ({ isBuiltIn, object }: Entry): boolean => !isBuiltIn && !isRecord(object['spec']);
