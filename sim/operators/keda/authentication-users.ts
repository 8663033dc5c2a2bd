/** Who uses a trigger authentication, as its status tells. @upstream kedacore/keda v2.20.2 pkg/status/status.go */
import type { HasMetadata } from '../../api/object.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { patchStatus } from './merge-patch.js';
import { clusterTriggerAuthentications, triggerAuthentications, type Trigger } from './types.js';

interface User extends HasMetadata {
  readonly spec: { readonly triggers: readonly Trigger[] };
}

/** Adds the user to those that its triggers name, or takes it away. What fails is only logged. */
export function* tellAuthentications(
  { metadata, spec }: User,
  field: 'scaledobjects' | 'scaledjobs',
  view: View,
  isUser: boolean,
): Reconciliation<void> {
  const { namespace = '', name = '' } = metadata;
  for (const { authenticationRef: of } of spec.triggers) {
    if (of === undefined) continue;
    const isOfCluster = of.kind === 'ClusterTriggerAuthentication';
    const kind = isOfCluster ? clusterTriggerAuthentications : triggerAuthentications;
    const found = view.get(kind, isOfCluster ? '' : namespace, of.name);
    if (found === undefined) continue;
    const told = found.status?.[field] ?? '';
    const others = told.split(',').filter(one => one !== '' && one !== name);
    const isThere = told.split(',').includes(name);
    if (isThere === isUser) continue;
    const next = { ...found.status, [field]: (isUser ? [...others, name] : others).join(',') };
    yield* patchStatus(kind, found, next);
  }
}
