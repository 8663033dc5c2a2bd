/** The Ingress of a service, which is made once its components are ready. @upstream kserve v0.20.0 reconcilers/ingress/kube_ingress_reconciler.go */
import { deepEqual } from '../../api/equality.js';
import { services } from '../../api/kinds/core.js';
import { ingresses, type Ingress, type IngressRule } from '../../api/kinds/networking.js';
import { isControlledBy, ownerReference } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import type { Configuration } from './configuration.js';
import { defaultPort, isStopped, keys, predictorName, transformerName } from './keys.js';
import type { ServiceStatus } from './status.js';
import { inferenceServices, type InferenceService } from './types.js';

/** Brings the Ingress, the URLs and IngressReady to what they should be; a message when that fails. */
export function* reconcileIngress(
  service: InferenceService,
  status: ServiceStatus,
  configuration: Configuration,
  view: View,
): Reconciliation<string | undefined> {
  const { namespace = '', name = '' } = service.metadata;
  const current = view.get(ingresses, namespace, name);
  if (isStopped(service)) return yield* stop(service, status, current);
  if (!isInternal(service, configuration)) {
    const missing = missingComponent(service, status);
    if (missing !== undefined) {
      const reason = `${missing} ingress not created`;
      status.conditions.set('IngressReady', { status: 'False', reason });
      return undefined;
    }
    const wanted = ingressOf(service, configuration);
    const isSame = current !== undefined && deepEqual(current.spec, wanted.spec);
    const request = current === undefined ? create(ingresses, wanted) : update(ingresses, wanted);
    const answer = isSame ? undefined : yield* call(request);
    if (answer?.isOk === false) return answer.message;
  }
  const { urlScheme } = configuration.ingress;
  status.put({
    url: `${urlScheme}://${hostOf(name, service, configuration)}`,
    address: { url: `http://${internalHost(service, view)}` },
  });
  status.conditions.set('IngressReady', { status: 'True' });
  return undefined;
}

function* stop(
  service: InferenceService,
  status: ServiceStatus,
  current: Ingress | undefined,
): Reconciliation<string | undefined> {
  if (current === undefined) return undefined;
  if (isControlledBy(current, service)) {
    const { namespace = '', name = '' } = current.metadata;
    const answer = yield* call(remove(ingresses, namespace, name));
    if (!answer.isOk && answer.status !== 404) return answer.message;
  }
  status.conditions.set('IngressReady', { status: 'False', reason: 'Stopped' });
  return undefined;
}

function isInternal({ metadata }: InferenceService, { ingress }: Configuration): boolean {
  return (
    metadata.labels?.[keys.visibility] === 'cluster-local' ||
    ingress.ingressDomain === 'svc.cluster.local' ||
    ingress.disableIngressCreation
  );
}

function missingComponent({ spec }: InferenceService, status: ServiceStatus): string | undefined {
  if (!status.conditions.is('PredictorReady', 'True')) return 'Predictor';
  if (spec.transformer === undefined) return undefined;
  return status.conditions.is('TransformerReady', 'True') ? undefined : 'Transformer';
}

function ingressOf(service: InferenceService, configuration: Configuration): Ingress {
  const { name = '', namespace = '', annotations } = service.metadata;
  const { ingressClassName } = configuration.ingress;
  const predictor = predictorName(name, service.spec.predictor.name);
  const host = (of: string): string => hostOf(of, service, configuration);
  const transformer = transformerName(name);
  const rules =
    service.spec.transformer === undefined
      ? [rule(host(name), predictor)]
      : // Upstream sends the transformer's own host to the predictor.
        [rule(host(name), transformer), rule(host(transformer), predictor)];
  return {
    metadata: {
      name,
      namespace,
      ...(annotations !== undefined && { annotations }),
      ownerReferences: [ownerReference(service, inferenceServices)],
    },
    spec: {
      ...(ingressClassName !== undefined && { ingressClassName }),
      rules: [...rules, rule(host(predictor), predictor)],
    },
  };
}

function rule(host: string, service: string): IngressRule {
  const backend = { service: { name: service, port: { number: 80 } } };
  return { host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } };
}

/** The host of a component outside of the cluster, by the template of the configuration. */
export function hostOf(
  component: string,
  { metadata }: HasMetadata,
  { ingress }: Configuration,
): string {
  const values: Readonly<Record<string, string>> = {
    Name: component,
    Namespace: metadata.namespace ?? '',
    IngressDomain: ingress.ingressDomain,
  };
  return ingress.domainTemplate.replace(
    /\{\{\s*\.(\w+)\s*\}\}/g,
    (_all, field: string) => values[field] ?? '',
  );
}

function internalHost({ metadata, spec }: InferenceService, view: View): string {
  const { name = '', namespace = '' } = metadata;
  const entry =
    spec.transformer === undefined
      ? predictorName(name, spec.predictor.name)
      : transformerName(name);
  const isHeadless = view.get(services, namespace, entry)?.spec?.clusterIP === 'None';
  return `${entry}.${namespace}.svc.cluster.local${isHeadless ? `:${defaultPort}` : ''}`;
}
