/** Checks of Services. @upstream pkg/apis/core/validation/validation.go validateService */
import type {
  LoadBalancerStatus,
  Service,
  ServicePort,
  ServiceSpec,
} from '../../../api/kinds/core.js';
import { dns1123SubdomainErrors, portNumberErrors } from '../../../api/labels.js';
import { isExternallyAccessible } from '../defaults/service.js';
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  type FieldError,
} from '../field-error.js';
import { needsHealthCheck } from '../node-ports.js';
import {
  checkLabel,
  checkLabels,
  checkQualifiedName,
  checkSubdomain,
  tell,
  type Errors,
} from './checks.js';
import { checkEndpointIP } from './endpoints.js';
import { goValue } from './go-value.js';
import { checkLegacyCIDR, checkLegacyIP, parseAddress } from './ip.js';
import { checkPort } from './probes.js';
import { checkClusterIPs, isHeadless } from './service-ips.js';

/** What is wrong with a Service. */
export function validateService(service: Service, old?: Service): readonly FieldError[] {
  const errors: Errors = [];
  const spec = service.spec ?? {};
  checkTopology(service, errors);
  checkType(spec, errors);
  const names = new Set<string>();
  const ports = spec.ports ?? [];
  for (const [index, port] of ports.entries()) {
    checkServicePort(port, ports.length > 1, names, `spec.ports[${index}]`, errors);
  }
  if (spec.selector !== undefined) checkLabels(spec.selector, 'spec.selector', errors);
  checkAffinity(spec, errors);
  checkClusterIPs(spec, old?.spec, errors);
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    const path = `spec.externalIPs[${index}]`;
    if (checkLegacyIP(ip, path, errors, old?.spec?.externalIPs)) checkEndpointIP(ip, path, errors);
  }
  checkTypeName(spec, errors);
  checkPorts(spec, errors);
  checkSourceRanges(service, old, errors);
  checkBalancer(spec, errors);
  checkTraffic(spec, errors);
  return errors;
}

const hintsKey = 'service.kubernetes.io/topology-aware-hints';
const modeKey = 'service.kubernetes.io/topology-mode';

function checkTopology({ metadata }: Service, errors: Errors): void {
  const [hints, mode] = [metadata.annotations?.[hintsKey], metadata.annotations?.[modeKey]];
  if (hints === undefined || mode === undefined || hints === mode) return;
  const text = `must match annotations[${hintsKey}] when both are specified`;
  errors.push(invalid(`metadata.annotations[${modeKey}]`, mode, text));
}

function checkType(spec: ServiceSpec, errors: Errors): void {
  const { type } = spec;
  if ((spec.ports ?? []).length === 0 && !isHeadless(spec) && type !== 'ExternalName') {
    errors.push(required('spec.ports'));
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    const text = `may not be set to 'None' for ${type} services`;
    errors.push(invalid('spec.clusterIPs[0]', 'None', text));
  }
  if (type === 'ExternalName') checkExternal(spec, errors);
}

function checkExternal(spec: ServiceSpec, errors: Errors): void {
  const text = 'may not be set for ExternalName services';
  if ((spec.clusterIPs ?? []).length > 0) errors.push(forbidden('spec.clusterIPs', text));
  if ((spec.ipFamilies ?? []).length > 0) errors.push(forbidden('spec.ipFamilies', text));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', text));
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else checkSubdomain(name, 'spec.externalName', errors);
}

const protocols = ['SCTP', 'TCP', 'UDP'];

function checkServicePort(
  port: ServicePort,
  needsName: boolean,
  names: Set<string>,
  path: string,
  errors: Errors,
): void {
  const { name = '', protocol = '' } = port;
  if (name !== '') {
    checkLabel(name, `${path}.name`, errors);
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
  } else if (needsName) errors.push(required(`${path}.name`));
  const number = port.port ?? 0;
  tell(portNumberErrors(number), number, `${path}.port`, errors);
  if (protocol === '') errors.push(required(`${path}.protocol`));
  else if (!protocols.includes(protocol)) {
    errors.push(notSupported(`${path}.protocol`, protocol, protocols));
  }
  checkPort(port.targetPort ?? 0, `${path}.targetPort`, errors);
  if (port.appProtocol !== undefined) {
    checkQualifiedName(port.appProtocol, `${path}.appProtocol`, errors);
  }
}

const affinities = ['ClientIP', 'None'];
const affinitySecondsMax = 86400;

