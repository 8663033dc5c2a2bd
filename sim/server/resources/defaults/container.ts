/** The defaults of containers, probes and environment. @upstream pkg/apis/core/v1/defaults.go */
import type {
  Container,
  ContainerPort,
  EnvVar,
  HTTPGetAction,
  Lifecycle,
  LifecycleHandler,
  ObjectFieldSelector,
  Probe,
  ResourceRequirements,
} from '../../../api/kinds/core.js';
import { eachItem, fill, fillEmpty, within } from './fill.js';
import { defaultPullPolicy } from './image.js';
import { resourceListDefaults } from './resource-list.js';

const noResources: ResourceRequirements = {};

/** The defaults that a container has in pods and templates alike. */
export function containerDefaults(container: Container): Container {
  const given = container.resources;
  const resources = given === undefined ? noResources : resourcesDefaults(given);
  const isFull =
    container.imagePullPolicy &&
    container.terminationMessagePath &&
    container.terminationMessagePolicy;
  let result = container;
  if (!isFull || resources !== given) {
    result = Object.assign({}, container, {
      resources,
      terminationMessagePath: container.terminationMessagePath || '/dev/termination-log',
      terminationMessagePolicy: container.terminationMessagePolicy || 'File',
      imagePullPolicy: container.imagePullPolicy || defaultPullPolicy(container.image ?? ''),
    });
  }
  if (result.ports !== undefined) {
    result = within(result, 'ports', ports => eachItem(ports, portDefaults));
  }
  if (result.env !== undefined) result = within(result, 'env', env => eachItem(env, envDefaults));
  return handlerDefaults(result);
}

function handlerDefaults(container: Container): Container {
  let result = container;
  if (result.livenessProbe !== undefined) result = within(result, 'livenessProbe', probeDefaults);
  if (result.readinessProbe !== undefined) result = within(result, 'readinessProbe', probeDefaults);
  if (result.startupProbe !== undefined) result = within(result, 'startupProbe', probeDefaults);
  if (result.lifecycle !== undefined) result = within(result, 'lifecycle', lifecycleDefaults);
  return result;
}

/** Rounds requests and limits to thousandths. */
export function resourcesDefaults<T extends Pick<ResourceRequirements, 'limits' | 'requests'>>(
  resources: T,
): T {
  let result = resources;
  if (result.limits !== undefined) result = within(result, 'limits', resourceListDefaults);
  if (result.requests !== undefined) result = within(result, 'requests', resourceListDefaults);
  return result;
}

const portDefault = { protocol: 'TCP' };

function portDefaults(port: ContainerPort): ContainerPort {
  return port.protocol ? port : Object.assign({}, port, portDefault);
}

function envDefaults(env: EnvVar): EnvVar {
  if (env.valueFrom?.fileKeyRef !== undefined) {
    return within(env, 'valueFrom', from =>
      within(from, 'fileKeyRef', key => fill(key, { optional: false })),
    );
  }
  if (env.valueFrom?.fieldRef === undefined) return env;
  return within(env, 'valueFrom', from => within(from, 'fieldRef', fieldRefDefaults));
}

/** A field is taken from v1 unless said otherwise. */
export function fieldRefDefaults(selector: ObjectFieldSelector): ObjectFieldSelector {
  return selector.apiVersion ? selector : Object.assign({}, selector, { apiVersion: 'v1' });
}

const probeValues: Partial<Probe> = {
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
};

function probeDefaults(probe: Probe): Probe {
  let result = fillEmpty(probe, probeValues);
  if (result.httpGet !== undefined) result = within(result, 'httpGet', httpGetDefaults);
  if (result.grpc !== undefined)
    result = within(result, 'grpc', grpc => fill(grpc, { service: '' }));
  return result;
}

function httpGetDefaults(action: HTTPGetAction): HTTPGetAction {
  return fillEmpty(action, { path: '/', scheme: 'HTTP' });
}

function lifecycleDefaults(lifecycle: Lifecycle): Lifecycle {
  const result = within(lifecycle, 'postStart', lifecycleHandlerDefaults);
  return within(result, 'preStop', lifecycleHandlerDefaults);
}

function lifecycleHandlerDefaults(handler: LifecycleHandler): LifecycleHandler {
  return within(handler, 'httpGet', httpGetDefaults);
}
