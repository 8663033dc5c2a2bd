/** SEA306: the input's mesh refuses a connection that its manifests want. */
import { meshObjectsOf, meshVerdict } from '../mesh.js';
import { routedConnections } from '../routed-connections.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const meshDeniedConnection: Rule = {
  id: 'SEA306',
  name: 'mesh-denied-connection',
  severity: 'error',
  title: 'A sidecar refuses a connection that a variable or an argument of a pod names.',
  why: 'Whatever is asked for, the client gets 403 "RBAC: access denied", or a connection that is reset where it sends plaintext to a STRICT server.',
  fix: "allow the client's service account in an AuthorizationPolicy, or give the client a sidecar where the server is STRICT",
  source: 'https://istio.io/latest/docs/concepts/security/#authorization-policies',
  *find(survey) {
    const objects = meshObjectsOf(survey);
    if (objects.length === 0) return;
    for (const wanted of routedConnections(survey)) {
      const { from, path, service, words, to, targetPort } = wanted;
      for (const template of to) {
        const verdict = meshVerdict(survey, wanted, template, objects);
        if (verdict === undefined || verdict.verdict === 'allow') continue;
        const by = verdict.by === undefined || verdict.by === 'none' ? '' : ` (${verdict.by})`;
        yield {
          entry: from.owner,
          path,
          message: `it names ${words} (${template.owner.title}:${targetPort}), but ${verdict.reason}${by}`,
          subject: `${service.namespace}/${service.name} ${template.owner.title}`,
        };
      }
    }
  },
};