function checkAffinity(spec: ServiceSpec, errors: Errors): void {
  const affinity = spec.sessionAffinity ?? '';
  const config = spec.sessionAffinityConfig;
  const path = 'spec.sessionAffinityConfig';
  if (affinity === '') errors.push(required('spec.sessionAffinity'));
  else if (!affinities.includes(affinity)) {
    errors.push(notSupported('spec.sessionAffinity', affinity, affinities));
  }
  if (affinity === 'None' && config !== undefined) {
    errors.push(forbidden(path, 'must not be set when session affinity is None'));
  }
  if (affinity !== 'ClientIP') return;
  const text = 'when session affinity type is ClientIP';
  const seconds = config?.clientIP?.timeoutSeconds;
  if (config === undefined) errors.push(required(path, text));
  else if (config.clientIP === undefined) errors.push(required(`${path}.clientIP`, text));
  else if (seconds === undefined) errors.push(required(`${path}.clientIP.timeoutSeconds`, text));
  else if (seconds <= 0 || seconds > affinitySecondsMax) {
    const told = `must be greater than 0 and less than ${affinitySecondsMax}`;
    errors.push(invalid(`${path}.clientIP.timeoutSeconds`, seconds, told));
  }
}

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function checkTypeName({ type = '' }: ServiceSpec, errors: Errors): void {
  if (type === '') errors.push(required('spec.type'));
  else if (!types.includes(type)) errors.push(notSupported('spec.type', type, types));
}

