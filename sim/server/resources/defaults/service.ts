/** The defaults of services. @upstream pkg/apis/core/v1/defaults.go */
import type { Service, ServicePort, ServiceSpec } from '../../../api/kinds/core.js';
import { eachItem, fill, fillEmpty, within, without } from './fill.js';

const affinitySeconds = 10800;

/** The defaults of a Service. */
export function serviceDefaults(service: Service): Service {
  const filled = fill(service, { spec: {}, status: { loadBalancer: {} } });
  const result = within(filled, 'spec', specDefaults);
  const balanced = within(result, 'status', status => fill(status, { loadBalancer: {} }));
  return balanced.spec?.type === 'LoadBalancer' ? ingressModes(balanced) : balanced;
}

function specDefaults(spec: ServiceSpec): ServiceSpec {
  let result = fillEmpty(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (result.sessionAffinity === 'None') result = without(result, 'sessionAffinityConfig');
  else if (
    result.sessionAffinity === 'ClientIP' &&
    result.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined
  ) {
    const clientIP = { timeoutSeconds: affinitySeconds };
    result = { ...result, sessionAffinityConfig: { clientIP } };
  }
  result = within(result, 'ports', ports => eachItem(ports, portDefaults));
  return typeDefaults(result);
}

function portDefaults(port: ServicePort): ServicePort {
  const typed = fillEmpty(port, { protocol: 'TCP' });
  const target = typed.targetPort;
  if (target !== undefined && target !== 0 && target !== '') return typed;
  return { ...typed, targetPort: port.port };
}

function typeDefaults(spec: ServiceSpec): ServiceSpec {
  let result = spec;
  if (isExternallyAccessible(result)) {
    result = fillEmpty(result, { externalTrafficPolicy: 'Cluster' });
  }
  if (result.type !== 'ExternalName') result = fill(result, { internalTrafficPolicy: 'Cluster' });
  if (result.type === 'LoadBalancer') {
    result = fill(result, { allocateLoadBalancerNodePorts: true });
  }
  return result;
}

/** Whether anyone outside of the cluster can reach it. @upstream pkg/api/v1/service/util.go */
export function isExternallyAccessible(spec: ServiceSpec): boolean {
  if (spec.type === 'LoadBalancer' || spec.type === 'NodePort') return true;
  return spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0;
}

function ingressModes(service: Service): Service {
  return within(service, 'status', status =>
    within(status, 'loadBalancer', balancer =>
      within(balancer, 'ingress', list =>
        eachItem(list, ingress =>
          ingress.ip && ingress.ipMode === undefined ? { ...ingress, ipMode: 'VIP' } : ingress,
        ),
      ),
    ),
  );
}
