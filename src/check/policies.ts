/** The network policies of the input, ready to judge connections between templates. */
import { networkPolicies } from '../../sim/api/kinds/networking.js';
import type { Policy } from '../../sim/network/policy/kinds.js';
import { PolicyEvaluator } from '../../sim/network/policy/evaluator.js';
import type { Party, PolicyPod } from '../../sim/network/policy/party.js';
import { parseAddress } from '../../sim/network/policy/address.js';
import { listOf, type PodTemplate } from './pod-template.js';
import type { Survey } from './survey.js';
import { systemNamespaces } from './system-namespaces.js';

/** Pods have no addresses before they run: this is one of kind's, for rules about ranges of all pods. */
export const unknownPodIp = '10.244.0.10';
const unknownAddress = parseAddress(unknownPodIp) ?? -1;

/** CoreDNS, as kubeadm and kind install it. */
export const nameServer: Party = {
  pod: {
    namespace: 'kube-system',
    name: 'coredns',
    labels: { 'k8s-app': 'kube-dns' },
    ports: [
      { name: 'dns', containerPort: 53, protocol: 'UDP' },
      { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
    ],
  },
  address: parseAddress('10.244.0.3') ?? -1,
};

/** The evaluator of the input's policies; undefined when there are none. */
export function evaluatorOf(survey: Survey): PolicyEvaluator | undefined {
  // What a policy's selectors cannot be read as, the API server refuses.
  const broken = new Set(survey.trial.refusals.map(({ entry }) => entry.manifest));
  const own = survey.of(networkPolicies).filter(({ manifest }) => !broken.has(manifest));
  if (own.length === 0) return undefined;
  const policies = own.map(({ object, namespace }): Policy => ({
    ...object,
    kind: 'NetworkPolicy',
    metadata: { ...object.metadata, namespace },
  }));
  const names = new Set([
    ...systemNamespaces,
    ...survey.templates.map(({ namespace }) => namespace),
  ]);
  const namespaces = new Map([...names].map(name => [name, survey.namespaceLabels(name)]));
  return new PolicyEvaluator({ policies, namespaces });
}

/** A pod of the template, as policies see it. */
export function partyOf(template: PodTemplate): Party {
  const { namespace, owner, labels, spec } = template;
  if (spec.hostNetwork === true) return { address: unknownAddress };
  const ports = spec.containers
    .flatMap(one => listOf(one.ports))
    .map(({ name = '', containerPort, protocol = 'TCP' }) => ({ name, containerPort, protocol }))
    .filter(({ name }) => name !== '');
  const pod: PolicyPod = { namespace, name: `${owner.kind}/${owner.name}`, labels, ports };
  return { pod, address: unknownAddress };
}
