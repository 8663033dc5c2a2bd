/**
 * What a trigger's authentication holds: of Secrets and ConfigMaps; the stores of clouds, Vault, files,
 * variables and tokens are not asked. @upstream kedacore/keda v2.20.2 pkg/scaling/resolver/scale_resolvers.go
 */
import { bytesOfBase64 } from '../../api/base64.js';
import { textOfBytes } from '../../api/bytes-text.js';
import { configMaps, secrets } from '../../api/kinds/core.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, get } from '../../client/requests.js';
import { clusterTriggerAuthentications, triggerAuthentications, type Trigger } from './types.js';

const ownNamespace = 'keda';

/** By parameter; none where the authentication is not there, which upstream only logs. */
export function* authParamsOf(
  { authenticationRef: of }: Trigger,
  namespace: string,
  view: View,
): Reconciliation<Readonly<Record<string, string>>> {
  if (of === undefined) return {};
  const isOfCluster = of.kind === 'ClusterTriggerAuthentication';
  const found = isOfCluster
    ? view.get(clusterTriggerAuthentications, '', of.name)
    : view.get(triggerAuthentications, namespace, of.name);
  const { configMapTargetRef = [], secretTargetRef = [] } = found?.spec ?? {};
  const place = isOfCluster ? ownNamespace : namespace;
  const params: Record<string, string> = {};
  for (const { parameter, name, key } of configMapTargetRef) {
    const answer = yield* call(get(configMaps, place, name));
    params[parameter] = answer.isOk ? (answer.object.data?.[key] ?? '') : '';
  }
  for (const { parameter, name, key } of secretTargetRef) {
    const answer = yield* call(get(secrets, place, name));
    params[parameter] = answer.isOk
      ? textOfBytes(bytesOfBase64(answer.object.data?.[key] ?? ''))
      : '';
  }
  return params;
}
