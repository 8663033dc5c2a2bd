/** Every mutation has its audit event. */
import { law, type Breach } from './law.js';
import { measured } from './story.js';

const mutating = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Judged for requests that were watched at the edge and succeeded; reading, and what was refused, is not. */
export const everyMutationAudited = law({
  name: 'every-mutation-audited',
  family: 'security',
  says: 'every request that changes something has its audit event',
  source: 'https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/',
  begin() {
    const breaches: Breach[] = [];
    let looked = 0;
    return {
      outcome(outcome) {
        if (outcome.kind !== 'access' || !mutating.includes(outcome.verb)) return;
        if (outcome.code >= 300) return;
        looked++;
        if (outcome.isAudited) return;
        const { timeMs, user, verb, resource, namespace, name, code } = outcome;
        const object = `${resource} ${namespace === '' ? '' : `${namespace}/`}${name}`;
        breaches.push({
          timeMs,
          what: `${user} did ${verb} ${object} and no audit event tells of it`,
          objects: [user, object],
          evidence: [measured(timeMs, `${user} ${verb} ${object}: ${code}, not audited`)],
        });
      },
      end: () => ({ looked, breaches }),
    };
  },
});
