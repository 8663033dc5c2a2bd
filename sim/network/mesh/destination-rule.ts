/**
 * Which DestinationRule counts for a client and a service, and what it says of TLS.
 * @upstream pilot/pkg/model/push_context.go (destinationRule), pilot/pkg/model/destination_rule.go
 */
import type { Labels } from '../../api/selectors.js';
import { byAge, namespaceOf, selects } from './attachment.js';
import { closeness, covers, fullHost, serviceHost } from './hosts.js';
import type { DestinationRule, PortTrafficPolicy, TrafficPolicy } from './kinds.js';
import type { MeshSettings, Workload } from './request.js';

/** The two ends that a rule is asked for: the server is known by its service. */
interface RuleEnds {
  readonly client: Workload;
  readonly server: Pick<Workload, 'name' | 'namespace'>;
}

/** The traffic policy of a client for a service. */
export function trafficPolicy(
  rules: readonly DestinationRule[],
  ends: RuleEnds,
  mesh: MeshSettings,
): TrafficPolicy | undefined {
  return rulesFor(rules, ends, mesh)
    .map(({ spec }) => spec?.trafficPolicy)
    .find(policy => policy !== undefined);
}

/** The labels of a service's subset, as a client's sidecar knows it. */
export function subsetLabels(
  rules: readonly DestinationRule[],
  { subset, ...ends }: RuleEnds & { readonly subset: string },
  mesh: MeshSettings,
): Labels | undefined {
  const found = rulesFor(rules, ends, mesh)
    .flatMap(({ spec }) => spec?.subsets ?? [])
    .find(({ name }) => name === subset);
  return found && (found.labels ?? {});
}

/**
 * What counts for a port of a service, or of its subset: a port's settings replace all others at their place, and
 * a subset's those of the rule one by one.
 * @upstream pilot/pkg/networking/util/util.go (MergeSubsetTrafficPolicy)
 */
export function portPolicy(
  rules: readonly DestinationRule[],
  { subset, port, ...ends }: RuleEnds & { readonly subset: string; readonly port: number },
  mesh: MeshSettings,
): PortTrafficPolicy {
  const found = rulesFor(rules, ends, mesh);
  const own = found
    .flatMap(({ spec }) => spec?.subsets ?? [])
    .find(({ name }) => name === subset)?.trafficPolicy;
  const { policy } = ofPort(trafficPolicy(rules, ends, mesh), port);
  if (subset === '' || own === undefined) return policy;
  const special = ofPort(own, port);
  return special.isForPort ? special.policy : { ...policy, ...special.policy };
}

function ofPort(
  policy: TrafficPolicy | undefined,
  port: number,
): { readonly policy: PortTrafficPolicy; readonly isForPort: boolean } {
  const own = policy?.portLevelSettings?.find(setting => setting.port?.number === port);
  if (own !== undefined) return { policy: own, isForPort: true };
  const { portLevelSettings: _, ...all } = policy ?? {};
  return { policy: all, isForPort: false };
}

/**
 * The rules of a client for a service, which are merged: the client's namespace is asked first, then the
 * service's, then the root's, and the first that knows the host decides, whatever it says.
 */
function rulesFor(
  rules: readonly DestinationRule[],
  { client, server }: RuleEnds,
  { rootNamespace }: MeshSettings,
): readonly DestinationRule[] {
  const old = rules.toSorted(byAge);
  const of = (namespace: string) =>
    old.filter(({ metadata }) => namespaceOf(metadata) === namespace);
  const host = serviceHost(server);
  const own = of(client.namespace).filter(isOwn);
  // What stands in the root namespace for all is not first for the gateways that run there.
  const first = client.namespace === rootNamespace ? own.filter(isPrivate) : own;
  const others = [server.namespace, rootNamespace].map(namespace =>
    mostSpecific(
      of(namespace).filter(rule => !isPrivate(rule)),
      host,
    ).filter(rule => isExportedTo(rule, client.namespace)),
  );
  const found = [mostSpecific(first, host), ...others].find(list => list.length > 0);
  return found === undefined ? [] : chosen(found, client);
}

/** Rules for some clients only are never exported. */
function exportsOf({ spec = {} }: DestinationRule): readonly string[] {
  return spec.workloadSelector === undefined ? (spec.exportTo ?? []) : ['.'];
}

/** Whether a rule counts in its own namespace. */
function isOwn(rule: DestinationRule): boolean {
  return isExportedTo(rule, namespaceOf(rule.metadata)) || exportsOf(rule).includes('.');
}

/** Whether a rule counts in its own namespace alone. */
function isPrivate(rule: DestinationRule): boolean {
  const [only = '', ...more] = exportsOf(rule);
  return more.length === 0 && ['.', namespaceOf(rule.metadata)].includes(only);
}

function isExportedTo(rule: DestinationRule, namespace: string): boolean {
  const exports = exportsOf(rule);
  return exports.length === 0 || exports.includes('*') || exports.includes(namespace);
}

/** The rules of the host that is closest to the service's: its own, or the longest wildcard. */
function mostSpecific(rules: readonly DestinationRule[], host: string): readonly DestinationRule[] {
  const matching = rules.filter(rule => covers(hostOf(rule), host));
  const longest = matching.map(hostOf).toSorted((a, b) => closeness(b) - closeness(a))[0];
  return matching.filter(rule => hostOf(rule) === longest);
}

function hostOf({ metadata, spec }: DestinationRule): string {
  return fullHost(spec?.host ?? '', namespaceOf(metadata));
}

/** Rules that select the client come first; rules of one host are merged, the oldest counts. */
function chosen(rules: readonly DestinationRule[], client: Workload): readonly DestinationRule[] {
  const selective = rules.filter(
    ({ spec }) => spec?.workloadSelector !== undefined && selects(spec.workloadSelector, client),
  );
  const general = rules.filter(({ spec }) => spec?.workloadSelector === undefined);
  return selective.length > 0 ? selective : general;
}

/**
 * The TLS mode for a port of the service; undefined: the rule leaves it to auto mTLS. The settings
 * of a port without a mode of their own keep the mesh's TLS, but none that the rule made up.
 */
export function tlsMode(policy: TrafficPolicy | undefined, port: number): string | undefined {
  const ofPort = policy?.portLevelSettings?.find(setting => setting.port?.number === port);
  const mode = modeOf(policy);
  if (ofPort === undefined) return mode;
  if (ofPort.tls !== undefined) return modeOf(ofPort);
  return mode === 'SIMPLE' || mode === 'MUTUAL' ? 'DISABLE' : mode;
}

function modeOf(settings: Pick<TrafficPolicy, 'tls'> | undefined): string | undefined {
  return settings?.tls && (settings.tls.mode ?? 'DISABLE');
}
