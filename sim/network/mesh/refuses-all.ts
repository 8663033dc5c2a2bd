/** Which sidecars let nobody in, whatever is asked for: by their policies alone. */
import type { Pod } from '../../api/kinds/core.js';
import { attachedTo, namespaceOf } from './attachment.js';
import { authorizationOf } from './authorization.js';
import type { AuthorizationPolicy, MeshObject } from './kinds.js';
import { defaultMesh } from './request.js';
import { isExcluded } from './sidecar.js';
import { workloadOf } from './traffic.js';

/** Whether the pod's policies deny all, or allow some things of which there are none. */
export function refusesAll(
  server: Pod,
  { ip, port }: { readonly ip: string; readonly port: number },
  objects: readonly MeshObject[],
): boolean {
  const workload = workloadOf(server, ip);
  if (!workload.hasSidecar || isExcluded(server, 'inbound', port)) return false;
  const policies = objects.filter(
    (one): one is AuthorizationPolicy => one.kind === 'AuthorizationPolicy',
  );
  if (policies.length === 0) return false;
  const own = { workload, protocol: 'http' } as const;
  const { rules, dryRun } = authorizationOf(policies, own, defaultMesh);
  if (rules.ALLOW?.every(({ rule }) => rule.kind !== 'ready') === true) return true;
  return attachedTo(workload, policies, defaultMesh).some(
    one => one.spec?.action === 'DENY' && !dryRun.includes(nameOf(one)) && hasEmptyRule(one),
  );
}

function hasEmptyRule({ spec }: AuthorizationPolicy): boolean {
  return (spec?.rules ?? []).some(({ from, to, when }) => !from && !to && !when);
}

function nameOf({ metadata }: AuthorizationPolicy): string {
  return `${namespaceOf(metadata)}/${metadata.name ?? ''}`;
}
