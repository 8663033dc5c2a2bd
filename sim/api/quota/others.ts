/**
 * The use of services, volume claims and resource claims.
 * @upstream pkg/quota/v1/evaluator/core/services.go, persistent_volume_claims.go, resource_claims.go
 */
import {
  persistentVolumeClaims,
  services,
  type PersistentVolumeClaim,
  type Service,
} from '../kinds/core.js';
import { resourceClaims, type ResourceClaim } from '../kinds/resource.js';
import { quantity, quantityOf, zero, type Quantity } from '../quantity.js';
import type { Amounts } from './amounts.js';
import { countName, one, type QuotaMeasure } from './measure.js';
import { isSelected } from './pods.js';

const serviceCount = countName(services);
const serviceNames = [serviceCount, 'services', 'services.loadbalancers', 'services.nodeports'];

/** The measure of services. */
export const serviceMeasure: QuotaMeasure = {
  tracks: name => serviceNames.includes(name),
  usage: object => serviceUsage(object as unknown as Service),
};

/** Node ports are not allocated yet, so the intent is charged. */
function serviceUsage({ spec }: Service): Amounts {
  const ports = spec?.ports ?? [];
  const isBalanced = spec?.type === 'LoadBalancer';
  let nodePorts = spec?.type === 'NodePort' || isBalanced ? ports.length : 0;
  if (isBalanced && spec?.allocateLoadBalancerNodePorts === false) {
    nodePorts = ports.filter(port => (port.nodePort ?? 0) !== 0).length;
  }
  return new Map([
    [serviceCount, one],
    ['services', one],
    ['services.loadbalancers', isBalanced ? one : zero],
    ['services.nodeports', quantityOf(nodePorts)],
  ]);
}

const claimCount = countName(persistentVolumeClaims);
const claimNames = ['persistentvolumeclaims', 'requests.storage'];
/** The annotation from before spec.storageClassName. */
const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const classSuffix = '.storageclass.storage.k8s.io/';

/** The measure of volume claims. */
export const claimMeasure: QuotaMeasure = {
  tracks: name =>
    name === claimCount || claimNames.some(own => name === own || name.endsWith(classSuffix + own)),
  isInScope: (object, scope) => {
    if (scope.scopeName !== 'VolumeAttributesClass') return false;
    const names = attributesClasses(object as unknown as PersistentVolumeClaim);
    if (names.length === 0) return isSelected(undefined, scope);
    return names.some(name => isSelected(name, scope));
  },
  usage: object => claimUsage(object as unknown as PersistentVolumeClaim),
};

function attributesClasses({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.filter(name => name !== undefined && name !== '') as string[];
}

function claimUsage({ metadata, spec, status }: PersistentVolumeClaim): Amounts {
  const usage = new Map<string, Quantity>([
    ['persistentvolumeclaims', one],
    [claimCount, one],
  ]);
  const className = metadata.annotations?.[classAnnotation] ?? spec?.storageClassName ?? '';
  const ofClass = (name: string, amount: Quantity) => {
    if (className !== '') usage.set(className + classSuffix + name, amount);
  };
  ofClass('persistentvolumeclaims', one);
  const requested = spec?.resources?.requests?.['storage'];
  if (requested === undefined) return usage;
  const allocated = quantity(status?.allocatedResources?.['storage']).roundedUp(0);
  const request = quantity(requested).roundedUp(0);
  const storage = allocated.compare(request) > 0 ? allocated : request;
  usage.set('requests.storage', storage);
  ofClass('requests.storage', storage);
  return usage;
}

const resourceClaimCount = countName(resourceClaims);
const deviceSuffix = '.deviceclass.resource.k8s.io/devices';

/** The most devices that one claim can get. */
const devicesMax = 32;

/** The measure of resource claims: devices by class, at worst. */
export const resourceClaimMeasure: QuotaMeasure = {
  tracks: name => name === resourceClaimCount || name.endsWith(deviceSuffix),
  usage: object => resourceClaimUsage(object as unknown as ResourceClaim),
};

interface Asked {
  readonly deviceClassName: string;
  readonly allocationMode?: string;
  readonly count?: number;
}

function resourceClaimUsage({ spec }: ResourceClaim): Amounts {
  const usage = new Map<string, Quantity>([[resourceClaimCount, one]]);
  for (const { exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
    const worst = new Map<string, number>();
    for (const asked of exactly === undefined ? firstAvailable : [exactly]) {
      const name = asked.deviceClassName + deviceSuffix;
      worst.set(name, Math.max(worst.get(name) ?? 0, devicesOf(asked)));
    }
    for (const [name, devices] of worst) {
      usage.set(name, (usage.get(name) ?? zero).add(quantityOf(devices)));
    }
  }
  return usage;
}

function devicesOf({ allocationMode, count = 1 }: Asked): number {
  if (allocationMode === 'All') return devicesMax;
  return allocationMode === undefined || allocationMode === 'ExactCount' ? count : 0;
}
