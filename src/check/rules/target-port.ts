/** SEA213: a Service sends to a port that no container of its pods has. */
import { services, type ServicePort } from '../../../sim/api/kinds/core.js';
import { hasLabels } from '../../../sim/api/selectors.js';
import { isGateway } from '../../../sim/network/mesh/sidecar.js';
import { listOf, type PodTemplate } from '../pod-template.js';
import type { Rule } from '../rule.js';
import { targetOf } from '../wanted-connections.js';

/** The rule. */
export const targetPort: Rule = {
  id: 'SEA213',
  name: 'target-port',
  severity: 'error',
  title: 'A Service sends to a port that no container of its pods declares.',
  why: 'A name that no container has gives no endpoint at all. A number works if the program listens there, whether or not the container declares it.',
  fix: 'set targetPort to a name or number of spec.containers[].ports',
  source: 'https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports',
  *find(survey) {
    for (const entry of survey.of(services)) {
      const { selector = {}, ports, type } = entry.object.spec ?? {};
      if (Object.keys(selector).length === 0 || type === 'ExternalName') continue;
      const chosen = survey
        .templatesIn(entry.namespace)
        .filter(({ labels, owner }) => hasLabels(labels, selector) && owner.isBuiltIn);
      if (chosen.length === 0) continue;
      for (const [index, port] of listOf(ports).entries()) {
        const target = targetOf(port);
        const known = [...new Set(chosen.flatMap(portsOf(port)))];
        if (known.some(one => one.name === target || one.number === target)) continue;
        const names = known.map(({ name, number }) =>
          name === '' ? `${number}` : `${name} (${number})`,
        );
        const isName = typeof target === 'string';
        // A program may listen where its container declares nothing; a few that are declared are all.
        if (!isName && (known.length === 0 || chosen.every(isOfGateway))) continue;
        const has = names.length === 0 ? 'they declare none' : `they have ${names.join(', ')}`;
        yield {
          entry,
          path: ['spec', 'ports', index, port.targetPort === undefined ? 'port' : 'targetPort'],
          severity: isName ? 'error' : 'info',
          message: `no container of its pods declares port ${target}: ${has}`,
          subject: String(target),
        };
      }
    }
  },
};

/** A mesh's gateway listens where Gateways say. */
function isOfGateway({ annotations, spec }: PodTemplate): boolean {
  return isGateway({ metadata: { annotations }, spec });
}

function portsOf({ protocol = 'TCP' }: ServicePort) {
  return ({ spec }: PodTemplate): { readonly name: string; readonly number: number }[] => {
    const sidecars = listOf(spec.initContainers).filter(one => one.restartPolicy === 'Always');
    return [...spec.containers, ...sidecars]
      .flatMap(({ ports }) => listOf(ports))
      .filter(one => (one.protocol ?? 'TCP') === protocol)
      .map(({ name = '', containerPort }) => ({ name, number: containerPort }));
  };
}
