/** What a pod calls itself. @upstream pkg/kubelet/kubelet_pods.go GeneratePodHostNameAndDomain */
import type { Pod } from './kinds/core.js';

const charactersMax = 63;

/** What the system of its programs is called: on the host's network that is the host. */
export function systemNameOf(pod: Pod): string {
  return pod.spec?.hostNetwork === true ? (pod.spec.nodeName ?? '') : hostNameOf(pod);
}

/** The host name of a pod: its own choice, or the pod's name, as long as a kernel keeps one. */
export function hostNameOf({ metadata, spec }: Pod): string {
  const own = spec?.hostname ?? '';
  const name = spec?.hostnameOverride ?? (own === '' ? (metadata.name ?? '') : own);
  if (name.length <= charactersMax) return name;
  return name.slice(0, charactersMax).replace(/[-.]+$/, '');
}
