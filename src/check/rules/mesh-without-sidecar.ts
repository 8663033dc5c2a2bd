/** SEA309: a policy of a mesh is about pods of which none has a sidecar to enforce it. */
import { hasSidecar } from '../../../sim/network/mesh/sidecar.js';
import { podOf } from '../mesh.js';
import { meshSelectors, rootNamespace, selectedBy } from '../mesh-selectors.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const meshWithoutSidecar: Rule = {
  id: 'SEA309',
  name: 'mesh-without-sidecar',
  severity: 'warning',
  title: 'A policy of a mesh is about pods that get no sidecar.',
  why: 'Sidecars enforce the policies of a mesh. Where there is none, everybody gets in, and nothing tells of it.',
  fix: 'label the namespace istio-injection: enabled, or the pods sidecar.istio.io/inject: "true"',
  source: 'https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/',
  *find(survey) {
    for (const policy of meshSelectors(survey)) {
      const { entry } = policy;
      const { namespace } = entry;
      // Other labels of the namespace, or another revision's sidecars, are not known here.
      if (namespace === rootNamespace || !survey.isNamespaceKnown(namespace)) continue;
      const labels = survey.namespaceLabels(namespace);
      if (labels['istio.io/rev'] !== undefined || labels[dataPlane] !== undefined) continue;
      const templates = selectedBy(policy, survey);
      const [first] = templates;
      if (first === undefined || templates.some(one => isInMesh(one.labels))) continue;
      if (templates.some(one => hasSidecar(podOf(survey, one, 'server')))) continue;
      const more = templates.length === 1 ? '' : ` and ${templates.length - 1} more`;
      yield {
        entry,
        path: ['metadata', 'namespace'],
        message: `the pods of ${first.owner.title}${more} get no sidecar: nothing enforces it`,
      };
    }
  },
};

const dataPlane = 'istio.io/dataplane-mode';

/** By a revision's label, or by the mode without sidecars. */
function isInMesh(labels: Readonly<Record<string, string>>): boolean {
  return labels['istio.io/rev'] !== undefined || labels[dataPlane] !== undefined;
}
