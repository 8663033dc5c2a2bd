/**
 * What a SeldonDeployment means that does not say all: the operator works it out at each pass, and the
 * webhook before it judges; what is stored stays as it was applied.
 * @upstream seldon-core v1.17.1 operator/apis/machinelearning.seldon.io/v1/seldondeployment_webhook.go
 */
import type { Container, ContainerPort } from '../../api/kinds/core.js';
import { serverImage, type Configuration } from './configuration.js';
import { containerOf, isPrepackaged, unitNamed, unitsOf } from './graph.js';
import { annotations, containerService, podinfo } from './names.js';
import type {
  ComponentSpec,
  Endpoint,
  PredictiveUnit,
  PredictorSpec,
  SeldonDeployment,
  SeldonDeploymentSpec,
} from './types.js';

const firstPorts = { http: 9000, grpc: 9500, metrics: 6000 } as const;

/** The port of that name. */
export function portNamed({ ports = [] }: Container, name: string): ContainerPort | undefined {
  return ports.find(port => port.name === name);
}

/** The spec with its defaults. */
export function defaultedSpec(
  { metadata, spec }: SeldonDeployment,
  configuration: Configuration,
): SeldonDeploymentSpec {
  const defaulter = new Defaulter(spec, configuration, {
    name: metadata.name ?? '',
    namespace: metadata.namespace || 'default',
  });
  return { ...spec, predictors: spec.predictors.map(one => defaulter.predictor(one)) };
}

/** The defaults of one SeldonDeployment: its predictors share the numbers of ports. */
class Defaulter {
  private readonly places: string[] = [];
  private metricsPort: number = firstPorts.metrics;

  constructor(
    private readonly spec: SeldonDeploymentSpec,
    private readonly configuration: Configuration,
    private readonly owner: { readonly name: string; readonly namespace: string },
  ) {}

  predictor(given: PredictorSpec): PredictorSpec {
    const labels = { version: given.name, ...given.labels };
    const endpoints = new Map<string, Endpoint>();
    const specs = (given.componentSpecs ?? []).map((component, index) =>
      this.component(component, index, given, endpoints),
    );
    const predictor = { ...given, labels, componentSpecs: specs };
    const componentSpecs = this.withServers(predictor, endpoints);
    return { ...predictor, componentSpecs, graph: unitWith(given.graph, endpoints) };
  }

  private component(
    component: ComponentSpec,
    index: number,
    predictor: PredictorSpec,
    endpoints: Map<string, Endpoint>,
  ): ComponentSpec {
    const containers = component.spec.containers.map(container => {
      this.placeOf(container.name);
      const unit = unitNamed(predictor.graph, container.name);
      if (unit === undefined) return container;
      endpoints.set(unit.name, this.endpoint(unit, container, index, predictor));
      return this.withImage(this.container(container), unit);
    });
    return { ...component, spec: { ...component.spec, containers } };
  }

  /** Servers that nobody wrote down get a container of their own in the first pods. */
  private withServers(
    predictor: PredictorSpec,
    endpoints: Map<string, Endpoint>,
  ): readonly ComponentSpec[] {
    const { componentSpecs = [] } = predictor;
    const made: Container[] = [];
    for (const unit of unitsOf(predictor.graph)) {
      if (!isPrepackaged(unit) || containerOf(predictor, unit.name) !== undefined) continue;
      const container: Container = { name: unit.name };
      this.placeOf(unit.name);
      endpoints.set(unit.name, this.endpoint(unit, container, 0, predictor));
      made.push(this.withImage(this.container(container), unit));
    }
    if (made.length === 0) return componentSpecs;
    const [first = { spec: { containers: [] } }, ...rest] = componentSpecs;
    const containers = [...first.spec.containers, ...made];
    return [{ ...first, spec: { ...first.spec, containers } }, ...rest];
  }

  /** The how-manyeth container it is. */
  private placeOf(name: string): number {
    const known = this.places.indexOf(name);
    return known >= 0 ? known : this.places.push(name) - 1;
  }

  private container(container: Container): Container {
    const { volumeMounts = [], ports = [] } = container;
    const knowsPod = volumeMounts.some(({ name }) => name === podinfo.name);
    const isMeasured = portNamed(container, 'metrics') !== undefined;
    const metrics = { name: 'metrics', containerPort: this.metricsPort, protocol: 'TCP' };
    if (!isMeasured) this.metricsPort++;
    return {
      ...container,
      ports: isMeasured ? ports : [...ports, metrics],
      volumeMounts: knowsPod ? volumeMounts : [...volumeMounts, podinfo],
    };
  }

  private withImage(container: Container, unit: PredictiveUnit): Container {
    if ((container.image ?? '') !== '' || !isPrepackaged(unit)) return container;
    const protocol = this.spec.protocol || 'seldon';
    const image = serverImage(this.configuration, unit.implementation ?? '', protocol);
    return image === undefined ? container : { ...container, image };
  }

  private endpoint(
    unit: PredictiveUnit,
    container: Container,
    componentIndex: number,
    predictor: PredictorSpec,
  ): Endpoint {
    const { type = this.spec.transport === 'grpc' ? 'GRPC' : 'REST', ...given } =
      unit.endpoint ?? {};
    const place = this.placeOf(container.name);
    const httpPort = portNamed(container, 'http')?.containerPort ?? firstPorts.http + place;
    const grpcPort = portNamed(container, 'grpc')?.containerPort ?? firstPorts.grpc + place;
    const isApart = annotations.separateEngine in (this.spec.annotations ?? {});
    const { name, namespace } = this.owner;
    const service = containerService(name, predictor.name, container.name);
    const isBeside = componentIndex === 0 && !isApart;
    return {
      ...given,
      type,
      service_host: isBeside ? 'localhost' : `${service}.${namespace}.svc.cluster.local.`,
      service_port: type === 'GRPC' ? grpcPort : httpPort,
      httpPort,
      grpcPort,
    };
  }
}

function unitWith(unit: PredictiveUnit, endpoints: ReadonlyMap<string, Endpoint>): PredictiveUnit {
  const { type = 'UNKNOWN_TYPE', implementation = 'UNKNOWN_IMPLEMENTATION' } = unit;
  const endpoint = endpoints.get(unit.name) ?? unit.endpoint;
  return {
    ...unit,
    type: isPrepackaged(unit) && unit.type === undefined ? 'MODEL' : type,
    implementation,
    ...(endpoint !== undefined && { endpoint }),
    ...(unit.children !== undefined && {
      children: unit.children.map(child => unitWith(child, endpoints)),
    }),
  };
}
