/** SEA305: a rule of a network policy is about namespaces that no label matches. */
import { networkPolicies } from '../../../sim/api/kinds/networking.js';
import { selectorFromObject } from '../../../sim/api/selectors.js';
import { namespaces } from '../../../sim/api/kinds/core.js';
import { listOf } from '../pod-template.js';
import type { Rule } from '../rule.js';
import { systemNamespaces } from '../system-namespaces.js';

/** The rule. */
export const peerMatchesNothing: Rule = {
  id: 'SEA305',
  name: 'peer-matches-nothing',
  severity: 'warning',
  title: 'A network policy lets in namespaces by labels that none of the input has.',
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