function checkPorts(spec: ServiceSpec, errors: Errors): void {
  const ports = spec.ports ?? [];
  if (spec.type === 'ClusterIP') {
    for (const [index, port] of ports.entries()) {
      if (!port.nodePort) continue;
      const text = "may not be used when `type` is 'ClusterIP'";
      errors.push(forbidden(`spec.ports[${index}].nodePort`, text));
    }
  }
  const nodePorts = new Set<string>();
  for (const [index, { nodePort, protocol }] of ports.entries()) {
    if (!nodePort) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${index}].nodePort`, nodePort));
    nodePorts.add(key);
  }
  const numbers = new Set<string>();
  for (const [index, { port, protocol }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (numbers.has(key)) {
      const value = goValue('core/v1.ServicePort', { protocol, port });
      errors.push(duplicate(`spec.ports[${index}]`, value));
    }
    numbers.add(key);
  }
}

const rangesKey = 'service.beta.kubernetes.io/load-balancer-source-ranges';

function checkSourceRanges(service: Service, old: Service | undefined, errors: Errors): void {
  const spec = service.spec ?? {};
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const text = "may only be used when `type` is 'LoadBalancer'";
  if (ranges.length > 0) {
    const path = 'spec.LoadBalancerSourceRanges';
    if (spec.type !== 'LoadBalancer') errors.push(forbidden(path, text));
    const known = (old?.spec?.loadBalancerSourceRanges ?? []).map(range => range.trim());
    for (const [index, range] of ranges.entries()) {
      checkLegacyCIDR(range.trim(), `${path}[${index}]`, errors, known);
    }
    return;
  }
  const annotation = service.metadata.annotations?.[rangesKey];
  if (annotation === undefined) return;
  const path = `metadata.annotations[${rangesKey}]`;
  if (spec.type !== 'LoadBalancer') errors.push(forbidden(path, text));
  if (old?.metadata.annotations?.[rangesKey] === annotation || annotation.trim() === '') return;
  for (const range of annotation.trim().split(',')) checkLegacyCIDR(range.trim(), path, errors);
}

function checkBalancer(spec: ServiceSpec, errors: Errors): void {
  const isBalancer = spec.type === 'LoadBalancer';
  const text = "may only be used when `type` is 'LoadBalancer'";
  const allocates = spec.allocateLoadBalancerNodePorts;
  if (allocates !== undefined && !isBalancer) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', text));
  }
  if (allocates === undefined && isBalancer) {
    errors.push(required('allocateLoadBalancerNodePorts'));
  }
  checkBalancerClass(spec, errors);
}

function checkBalancerClass(spec: ServiceSpec, errors: Errors): void {
  const name = spec.loadBalancerClass;
  if (name === undefined) return;
  const path = 'spec.loadBalancerClass';
  if (spec.type === 'LoadBalancer') checkQualifiedName(name, path, errors);
  else errors.push(forbidden(path, "may only be used when `type` is 'LoadBalancer'"));
}

const policies = ['Cluster', 'Local'];
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

function checkTraffic(spec: ServiceSpec, errors: Errors): void {
  const external = spec.externalTrafficPolicy ?? '';
  const path = 'spec.externalTrafficPolicy';
  if (!isExternallyAccessible(spec)) {
    if (external !== '') {
      const text = 'may only be set for externally-accessible services';
      errors.push(invalid(path, external, text));
    }
  } else if (external === '') errors.push(required(path));
  else if (!policies.includes(external)) errors.push(notSupported(path, external, policies));
  checkHealthPort(spec, errors);
  const internal = spec.internalTrafficPolicy;
  if (internal === undefined) {
    if (types.includes(spec.type ?? '') && spec.type !== 'ExternalName') {
      errors.push(required('spec.internalTrafficPolicy'));
    }
  } else if (!policies.includes(internal)) {
    errors.push(notSupported('spec.internalTrafficPolicy', internal, policies));
  }
  const distribution = spec.trafficDistribution;
  if (distribution !== undefined && !distributions.includes(distribution)) {
    errors.push(notSupported('spec.trafficDistribution', distribution, distributions));
  }
}

function checkHealthPort(spec: ServiceSpec, errors: Errors): void {
  const port = spec.healthCheckNodePort ?? 0;
  const path = 'spec.healthCheckNodePort';
  if (!needsHealthCheck(spec)) {
    if (port === 0) return;
    const text =
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid(path, port, text));
  } else if (port === 0) errors.push(required(path));
  else tell(portNumberErrors(port), port, path, errors);
}

/** What is wrong with an update of a Service. */
export function validateServiceUpdate(service: Service, old: Service): readonly FieldError[] {
  const errors: Errors = [];
  const [spec, before] = [service.spec ?? {}, old.spec ?? {}];
  checkKeptIPs(spec, before, errors);
  checkKeptFamilies(spec, before, errors);
  if (spec.type === 'LoadBalancer' && before.type === 'LoadBalancer') {
    if (spec.loadBalancerClass !== before.loadBalancerClass) {
      const value = spec.loadBalancerClass ?? null;
      errors.push(invalid('spec.loadBalancerClass', value, 'may not change once set'));
    }
  }
  checkBalancerClass(spec, errors);
  if (needsHealthCheck(before) && needsHealthCheck(spec)) {
    if ((spec.healthCheckNodePort ?? 0) !== (before.healthCheckNodePort ?? 0)) {
      errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
    }
  }
  errors.push(...validateService(service, old));
  return errors;
}

const fixedText = 'may not change once set';

function checkKeptIPs(spec: ServiceSpec, before: ServiceSpec, errors: Errors): void {
  if (spec.type === 'ExternalName' || before.type === 'ExternalName') return;
  if (isHeadless(spec) && isHeadless(before)) return;
  const [now, then] = [spec.clusterIPs ?? [], before.clusterIPs ?? []];
  const add = (index: number, text: string) =>
    errors.push(invalid(`spec.clusterIPs[${index}]`, spec.clusterIPs ?? null, text));
  if (now.length === then.length) {
    for (const [index, ip] of then.entries()) if (now[index] !== ip) add(index, fixedText);
    return;
  }
  if (now.length === 0) add(0, 'primary clusterIP can not be unset');
  if (now.length > 0 && then.length > 0 && now[0] !== then[0]) add(0, fixedText);
  if (now.length < then.length && now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const text = "must be set to 'SingleStack' when releasing the secondary clusterIP";
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy ?? null, text));
  }
}

function checkKeptFamilies(spec: ServiceSpec, before: ServiceSpec, errors: Errors): void {
  if (spec.type === 'ExternalName' || before.type === 'ExternalName') return;
  if (isHeadless(spec) || isHeadless(before)) return;
  const [now, then] = [spec.ipFamilies ?? [], before.ipFamilies ?? []];
  const add = (value: unknown, text: string) =>
    errors.push(invalid('spec.ipFamilies[0]', value, text));
  if (now.length === then.length) {
    for (const [index, family] of then.entries()) {
      if (now[index] !== family) add(spec.ipFamilies, fixedText);
    }
    return;
  }
  if (now.length < then.length && (spec.clusterIPs ?? []).length === 0) {
    add(spec.ipFamilies ?? null, 'primary ipFamily can not be unset');
  }
  if (now.length > 0 && then.length > 0 && now[0] !== then[0]) add(spec.clusterIPs, fixedText);
  if (now.length < then.length && now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const text = "must be set to 'SingleStack' when releasing the secondary ipFamily";
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy ?? null, text));
  }
}

/** What is wrong with a Service's status. */
export function validateServiceStatus(service: Service, old: Service): readonly FieldError[] {
  const errors: Errors = [];
  const isBalancer = service.spec?.type === 'LoadBalancer';
  const points = service.status?.loadBalancer?.ingress ?? [];
  if (!isBalancer && points.length > 0) {
    const text = "may only be used when `spec.type` is 'LoadBalancer'";
    errors.push(forbidden('status.loadBalancer.ingress', text));
    return errors;
  }
  const known = (old.status?.loadBalancer?.ingress ?? []).map(point => point.ip ?? '');
  for (const [index, point] of points.entries()) {
    checkPoint(point, known, `status.loadBalancer.ingress[${index}]`, errors);
  }
  return errors;
}

const modes = ['Proxy', 'VIP'];

function checkPoint(
  point: NonNullable<LoadBalancerStatus['ingress']>[number],
  known: readonly string[],
  path: string,
  errors: Errors,
): void {
  const { ip = '', ipMode: mode, hostname = '' } = point;
  if (ip !== '') checkLegacyIP(ip, `${path}.ip`, errors, known);
  const at = `${path}.ipMode`;
  if (mode === undefined) {
    if (ip !== '') errors.push(required(at, 'must be specified when `ip` is set'));
  } else if (ip === '') errors.push(forbidden(at, 'may not be specified when `ip` is not set'));
  else if (!modes.includes(mode)) errors.push(notSupported(at, mode, modes));
  if (hostname === '') return;
  tell(dns1123SubdomainErrors(hostname), hostname, `${path}.hostname`, errors);
  if (parseAddress(hostname).isOk) {
    const text = 'must be a DNS name, not an IP address';
    errors.push(invalid(`${path}.hostname`, hostname, text));
  }
}
