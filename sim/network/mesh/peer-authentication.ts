/**
 * Which clients a sidecar lets in on a port: the mode that the mesh's, the namespace's and the
 * workload's PeerAuthentication make together.
 * @upstream pilot/pkg/security/authn/policy_applier.go
 */
import { byAge, namespaceOf, selects } from './attachment.js';
import type { MutualTls, PeerAuthentication } from './kinds.js';
import type { MeshSettings, Workload } from './request.js';

/** The mode of a server's port; `none`: there is no sidecar that would have one; gateways have Gateways. */
export type ServerMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE' | 'none';

/** The mode of a workload's port. */
export function serverMode(
  policies: readonly PeerAuthentication[],
  { workload, port }: { workload: Workload; port: number },
  mesh: MeshSettings,
): ServerMode {
  if (!workload.hasSidecar || workload.isGateway === true) return 'none';
  const { whole, namespaced, own } = scopesOf(policies, workload, mesh);
  const scopes = [whole, namespaced, own];
  const mode = scopes.reduce<ServerMode>(
    (wider, policy) => modeOf(policy?.spec?.mtls) ?? wider,
    'PERMISSIVE',
  );
  return modeOf(own?.spec?.portLevelMtls?.[port]) ?? mode;
}

interface Scopes {
  readonly whole: PeerAuthentication | undefined;
  readonly namespaced: PeerAuthentication | undefined;
  readonly own: PeerAuthentication | undefined;
}

/** Of several policies of one scope the oldest counts, whole. */
function scopesOf(
  policies: readonly PeerAuthentication[],
  workload: Workload,
  { rootNamespace }: MeshSettings,
): Scopes {
  const old = policies.toSorted(byAge);
  const of = (namespace: string) =>
    old.filter(({ metadata }) => namespaceOf(metadata) === namespace);
  const mine = workload.namespace === rootNamespace ? [] : of(workload.namespace);
  return {
    whole: of(rootNamespace).find(policy => !isSelective(policy)),
    namespaced: mine.find(policy => !isSelective(policy)),
    own: mine.find(policy => isSelective(policy) && selects(policy.spec?.selector, workload)),
  };
}

function isSelective({ spec }: PeerAuthentication): boolean {
  return Object.keys(spec?.selector?.matchLabels ?? {}).length > 0;
}

/** Undefined: the wider scope's. */
function modeOf(mtls: MutualTls | undefined): ServerMode | undefined {
  switch (mtls?.mode) {
    case 'STRICT':
    case 'PERMISSIVE':
    case 'DISABLE':
      return mtls.mode;
    default:
      return undefined;
  }
}
