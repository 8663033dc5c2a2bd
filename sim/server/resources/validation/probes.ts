/** Checks of probes and of what runs at a container's begin and end. @upstream pkg/apis/core/validation/validation.go */
import type {
  Container,
  ContainerPort,
  HTTPGetAction,
  Lifecycle,
  LifecycleHandler,
  PodSpec,
  Probe,
} from '../../../api/kinds/core.js';
import { httpHeaderNameErrors, portNameErrors, portNumberErrors } from '../../../api/labels.js';
import { duplicate, forbidden, invalid, notSupported, required } from '../field-error.js';
import { checkNonNegative, tell, type Errors } from './checks.js';

/** The probes of a container. */
export function checkProbes(container: Container, path: string, errors: Errors): void {
  const { livenessProbe: liveness, readinessProbe: readiness, startupProbe: startup } = container;
  if (liveness !== undefined) {
    checkProbe(liveness, `${path}.livenessProbe`, errors);
    checkSuccess(liveness, `${path}.livenessProbe`, errors);
  }
  if (readiness !== undefined) {
    checkProbe(readiness, `${path}.readinessProbe`, errors);
    const seconds = readiness.terminationGracePeriodSeconds;
    if (seconds !== undefined) {
      const at = `${path}.readinessProbe.terminationGracePeriodSeconds`;
      errors.push(invalid(at, seconds, 'must not be set for readinessProbes'));
    }
  }
  if (startup !== undefined) {
    checkProbe(startup, `${path}.startupProbe`, errors);
    checkSuccess(startup, `${path}.startupProbe`, errors);
  }
}

function checkSuccess(probe: Probe, path: string, errors: Errors): void {
  if (probe.successThreshold === 1) return;
  errors.push(invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'));
}

function checkProbe(probe: Probe, path: string, errors: Errors): void {
  checkHandler(probe, undefined, path, errors);
  checkNonNegative(probe.initialDelaySeconds, `${path}.initialDelaySeconds`, errors);
  checkNonNegative(probe.timeoutSeconds, `${path}.timeoutSeconds`, errors);
  checkNonNegative(probe.periodSeconds, `${path}.periodSeconds`, errors);
  checkNonNegative(probe.successThreshold, `${path}.successThreshold`, errors);
  checkNonNegative(probe.failureThreshold, `${path}.failureThreshold`, errors);
  const seconds = probe.terminationGracePeriodSeconds;
  if (seconds !== undefined && seconds <= 0) {
    const at = `${path}.terminationGracePeriodSeconds`;
    errors.push(invalid(at, seconds, 'must be greater than 0'));
  }
}

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

const handlerNames = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function checkHandler(
  handler: Handler,
  graceSeconds: number | undefined,
  path: string,
  errors: Errors,
): void {
  let count = 0;
  for (const name of handlerNames) {
    if (handler[name] === undefined) continue;
    if (count > 0) {
      const text = 'may not specify more than 1 handler type';
      errors.push(forbidden(`${path}.${name}`, text));
      continue;
    }
    count++;
    checkAction(handler, name, graceSeconds, `${path}.${name}`, errors);
  }
  if (count === 0) errors.push(required(path, 'must specify a handler type'));
}

function checkAction(
  handler: Handler,
  name: (typeof handlerNames)[number],
  graceSeconds: number | undefined,
  path: string,
  errors: Errors,
): void {
  switch (name) {
    case 'exec':
      if ((handler.exec?.command ?? []).length === 0) errors.push(required(`${path}.command`));
      return;
    case 'httpGet':
      if (handler.httpGet !== undefined) checkHttpGet(handler.httpGet, path, errors);
      return;
    case 'tcpSocket':
      checkPort(handler.tcpSocket?.port ?? 0, `${path}.port`, errors);
      return;
    case 'grpc':
      checkPort(handler.grpc?.port ?? 0, `${path}.port`, errors);
      return;
    case 'sleep':
      checkSleep(handler.sleep?.seconds ?? 0, graceSeconds, path, errors);
  }
}

const schemes = ['HTTP', 'HTTPS'];

function checkHttpGet(action: HTTPGetAction, path: string, errors: Errors): void {
  const { scheme = '' } = action;
  if (!action.path) errors.push(required(`${path}.path`));
  checkPort(action.port ?? 0, `${path}.port`, errors);
  if (!schemes.includes(scheme)) errors.push(notSupported(`${path}.scheme`, scheme, schemes));
  for (const { name = '' } of action.httpHeaders ?? []) {
    tell(httpHeaderNameErrors(name), name, `${path}.httpHeaders`, errors);
  }
}

/** A port by number or name. */
export function checkPort(port: number | string, path: string, errors: Errors): void {
  const texts = typeof port === 'number' ? portNumberErrors(port) : portNameErrors(port);
  tell(texts, port, path, errors);
}

function checkSleep(
  seconds: number,
  graceSeconds: number | undefined,
  path: string,
  errors: Errors,
): void {
  if (graceSeconds === undefined || (seconds >= 0 && seconds <= graceSeconds)) return;
  const text = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
  errors.push(invalid(path, seconds, text));
}

/** What runs after a container's start and before its end. */
export function checkLifecycle(
  lifecycle: Lifecycle,
  spec: PodSpec,
  path: string,
  errors: Errors,
): void {
  const grace = spec.terminationGracePeriodSeconds;
  const { postStart, preStop, stopSignal } = lifecycle;
  if (postStart !== undefined) checkHandler(postStart, grace, `${path}.postStart`, errors);
  if (preStop !== undefined) checkHandler(preStop, grace, `${path}.preStop`, errors);
  if (stopSignal !== undefined && spec.os === undefined) {
    const text = 'may not be set for containers with empty `spec.os.name`';
    errors.push(forbidden(`${path}.stopSignal`, text));
  }
}

const protocols = ['SCTP', 'TCP', 'UDP'];

/** The ports of a container. */
export function checkContainerPorts(
  ports: readonly ContainerPort[] | undefined,
  path: string,
  errors: Errors,
): void {
  if (ports === undefined) return;
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `${path}[${index}]`;
    if (port.name) checkPortName(port.name, names, `${at}.name`, errors);
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else {
      tell(portNumberErrors(port.containerPort), port.containerPort, `${at}.containerPort`, errors);
    }
    if (port.hostPort) {
      tell(portNumberErrors(port.hostPort), port.hostPort, `${at}.hostPort`, errors);
    }
    const { protocol = '' } = port;
    if (protocol === '') errors.push(required(`${at}.protocol`));
    else if (!protocols.includes(protocol)) {
      errors.push(notSupported(`${at}.protocol`, protocol, protocols));
    }
  }
}

function checkPortName(name: string, names: Set<string>, path: string, errors: Errors): void {
  const texts = portNameErrors(name);
  if (texts.length > 0) tell(texts, name, path, errors);
  else if (names.has(name)) errors.push(duplicate(path, name));
  else names.add(name);
}

/** No two containers want the same port of the node. */
export function checkHostPorts(
  containers: readonly Container[],
  path: string,
  errors: Errors,
): void {
  const taken = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [portIndex, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(key)) {
        errors.push(duplicate(`${path}[${index}].ports[${portIndex}].hostPort`, key));
      } else taken.add(key);
    }
  }
}
