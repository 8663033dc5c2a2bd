/**
 * What the container of a unit gets, and the Service by which it is reached without its graph.
 * @upstream seldon-core v1.17.1 operator/controllers/seldondeployment_controller.go createContainerService
 */
import { goJson } from '../../api/go-text.js';
import type { Container, EnvVar, Probe, Service } from '../../api/kinds/core.js';
import { portNamed } from './defaulter.js';
import { containerService, labels, metricsPath } from './names.js';
import type { PredictiveUnit, PredictorSpec, SeldonDeployment } from './types.js';

/** The container with ports, probes and what its environment tells. */
export function unitContainer(
  container: Container,
  unit: PredictiveUnit,
  predictor: PredictorSpec,
  owner: SeldonDeployment,
): Container {
  const { httpPort = 0, grpcPort = 0, type } = unit.endpoint ?? {};
  const { ports = [] } = container;
  const hasPort = (name: string): boolean => portNamed(container, name) !== undefined;
  const protocol = 'TCP';
  const port = type === 'GRPC' ? 'grpc' : 'http';
  return {
    ...container,
    ports: [
      ...ports,
      ...(hasPort('http') ? [] : [{ name: 'http', containerPort: httpPort, protocol }]),
      ...(hasPort('grpc') ? [] : [{ name: 'grpc', containerPort: grpcPort, protocol }]),
    ],
    livenessProbe: container.livenessProbe ?? tcpProbe(port, 60),
    readinessProbe: container.readinessProbe ?? tcpProbe(port, 20),
    lifecycle: container.lifecycle ?? {
      preStop: { exec: { command: ['/bin/sh', '-c', '/bin/sleep 10'] } },
    },
    env: environmentOf(container, unit, predictor, owner),
  };
}

function tcpProbe(port: string, initialDelaySeconds: number): Probe {
  return {
    tcpSocket: { port },
    ...{ initialDelaySeconds, periodSeconds: 5 },
    ...{ successThreshold: 1, failureThreshold: 3, timeoutSeconds: 1 },
  };
}

function environmentOf(
  container: Container,
  { endpoint = {}, parameters = [] }: PredictiveUnit,
  predictor: PredictorSpec,
  owner: SeldonDeployment,
): readonly EnvVar[] {
  const { env = [], name, image = '' } = container;
  const { service_port: port, httpPort, grpcPort } = endpoint;
  const unlessSet: Readonly<Record<string, string | undefined>> = {
    PREDICTIVE_UNIT_SERVICE_PORT: String(port),
    PREDICTIVE_UNIT_HTTP_SERVICE_PORT: String(httpPort),
    PREDICTIVE_UNIT_GRPC_SERVICE_PORT: String(grpcPort),
    PREDICTIVE_UNIT_PARAMETERS: parameters.length > 0 ? goJson(parameters) : undefined,
  };
  const always: Readonly<Record<string, string>> = {
    PREDICTIVE_UNIT_ID: name,
    PREDICTIVE_UNIT_IMAGE: image,
    PREDICTOR_ID: predictor.name,
    PREDICTOR_LABELS: goJson(sorted(predictor.labels ?? {})),
    SELDON_DEPLOYMENT_ID: owner.metadata.name ?? '',
    SELDON_EXECUTOR_ENABLED: 'true',
    PREDICTIVE_UNIT_METRICS_SERVICE_PORT: String(portNamed(container, 'metrics')?.containerPort),
    PREDICTIVE_UNIT_METRICS_ENDPOINT: metricsPath,
  };
  const more = Object.entries(unlessSet).filter(([key]) => env.every(one => one.name !== key));
  return [...env, ...listed(more), ...listed(Object.entries(always))];
}

function listed(entries: readonly (readonly [string, string | undefined])[]): readonly EnvVar[] {
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** Go writes maps by key. */
function sorted<T>(map: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The Service of a unit's container. */
export function unitService(
  owner: SeldonDeployment,
  predictor: PredictorSpec,
  unit: PredictiveUnit,
): Service {
  const { name: ownerName = '', namespace = '' } = owner.metadata;
  const name = containerService(ownerName, predictor.name, unit.name);
  const { httpPort = 0, grpcPort = 0 } = unit.endpoint ?? {};
  const port = (portName: string, number: number) => ({
    ...{ name: portName, protocol: 'TCP', port: number, targetPort: number },
  });
  return {
    metadata: {
      name,
      namespace,
      labels: {
        [labels.appService]: name,
        [labels.id]: ownerName,
        [labels.managedBy]: 'seldon-core',
      },
    },
    spec: {
      ports: [port('http', httpPort), port('grpc', grpcPort)],
      type: 'ClusterIP',
      selector: { [labels.appService]: name },
      sessionAffinity: 'None',
    },
  };
}
