/** SEA305: a rule of a network policy is about namespaces or pods that no label matches. */
import { networkPolicies, type NetworkPolicyPeer } from '../../../sim/api/kinds/networking.js';
import { selectorFromObject } from '../../../sim/api/selectors.js';
import { namespaces } from '../../../sim/api/kinds/core.js';
import type { FieldPath } from '../../input/located.js';
import type { AnyEntry } from '../entry.js';
import { nearTemplate } from '../near-template.js';
import { listOf } from '../pod-template.js';
import type { Hit, Rule } from '../rule.js';
import type { Survey } from '../survey.js';
import { systemNamespaces } from '../system-namespaces.js';

/** The rule. */
export const peerMatchesNothing: Rule = {
  id: 'SEA305',
  name: 'peer-matches-nothing',
  severity: 'warning',
  title: 'A network policy lets in namespaces or pods by labels that none of the input has.',
  why: 'The rule lets nobody through. Namespaces do not have the label name by themselves, only kubernetes.io/metadata.name.',
  fix: 'use kubernetes.io/metadata.name, or label the namespace',
  source:
    'https://kubernetes.io/docs/concepts/services-networking/network-policies/#targeting-a-namespace-by-its-name',
  *find(survey) {
    const known = [
      ...new Set([
        ...systemNamespaces,
        ...survey.of(namespaces).map(({ name }) => name),
        ...survey.entries.map(e => e.namespace),
      ]),
    ];
    for (const entry of survey.of(networkPolicies)) {
      const { ingress, egress } = entry.object.spec ?? {};
      const peers = [
        ...listOf(ingress).flatMap(({ from }, index) =>
          listOf(from).map((peer, at) => ({ peer, path: ['spec', 'ingress', index, 'from', at] })),
        ),
        ...listOf(egress).flatMap(({ to }, index) =>
          listOf(to).map((peer, at) => ({ peer, path: ['spec', 'egress', index, 'to', at] })),
        ),
      ];
      for (const { peer, path } of peers) {
        yield* podsOf(peer, { survey, entry, path, known });
        const selector = selectorFromObject(peer.namespaceSelector);
        const labels = peer.namespaceSelector?.matchLabels ?? {};
        const [[key = '', value = ''] = []] = Object.entries(labels);
        if (peer.namespaceSelector === undefined || !selector.isOk || key === '') continue;
        if (known.some(name => selector.value.matches(survey.namespaceLabels(name)))) continue;
        // A namespace of that very name is there, but nobody gives it the label.
        const isNamed = /(^|\/)name$/.test(key) && survey.isNamespaceKnown(value);
        yield {
          entry,
          path: [...path, 'namespaceSelector'],
          severity: isNamed ? 'warning' : 'info',
          message: `no namespace of the input has ${selector.value.toString()}`,
          ...(isNamed && { fix: `use kubernetes.io/metadata.name: ${value}` }),
        };
      }
    }
  },
};

/** Pods by labels that none has, in namespaces of which all pods are the input's. */
function* podsOf(
  { namespaceSelector, podSelector }: NetworkPolicyPeer,
  { survey, entry, path, known }: Around,
): Iterable<Hit> {
  const pods = selectorFromObject(podSelector);
  const where = selectorFromObject(namespaceSelector);
  const labels = podSelector?.matchLabels ?? {};
  if (podSelector === undefined || !pods.isOk || !where.isOk) return;
  if (Object.keys(labels).length === 0) return;
  const namespaces =
    namespaceSelector === undefined
      ? [entry.namespace]
      : known.filter(name => where.value.matches(survey.namespaceLabels(name)));
  if (namespaces.length === 0 || namespaces.some(isSystem)) return;
  const templates = namespaces.flatMap(name => survey.templatesIn(name));
  const labelled = namespaces.flatMap(name => survey.podLabelsIn(name));
  if (labelled.some(one => pods.value.matches(one))) return;
  const near = nearTemplate(labels, templates);
  const message = `no pod of ${namespaces.join(', ')} among the manifests has ${pods.value.toString()}`;
  const at = { entry, path: [...path, 'podSelector'], fix: "use labels of the pods' template" };
  if (near === undefined) yield { ...at, message, severity: 'info' };
  else yield { ...at, message: `${message}; ${near.owner.title} comes near` };
}

/** Whose pods no manifests make: the cluster's own. */
function isSystem(namespace: string): boolean {
  return namespace.startsWith('kube-');
}

interface Around {
  readonly survey: Survey;
  readonly entry: AnyEntry;
  readonly path: FieldPath;
  readonly known: readonly string[];
}
