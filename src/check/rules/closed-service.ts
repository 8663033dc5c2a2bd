/** SEA307: policies of the input let nobody reach a Service, or nobody from outside where it is opened to there. */
import { services } from '../../../sim/api/kinds/core.js';
import { hasLabels } from '../../../sim/api/selectors.js';
import { refusesAll } from '../../../sim/network/mesh/refuses-all.js';
import { parseAddress } from '../../../sim/network/policy/address.js';
import type { PolicyEvaluator } from '../../../sim/network/policy/evaluator.js';
import { meshObjectsOf, podOf } from '../mesh.js';
import { listOf, type PodTemplate } from '../pod-template.js';
import { evaluatorOf, partyOf } from '../policies.js';
import type { Rule } from '../rule.js';
import { numberOf, targetOf } from '../wanted-connections.js';

/** An address that is set apart for documents: only rules for everybody let it in. */
const outside = { address: parseAddress('203.0.113.10') ?? -1 };

/** The rule. */
export const closedService: Rule = {
  id: 'SEA307',
  name: 'closed-service',
  severity: 'warning',
  title:
    'Policies let nobody reach a Service, or nobody from outside though it is opened to there.',
  why: 'Its users see connections that time out (network policies) or 403 "RBAC: access denied" (a mesh), while its pods are ready and nothing in the cluster tells of it.',
  fix: 'let those in that are to use it: an ingress rule for the port of the pods, or an ALLOW rule of an AuthorizationPolicy',
  source:
    'https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-ingress-traffic',
  *find(survey) {
    const evaluator = evaluatorOf(survey);
    const objects = meshObjectsOf(survey);
    if (evaluator === undefined && objects.length === 0) return;
    for (const entry of survey.of(services)) {
      const { selector = {}, ports, type = 'ClusterIP' } = entry.object.spec ?? {};
      if (Object.keys(selector).length === 0 || type === 'ExternalName') continue;
      const behind = survey
        .templatesIn(entry.namespace)
        .filter(({ labels }) => hasLabels(labels, selector));
      for (const [index, own] of listOf(ports).entries()) {
        const { port, protocol = 'TCP' } = own;
        for (const template of behind) {
          const target = numberOf(template, targetOf(own));
          if (target === undefined) continue;
          const at = { port: target, protocol };
          const isMesh = () =>
            protocol === 'TCP' &&
            refusesAll(podOf(survey, template, 'server'), { ip: '', port: target }, objects);
          const why =
            closedBy(evaluator, template, { ...at, type }) ??
            (isMesh()
              ? 'AuthorizationPolicies of the mesh let nobody in, whoever asks'
              : undefined);
          if (why === undefined) continue;
          yield {
            entry,
            path: ['spec', 'ports', index],
            message: `it leads port ${port} to ${template.owner.title}:${target}, but ${why}`,
            subject: `${port} ${template.owner.title}`,
          };
        }
      }
    }
  },
};

/** Why network policies let nobody in who should get there; undefined where they let somebody. */
function closedBy(
  evaluator: PolicyEvaluator | undefined,
  template: PodTemplate,
  { type, ...at }: { readonly port: number; readonly protocol: string; readonly type: string },
): string | undefined {
  const to = partyOf(template);
  if (evaluator === undefined || to.pod === undefined) return undefined;
  const names = evaluator.sideOf(to.pod, 'ingress').isolatedBy.join(', ');
  const head = `its pods are isolated by ${names}, and`;
  if (evaluator.isShut(to.pod, at)) return `${head} no network policy opens the port to anybody`;
  if (type !== 'NodePort' && type !== 'LoadBalancer') return undefined;
  if (evaluator.allows('ingress', { from: outside, to, ...at })) return undefined;
  return `${head} no network policy lets clients from outside in, to whom a Service of type ${type} is opened (some plug-ins see them as the node that they came by)`;
}
