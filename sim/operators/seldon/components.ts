/** All that is made for a SeldonDeployment. @upstream seldon-core v1.17.1 operator/controllers/seldondeployment_controller.go createComponents */
import type { HorizontalPodAutoscaler } from '../../api/kinds/autoscaling.js';
import type { Service } from '../../api/kinds/core.js';
import type { PodDisruptionBudget } from '../../api/kinds/policy.js';
import type { ScaledObject } from '../keda/types.js';
import type { Configuration } from './configuration.js';
import { unitContainer, unitService } from './container-service.js';
import { componentDeployment, withPods, withSelector, type FullDeployment } from './deployment.js';
import { engineDeployment, withEngine } from './engine.js';
import { isPrepackaged, unitNamed, unitsOf } from './graph.js';
import { annotations, deploymentName, enginePorts, labels, predictorService } from './names.js';
import { seldonId } from './names.js';
import { autoscalerOf, budgetOf, scaledObjectOf } from './scaling.js';
import { withServer } from './servers.js';
import type {
  ComponentSpec,
  PredictiveUnit,
  PredictorSpec,
  SeldonDeployment,
  ServiceStatus,
} from './types.js';

/** Ports of a Service; 0: it has none. */
interface Ports {
  readonly http: number;
  readonly grpc: number;
}

/** What is made, in the order in which it is. */
export class Components {
  readonly services: Service[] = [];
  readonly autoscalers: HorizontalPodAutoscaler[] = [];
  readonly scaledObjects: ScaledObject[] = [];
  readonly budgets: PodDisruptionBudget[] = [];
  readonly deployments: FullDeployment[] = [];
  readonly serviceDetails: Record<string, ServiceStatus> = {};
  /** Where the first predictor answers. */
  url: string | undefined;

  /** @param owner With the defaults of its spec. */
  constructor(
    private readonly owner: SeldonDeployment,
    private readonly configuration: Configuration,
  ) {
    for (const predictor of owner.spec.predictors) this.addPredictor(predictor);
  }

  private addPredictor(predictor: PredictorSpec): void {
    const { owner } = this;
    const hasEngine = !(annotations.noEngine in (predictor.annotations ?? {}));
    const isApart = annotations.separateEngine in (owner.spec.annotations ?? {});
    if (hasEngine && isApart) this.deployments.push(engineDeployment(owner, predictor));
    const own = (predictor.componentSpecs ?? []).flatMap((component, index) =>
      component.spec.containers.length === 0
        ? []
        : [this.component(predictor, component, index, hasEngine)],
    );
    const engineUnit = unitsOf(predictor.graph).find(
      ({ endpoint }) => endpoint?.service_host === 'localhost',
    );
    const isBeside = ({ spec }: FullDeployment): boolean =>
      spec.template.spec.containers.some(({ name }) => name === engineUnit?.name);
    for (const deployment of own) {
      const takesEngine = hasEngine && !isApart && isBeside(deployment);
      this.deployments.push(takesEngine ? withEngine(deployment, owner, predictor) : deployment);
    }
    if (hasEngine) this.addPredictorService(predictor, enginePorts);
  }

  private component(
    predictor: PredictorSpec,
    component: ComponentSpec,
    index: number,
    hasEngine: boolean,
  ): FullDeployment {
    const { owner } = this;
    const name = deploymentName(owner, predictor, component, index);
    let deployment = componentDeployment(owner, predictor, component, name);
    const scaler = autoscalerOf(deployment, component);
    const scaledObject = scaledObjectOf(deployment, component);
    const budget = budgetOf(deployment, component);
    if (scaler !== undefined) this.autoscalers.push(scaler);
    if (scaledObject !== undefined) this.scaledObjects.push(scaledObject);
    if (budget !== undefined) this.budgets.push(budget);
    for (const container of component.spec.containers) {
      const unit = unitNamed(predictor.graph, container.name);
      if (unit === undefined) continue;
      deployment = this.unit(deployment, unit, predictor);
      if (hasEngine) continue;
      const key = predictorService(owner, predictor);
      deployment = withSelector(deployment, labels.app, key);
      const { httpPort = 0, grpcPort = 0, type } = unit.endpoint ?? {};
      const ports = type === 'GRPC' ? { http: 0, grpc: grpcPort } : { http: httpPort, grpc: 0 };
      this.addPredictorService(predictor, ports);
    }
    return deployment;
  }

  /** The Deployment with the unit's container complete; its Service is made. */
  private unit(
    deployment: FullDeployment,
    unit: PredictiveUnit,
    predictor: PredictorSpec,
  ): FullDeployment {
    const { owner, configuration } = this;
    const service = unitService(owner, predictor, unit);
    const { name = '', namespace = '' } = service.metadata;
    this.services.push(service);
    const { httpPort = 0, grpcPort = 0 } = unit.endpoint ?? {};
    this.detail(name, namespace, { http: httpPort, grpc: grpcPort });
    const { spec: pods } = deployment.spec.template;
    const containers = pods.containers.map(one =>
      one.name === unit.name ? unitContainer(one, unit, predictor, owner) : one,
    );
    const protocol = owner.spec.protocol || 'seldon';
    const complete = { ...pods, containers };
    const served = isPrepackaged(unit)
      ? withServer(complete, unit, protocol, configuration)
      : complete;
    return withSelector(withPods(deployment, served), labels.appService, name);
  }

  private addPredictorService(predictor: PredictorSpec, ports: Ports): void {
    const { owner } = this;
    const name = predictorService(owner, predictor);
    if (this.services.some(({ metadata }) => metadata.name === name)) return;
    const { namespace = '' } = owner.metadata;
    const port = (portName: string, number: number) => ({
      ...{ name: portName, protocol: 'TCP', port: number, targetPort: number },
    });
    const isHeadless = (owner.spec.annotations?.[annotations.headless] ?? 'false') !== 'false';
    this.services.push({
      metadata: {
        name,
        namespace,
        labels: {
          [labels.app]: name,
          [labels.id]: seldonId(owner),
          [labels.managedBy]: 'seldon-core',
        },
      },
      spec: {
        ports: [
          ...(ports.http === 0 ? [] : [port('http', ports.http)]),
          ...(ports.grpc === 0 ? [] : [port('grpc', ports.grpc)]),
        ],
        type: 'ClusterIP',
        selector: { [labels.app]: name },
        sessionAffinity: 'None',
        ...(isHeadless && { clusterIP: 'None' }),
      },
    });
    this.detail(name, namespace, ports);
    const host = `${name}.${namespace}.svc.cluster.local:${ports.http || ports.grpc}`;
    this.url ??= `http://${host}${predictionPath(owner, predictor)}`;
  }

  private detail(name: string, namespace: string, { http, grpc }: Ports): void {
    this.serviceDetails[name] = {
      svcName: name,
      ...(http !== 0 && { httpEndpoint: `${name}.${namespace}:${http}` }),
      ...(grpc !== 0 && { grpcEndpoint: `${name}.${namespace}:${grpc}` }),
    };
  }
}

function predictionPath({ spec }: SeldonDeployment, { graph }: PredictorSpec): string {
  switch (spec.protocol) {
    case 'tensorflow':
      return `/v1/models/${graph.name}/:predict`;
    case 'v2':
    case 'kfserving':
      return `/v2/models/${graph.name}/infer`;
    default:
      return '/api/v1.0/predictions';
  }
}
