/** Drops an initial scale that Knative would refuse. @upstream kserve v0.20.0 pkg/controller/v1alpha1/utils/utils.go */
import { configMaps } from '../../../api/kinds/core.js';
import type { HasMetadata } from '../../../api/object.js';
import type { Reconciliation } from '../../../client/contract.js';
import { call, get } from '../../../client/requests.js';
import { systemNamespace } from '../../knative/keys.js';

const name = 'config-autoscaler';
const key = 'autoscaling.knative.dev/initial-scale';
const truths = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const falsehoods = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

/** The service, or the graph, as Knative can take it; a message when its configuration cannot be read. */
export function* withValidInitialScale<T extends HasMetadata>(
  service: T,
): Reconciliation<T | string> {
  const isZeroAllowed = yield* readIsZeroAllowed();
  if (typeof isZeroAllowed === 'string') {
    return `failed to retrieve the knative autoscaler configuration: ${isZeroAllowed}`;
  }
  const { [key]: scale, ...rest } = service.metadata.annotations ?? {};
  if (scale === undefined) return service;
  const isWhole = /^[-+]?\d+$/.test(scale);
  if (isWhole && (isZeroAllowed || Number(scale) !== 0)) return service;
  return { ...service, metadata: { ...service.metadata, annotations: rest } };
}

function* readIsZeroAllowed(): Reconciliation<boolean | string> {
  const answer = yield* call(get(configMaps, systemNamespace, name));
  if (!answer.isOk) {
    return `fails to retrieve the ${name} configmap from the ${systemNamespace} namespace.: ${answer.message}`;
  }
  const text = answer.object.data?.['allow-zero-initial-scale'] ?? 'false';
  if (truths.includes(text)) return true;
  return falsehoods.includes(text) ? false : `strconv.ParseBool: parsing "${text}": invalid syntax`;
}
