/** SEA301: the input's network policies drop a connection that its manifests want. */
import { explainTraffic } from '../../../sim/network/policy/explain.js';
import { evaluatorOf, partyOf } from '../policies.js';
import { routedConnections } from '../routed-connections.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const deniedConnection: Rule = {
  id: 'SEA301',
  name: 'denied-connection',
  severity: 'error',
  title: 'A network policy drops a connection that a variable or an argument of a pod names.',
  why: 'The connection times out: dropped packets are not refused, so the client hangs as long as its own time limit says, and nothing in the cluster logs it.',
  fix: 'allow it: egress at the source and ingress at the destination are judged apart, and both must let it through',
  source:
    'https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation',
  *find(survey) {
    const evaluator = evaluatorOf(survey);
    if (evaluator === undefined) return;
    for (const { from, path, service, words, to, targetPort, protocol } of routedConnections(
      survey,
    )) {
      for (const template of to) {
        const attempt = { from: partyOf(from), to: partyOf(template), protocol, port: targetPort };
        const { verdict, egress, ingress } = explainTraffic(evaluator, attempt);
        if (verdict === 'allow') continue;
        const reasons = [egress, ingress].filter(({ isAllowed }) => !isAllowed);
        const areLabelsKnown = [from, template].every(
          ({ namespace }) =>
            survey.isNamespaceKnown(namespace) || from.namespace === template.namespace,
        );
        yield {
          entry: from.owner,
          path,
          severity: areLabelsKnown ? 'error' : 'info',
          message: `it names ${words} (${template.owner.title}:${targetPort}), but ${reasons.map(({ text }) => text).join('; ')}`,
          subject: `${service.namespace}/${service.name} ${template.owner.title}`,
        };
      }
    }
  },
};
