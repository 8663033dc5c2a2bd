/** The defaults of pod specs and pod templates. @upstream pkg/apis/core/v1/defaults.go */
import type {
  EphemeralContainer,
  PodSecurityContext,
  PodSpec,
  PodTemplateSpec,
} from '../../../api/kinds/core.js';
import { containerDefaults, resourcesDefaults } from './container.js';
import { eachItem, fill, within } from './fill.js';
import { resourceListDefaults } from './resource-list.js';
import { volumeDefaults } from './volume.js';

const none: PodSpec['containers'] = [];
const noContext: PodSecurityContext = {};
const defaultSeconds = 30;

/** The defaults that pods and templates share. */
export function podSpecDefaults(spec: PodSpec): PodSpec {
  // Null when it was sent so.
  const given: PodSpec['containers'] | null = spec.containers;
  const containers = given === null ? given : eachItem(given ?? none, containerDefaults);
  const isFull =
    spec.dnsPolicy &&
    spec.restartPolicy &&
    spec.schedulerName &&
    spec.securityContext !== undefined &&
    spec.terminationGracePeriodSeconds !== undefined;
  let result = spec;
  if (!isFull || (containers !== given && containers !== none)) {
    result = Object.assign({}, spec, {
      containers: containers === null || containers === none ? spec.containers : containers,
      dnsPolicy: spec.dnsPolicy || 'ClusterFirst',
      restartPolicy: spec.restartPolicy || 'Always',
      schedulerName: spec.schedulerName || 'default-scheduler',
      securityContext: spec.securityContext ?? noContext,
      terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? defaultSeconds,
    });
  }
  if (result.initContainers !== undefined) {
    result = within(result, 'initContainers', list => eachItem(list, containerDefaults));
  }
  if (result.ephemeralContainers !== undefined) {
    result = within(result, 'ephemeralContainers', list => eachItem(list, ephemeralDefaults));
  }
  if (result.volumes !== undefined) {
    result = within(result, 'volumes', list => eachItem(list, volumeDefaults));
  }
  return rareDefaults(result);
}

/** What few pods have. @upstream pkg/apis/core/v1/conversion.go for the mirrored names */
function rareDefaults(spec: PodSpec): PodSpec {
  let result = spec;
  if (result.resources !== undefined) result = within(result, 'resources', resourcesDefaults);
  if (result.overhead !== undefined) result = within(result, 'overhead', resourceListDefaults);
  // The older name of the field follows the newer one, and gives it its value when it is alone.
  if (result.serviceAccountName) {
    if (result.serviceAccount !== result.serviceAccountName) {
      result = { ...result, serviceAccount: result.serviceAccountName };
    }
  } else if (result.serviceAccount) {
    result = { ...result, serviceAccountName: result.serviceAccount };
  }
  return result;
}

/** An ephemeral container has the defaults of any other. */
function ephemeralDefaults(container: EphemeralContainer): EphemeralContainer {
  return containerDefaults(container);
}

const noPodSpec: PodSpec = { containers: [] };

/** The defaults of a template of pods. */
export function podTemplateDefaults(template: PodTemplateSpec): PodTemplateSpec {
  const filled = fill(template, { metadata: {}, spec: noPodSpec });
  return within(filled, 'spec', podSpecDefaults);
}
