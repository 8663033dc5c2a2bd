/**
 * The webhook that puts the sidecar into pods, as an init container that goes on, or as one more container where
 * the pod wants that; and which makes gateways of pods that ask for that template.
 * @upstream pkg/kube/inject/inject.go (injectRequired), webhook.go,
 *   manifests/charts/istio-control/istio-discovery/files/injection-template.yaml
 */
import type { Container, Pod, PodSpec } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import type { Webhook } from '../admission/webhook.js';
import { appProbers } from './app-probers.js';
import { isOfGatewayTemplate } from '../../network/mesh/sidecar.js';
import { withGateway } from './gateway-parts.js';
import { injectKey } from './keys.js';
import { mergedMetrics } from './merged-metrics.js';
import {
  holdsApplication,
  initContainer,
  isNative,
  sidecarContainer,
  volumes,
} from './sidecar-parts.js';
import { canonicalLabels, injectionStatus } from './injected-metadata.js';

const ignored = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];

/** Answers with the pod and its sidecar, if it is to have one. */
// oxlint-disable-next-line require-yield -- it asks nobody
export const injectSidecar: Webhook = function* ({ object, namespace }) {
  const pod = object as unknown as Pod | undefined;
  if (pod?.spec === undefined || !isInjected(pod, namespace)) return { isAllowed: true };
  const injected = isOfGatewayTemplate(pod) ? withGateway : withSidecar;
  return { isAllowed: true, object: injected(pod, pod.spec) as unknown as KubeObject };
};

/** Whether the injector, once it is asked, does anything to the pod. */
export function isInjected(pod: Pod, namespace: string): boolean {
  const { metadata, spec } = pod;
  if (spec?.hostNetwork === true || ignored.includes(namespace)) return false;
  const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  if (!isOfGatewayTemplate(pod) && all.some(({ name }) => name === 'istio-proxy')) return false;
  const asked = metadata.labels?.[injectKey] ?? metadata.annotations?.[injectKey] ?? '';
  return ['', 'y', 'yes', 'true', 'on'].includes(asked.toLowerCase());
}

function withSidecar(pod: Pod, own: PodSpec): Pod {
  const { labels = {} } = pod.metadata;
  const { annotations, variable } = mergedMetrics(pod.metadata.annotations ?? {});
  const { spec, variable: probers } = appProbers(pod.metadata.annotations ?? {}, own);
  const told = [variable, probers].filter(one => one !== undefined);
  const sidecar = sidecarContainer(pod, told);
  const init: readonly Container[] = [initContainer(pod), ...(isNative(pod) ? [sidecar] : [])];
  const beside = isNative(pod) ? {} : { containers: [sidecar] };
  const first = spec.containers[0]?.name ?? '';
  const added = volumes();
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...canonicalLabels(pod),
        ...labels,
        'security.istio.io/tlsMode': 'istio',
      },
      annotations: {
        'istio.io/rev': 'default',
        'kubectl.kubernetes.io/default-container': first,
        'kubectl.kubernetes.io/default-logs-container': first,
        ...annotations,
        'sidecar.istio.io/status': injectionStatus({
          initContainers: init,
          ...beside,
          volumes: added,
        }),
      },
    },
    spec: {
      ...spec,
      initContainers: [...init, ...(spec.initContainers ?? [])],
      ...(!isNative(pod) && {
        containers: holdsApplication(pod)
          ? [sidecar, ...spec.containers]
          : [...spec.containers, sidecar],
      }),
      volumes: [...added, ...(spec.volumes ?? [])],
    },
  };
}
