/** Writes the ConfigMap with the status, which events about the autoscaler itself regard. @upstream clusterstate/utils/status.go */
import { configMaps, type ConfigMap } from '../../api/kinds/core.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, update } from '../../client/requests.js';
import { goTime } from './status.js';

const lastUpdated = 'cluster-autoscaler.kubernetes.io/last-updated';
/** Its namespace and its name. */
export const statusMapKey = {
  namespace: 'kube-system',
  name: 'cluster-autoscaler-status',
} as const;

/** Writes the text, and returns the ConfigMap; undefined: it was not taken, and the next look tries again. */
export function* writeStatus(text: string, nowMs: number): Reconciliation<ConfigMap | undefined> {
  const { namespace, name } = statusMapKey;
  const found = yield* call(get(configMaps, namespace, name));
  if (!found.isOk && found.status !== 404) return undefined;
  const annotations = { [lastUpdated]: goTime(nowMs) };
  if (!found.isOk) {
    const metadata = { namespace, name, annotations };
    const created = yield* call(create(configMaps, { metadata, data: { status: text } }));
    return created.isOk ? created.object : undefined;
  }
  const { metadata, data } = found.object;
  const written = yield* call(
    update(configMaps, {
      ...found.object,
      metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
      data: { ...data, status: text },
    }),
  );
  return written.isOk ? written.object : undefined;
}
