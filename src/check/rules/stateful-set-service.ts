/** SEA215: a StatefulSet's governing Service is not there, or is not headless. */
import { statefulSets } from '../../../sim/api/kinds/apps.js';
import { services } from '../../../sim/api/kinds/core.js';
import { missing } from '../references.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const statefulSetService: Rule = {
  id: 'SEA215',
  name: 'stateful-set-service',
  severity: 'warning',
  title: "A StatefulSet's serviceName is no headless Service.",
  why: "The pods' own names (web-0.web.ns.svc) resolve only through a headless Service of that name; training jobs and databases find their peers by them.",
  fix: 'add a Service of that name with clusterIP: None',
  source:
    'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id',
  *find(survey) {
    for (const entry of survey.of(statefulSets)) {
      const { serviceName: name = '' } = entry.object.spec ?? {};
      const path = ['spec', 'serviceName'];
      if (name === '') continue;
      const { namespace } = entry;
      const gap = missing(survey, { kind: 'Service', namespace, name });
      if (gap !== undefined) {
        yield { entry, path, message: gap.text, severity: gap.severity };
        continue;
      }
      const service = survey
        .of(services)
        .find(one => one.namespace === namespace && one.name === name);
      if (service === undefined || service.object.spec?.clusterIP === 'None') continue;
      const message = `Service ${namespace}/${name} is not headless: names such as ${entry.name}-0.${name} do not resolve`;
      yield { entry, path, message, severity: 'info' };
    }
  },
};
