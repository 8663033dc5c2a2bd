/**
 * The URLs of a service whose components are Knative's. Istio's hosts are switched off by the shipped
 * ConfigMap (disableIstioVirtualHost), so the URL is that of the component which takes the requests.
 * @upstream kserve v0.20.0 reconcilers/ingress/ingress_reconciler.go
 */
import type { Configuration } from '../configuration.js';
import { isStopped, predictorName, transformerName } from '../keys.js';
import type { ServiceStatus } from '../status.js';
import type { InferenceService } from '../types.js';

/** Sets the URLs and IngressReady, once the component has an URL. */
export function propagateIngress(
  service: InferenceService,
  status: ServiceStatus,
  { ingress }: Configuration,
): void {
  if (isStopped(service)) {
    status.conditions.set('IngressReady', { status: 'False', reason: 'Stopped' });
    return;
  }
  const { transformer, predictor } = service.spec;
  const { name = '', namespace = '' } = service.metadata;
  const { url = '' } = status.componentOf(transformer === undefined ? 'predictor' : 'transformer');
  if (url === '') return;
  const entry =
    transformer === undefined ? predictorName(name, predictor.name) : transformerName(name);
  status.put({
    url: url.replace(/^[a-z]+:/, `${ingress.urlScheme}:`),
    address: { url: `http://${entry}.${namespace}.svc.cluster.local` },
  });
  status.conditions.set('IngressReady', { status: 'True' });
}
