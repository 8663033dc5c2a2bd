/**
 * Which writes may change what a quota counts.
 * @upstream pkg/quota/v1/evaluator/core Handles
 */
import { deepEqual } from '../../../api/equality.js';
import {
  persistentVolumeClaims,
  pods,
  services,
  type PersistentVolumeClaim,
  type Pod,
} from '../../../api/kinds/core.js';
import { resourceClaims } from '../../../api/kinds/resource.js';
import { isTerminating } from '../../../api/quota/pods.js';
import { printedResource } from '../../../api/status.js';
import { objectOf, oldObjectOf } from '../shared/outcome.js';
import type { AdmissionAttributes } from '../plugin.js';

type Handles = (attributes: AdmissionAttributes) => boolean;

const special: ReadonlyMap<string, Handles> = new Map<string, Handles>([
  [printedResource(pods), podWrite],
  [printedResource(services), isWrite],
  [printedResource(persistentVolumeClaims), claimWrite],
  [printedResource(resourceClaims), isWrite],
]);

/** Whether the write may be charged. */
export function isChargedWrite(attributes: AdmissionAttributes): boolean {
  const handles = special.get(printedResource(attributes.resource));
  if (handles !== undefined) return handles(attributes);
  return attributes.operation === 'CREATE' && attributes.subresource === '';
}

function isWrite({ operation, subresource }: AdmissionAttributes): boolean {
  return subresource === '' && (operation === 'CREATE' || operation === 'UPDATE');
}

/** Creations, resizes, and updates by which a pod changes its scope. */
function podWrite(attributes: AdmissionAttributes): boolean {
  const { operation, subresource } = attributes;
  if (subresource === 'resize') return operation === 'UPDATE';
  if (subresource !== '') return false;
  if (operation !== 'UPDATE') return operation === 'CREATE';
  return isTerminating(objectOf<Pod>(attributes)) !== isTerminating(oldObjectOf<Pod>(attributes));
}

function claimWrite(attributes: AdmissionAttributes): boolean {
  if (attributes.subresource !== 'status') return isWrite(attributes);
  const { status } = objectOf<PersistentVolumeClaim>(attributes);
  const { status: old } = oldObjectOf<PersistentVolumeClaim>(attributes);
  return !deepEqual(status?.allocatedResources, old?.allocatedResources);
}
