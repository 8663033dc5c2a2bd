/** The Service of a component. @upstream kserve v0.20.0 reconcilers/service/service_reconciler.go */
import { deepEqual } from '../../api/equality.js';
import {
  services,
  type ContainerPort,
  type Service,
  type ServicePort,
} from '../../api/kinds/core.js';
import { isControlledBy, isDeleting } from '../../api/meta.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import type { ComponentParts } from './component-parts.js';
import { appLabel } from './deployment.js';
import { agentPort, defaultPort, isStopped, transformerContainer } from './keys.js';

/** Brings the Service to what it should be; a message when that fails. */
export function* reconcileService(
  parts: ComponentParts,
  view: View,
): Reconciliation<string | undefined> {
  const wanted = serviceOf(parts);
  const { namespace = '', name = '' } = wanted.metadata;
  const current = view.get(services, namespace, name);
  if (current === undefined) {
    if (isStopped(wanted)) return undefined;
    const answer = yield* call(create(services, wanted));
    return answer.isOk ? undefined : answer.message;
  }
  if (isStopped(wanted) && isControlledBy(current, parts.owner)) {
    if (isDeleting(current)) return undefined;
    const answer = yield* call(remove(services, namespace, name));
    return answer.isOk ? undefined : answer.message;
  }
  const isSame =
    deepEqual(current.spec?.ports ?? [], wanted.spec?.ports ?? []) &&
    deepEqual(current.spec?.selector, wanted.spec?.selector);
  if (isSame) return undefined;
  const answer = yield* call(update(services, wanted));
  return answer.isOk ? undefined : answer.message;
}

function serviceOf({ metadata, pod, extension, configuration }: ComponentParts): Service {
  const app = appLabel(metadata.name ?? '');
  const isHeadless = configuration.service.serviceClusterIPNone;
  const hasAgent = extension.batcher !== undefined || extension.logger !== undefined;
  const ports = portsOf(pod.containers, metadata.name ?? '').map((port, index) =>
    hasAgent && index === 0 ? { ...port, targetPort: agentPort } : port,
  );
  return {
    metadata: { ...metadata, labels: { ...metadata.labels, app } },
    spec: { selector: { app }, ports, ...(isHeadless && { clusterIP: 'None' }) },
  };
}

function portsOf(
  containers: ComponentParts['pod']['containers'],
  componentName: string,
): readonly ServicePort[] {
  const container = containers.find(({ name }) => name === transformerContainer) ?? containers[0];
  const [first, ...rest] = container?.ports ?? [];
  if (first === undefined) {
    return [{ name: componentName, port: 80, targetPort: defaultPort, protocol: 'TCP' }];
  }
  return [portOf(first, 80), ...rest.map(port => portOf(port, port.containerPort))];
}

function portOf({ name, containerPort, protocol }: ContainerPort, port: number): ServicePort {
  const isGrpc = name !== undefined && (name.includes('grpc') || name.includes('h2c'));
  return {
    ...(name !== undefined && { name }),
    port,
    targetPort: containerPort,
    protocol: protocol ?? 'TCP',
    ...(isGrpc && { appProtocol: 'kubernetes.io/h2c' }),
  };
}
