/**
 * Which DestinationRule counts for a client and a service, and what it says of TLS.
 * @upstream pilot/pkg/model/push_context.go (destinationRule), pilot/pkg/model/destination_rule.go
 */
import { byAge, namespaceOf, selects } from './attachment.js';
import type { DestinationRule, TrafficPolicy } from './kinds.js';
import type { MeshSettings, Workload } from './request.js';

/** The domain of the cluster's services, which is not the trust domain. */
const clusterDomain = 'cluster.local';

/** The name of a workload's service, in full. */
export function serviceHost({ name, namespace }: Workload): string {
  return `${name}.${namespace}.svc.${clusterDomain}`;
}

/**
 * The traffic policy of a client for a service: the client's namespace is asked first, then the
 * service's, then the root's, and the first that knows the host decides, whatever it says.
 */
export function trafficPolicy(
  rules: readonly DestinationRule[],
  { client, server }: { client: Workload; server: Workload },
  { rootNamespace }: MeshSettings,
): TrafficPolicy | undefined {
  const old = rules.toSorted(byAge);
  for (const namespace of [client.namespace, server.namespace, rootNamespace]) {
    const usable = old.filter(
      rule => namespaceOf(rule.metadata) === namespace && isVisible(rule, client),
    );
    const found = mostSpecific(usable, serviceHost(server));
    if (found.length > 0) return chosen(found, client);
  }
  return undefined;
}

/** A namespace sees all rules of its own, and of others those that are exported to it. */
function isVisible({ metadata, spec }: DestinationRule, client: Workload): boolean {
  if (namespaceOf(metadata) === client.namespace) return true;
  const { exportTo = [] } = spec ?? {};
  if (spec?.workloadSelector !== undefined) return false;
  return exportTo.length === 0 || exportTo.includes('*') || exportTo.includes(client.namespace);
}

/** The rules of the host that is closest to the service's: its own, or the longest wildcard. */
function mostSpecific(rules: readonly DestinationRule[], host: string): readonly DestinationRule[] {
  const matching = rules.filter(rule => covers(fullHost(rule), host));
  const longest = matching.map(fullHost).toSorted((a, b) => rank(b) - rank(a))[0];
  return matching.filter(rule => fullHost(rule) === longest);
}

function rank(host: string): number {
  return host.startsWith('*') ? host.length : Infinity;
}

/** A host without dots is of the rule's namespace; one with any dot is taken as it is. */
function fullHost({ metadata, spec }: DestinationRule): string {
  const { host = '' } = spec ?? {};
  if (host === '*' || host.includes('.')) return host;
  return `${host}.${namespaceOf(metadata)}.svc.${clusterDomain}`;
}

function covers(pattern: string, host: string): boolean {
  return pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : pattern === host;
}

/** Rules that select the client come first; rules of one host are merged, the oldest counts. */
function chosen(rules: readonly DestinationRule[], client: Workload): TrafficPolicy | undefined {
  const selective = rules.filter(
    ({ spec }) => spec?.workloadSelector !== undefined && selects(spec.workloadSelector, client),
  );
  const general = rules.filter(({ spec }) => spec?.workloadSelector === undefined);
  const merged = selective.length > 0 ? selective : general;
  return merged.map(({ spec }) => spec?.trafficPolicy).find(policy => policy !== undefined);
}

/** The TLS mode for a port of the service; undefined: the rule leaves it to auto mTLS. */
export function tlsMode(policy: TrafficPolicy | undefined, port: number): string | undefined {
  const ofPort = policy?.portLevelSettings?.find(
    setting => setting.port?.number === port && setting.tls !== undefined,
  );
  const tls = ofPort?.tls ?? policy?.tls;
  return tls && (tls.mode ?? 'DISABLE');
}
