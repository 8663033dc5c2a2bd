/** Services. @upstream pkg/registry/core/service/strategy.go */
import { services, type Service, type ServiceSpec } from '../../api/kinds/core.js';
import { ipAddresses } from '../../api/kinds/networking.js';
import { compareText } from '../../api/go-text.js';
import { Attached } from '../../engine/attached.js';
import { ageOf, labelsText } from './columns/cell.js';
import { serviceColumns } from './columns/core.js';
import { without } from './defaults/fill.js';
import { serviceDefaults } from './defaults/service.js';
import { keepSpec, keepStatus } from './parts.js';
import { allocate, type Allocation } from './service-allocation.js';
import { dropForType, normalizeClusterIPs, patchAllocated } from './service-update.js';
import { ipWarnings } from './ip-warnings.js';
import { serviceWarnings } from './service-warnings.js';
import { strategyOf, type Companion, type StrategyContext, type Unmet } from './strategy.js';
import { isIPv6 } from './validation/ip.js';
import {
  validateService,
  validateServiceStatus,
  validateServiceUpdate,
} from './validation/service.js';

/** The strategy of Services. */
export const service = strategyOf<Service>({
  kind: services,
  nameRule: 'label',
  defaults: serviceDefaults,
  allowsCreateOnUpdate: true,
  returnsDeletedObject: true,
  companions: addressesOf,
  prepareForCreate: (object, context) => {
    const fresh = { ...object, status: { loadBalancer: {} } };
    const { service: given, unmet } = allocate(normalized(fresh, undefined), undefined, context);
    return noted(withoutPolicy(given), unmet);
  },
  reserve: ({ spec }) => spec && unmetBy.get(spec),
  validate: object => validateService(object),
  warningsOnCreate: serviceWarnings,
  prepareForUpdate: (object, old, context) => {
    const { service: given, unmet } = allocated(object, old, context);
    return noted(withoutPolicy(dropForType(keepStatus(given, old), old)), unmet);
  },
  reserveUpdate: ({ spec }) => spec && unmetBy.get(spec),
  validateUpdate: validateServiceUpdate,
  warningsOnUpdate: serviceWarnings,
  status: {
    prepareForUpdate: keepSpec,
    validateUpdate: validateServiceStatus,
    warningsOnUpdate: object =>
      (object.status?.loadBalancer?.ingress ?? []).flatMap((point, index) =>
        point.ip ? ipWarnings(`status.loadBalancer.ingress[${index}]`, point.ip) : [],
      ),
  },
  selectableFields: {
    'spec.clusterIP': object => object.spec?.clusterIP ?? '',
    'spec.type': object => object.spec?.type ?? '',
  },
  fieldSelectorError: 'not-supported',
  columns: serviceColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.spec?.type ?? '',
    object.spec?.clusterIPs?.[0] ?? '<none>',
    externalText(object),
    portsText(object),
    ageOf(object, nowMs),
    labelsText(object.spec?.selector),
  ],
});

/** What holds each address of the service. @upstream pkg/registry/core/service/ipallocator/ipallocator.go createIPAddress */
function addressesOf({ metadata, spec }: Service): readonly Companion[] {
  const { clusterIPs = [] } = spec ?? {};
  if (spec?.type === 'ExternalName' || clusterIPs[0] === 'None') return [];
  const { namespace = '', name = '' } = metadata;
  return clusterIPs.map(ip => ({
    kind: ipAddresses,
    object: {
      kind: 'IPAddress',
      apiVersion: 'networking.k8s.io/v1',
      metadata: {
        name: ip,
        labels: {
          'ipaddress.kubernetes.io/ip-family': isIPv6(ip) ? 'IPv6' : 'IPv4',
          'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
        },
      },
      spec: { parentRef: { resource: 'services', namespace, name } },
    },
  }));
}

function normalized(service: Service, old: Service | undefined): Service {
  if (service.spec === undefined) return service;
  return { ...service, spec: normalizeClusterIPs(service.spec, old?.spec) };
}

function allocated(service: Service, old: Service, context: StrategyContext): Allocation {
  if (service.spec === undefined || old.spec === undefined) return { service };
  const patched = { ...service, spec: patchAllocated(service.spec, old.spec) };
  return allocate(normalized(patched, old), old, context);
}

/** Why a spec that was prepared cannot have what it asks for. */
const unmetBy = new Attached<ServiceSpec, Unmet>();

/** What a spec asks for is looked at once, when it is prepared: what it is given then is its own. */
function noted(service: Service, unmet: Unmet | undefined): Service {
  if (unmet === undefined || service.spec === undefined) return service;
  const spec = { ...service.spec };
  unmetBy.set(spec, unmet);
  return { ...service, spec };
}

/** Names outside of the cluster have no traffic policy within. */
function withoutPolicy(service: Service): Service {
  if (service.spec?.type !== 'ExternalName') return service;
  return { ...service, spec: without(service.spec, 'internalTrafficPolicy') };
}

function externalText({ spec, status }: Service): string {
  const given = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return given.length > 0 ? given.join(',') : '<none>';
    case 'LoadBalancer': {
      const points = status?.loadBalancer?.ingress ?? [];
      const balanced = pointsText(points);
      if (given.length > 0) return [...(balanced === '' ? [] : [balanced]), ...given].join(',');
      return balanced === '' ? '<pending>' : balanced;
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

/** The addresses of a load balancer, sorted, each once. */
export function pointsText(
  points: readonly { readonly ip?: string; readonly hostname?: string }[],
): string {
  const all = new Set(points.map(point => point.ip || point.hostname || ''));
  all.delete('');
  return [...all].sort(compareText).join(',');
}

function portsText({ spec }: Service): string {
  const ports = (spec?.ports ?? []).map(({ port, nodePort, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return ports.length === 0 ? '<none>' : ports.join(',');
}
