/** The measures of quotas by kind: what admission charges and the quota controller counts. */
import { persistentVolumeClaims, pods, services } from '../kinds/core.js';
import { resourceClaims } from '../kinds/resource.js';
import { printedResource } from '../status.js';
import type { QuotaMeasure } from './measure.js';
import { claimMeasure, resourceClaimMeasure, serviceMeasure } from './others.js';
import { podMeasure } from './pods.js';

/** The kinds that are more than counted, as `pods`, `resourceclaims.resource.k8s.io`. */
export const measures: ReadonlyMap<string, QuotaMeasure> = new Map([
  [printedResource(pods), podMeasure],
  [printedResource(services), serviceMeasure],
  [printedResource(persistentVolumeClaims), claimMeasure],
  [printedResource(resourceClaims), resourceClaimMeasure],
]);
