/**
 * Says of each APIService that names a service whether it can be reached.
 * @upstream kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go sync
 */
import { apiServices, type APIService } from '../../api/kinds/apiregistration.js';
import { services, type Service, type ServicePort } from '../../api/kinds/core.js';
import { endpointSlices, type EndpointSlice } from '../../api/kinds/discovery.js';
import type { HttpReply } from '../../api/http-message.js';
import { findCondition } from '../../api/meta.js';
import { hasLabels } from '../../api/selectors.js';
import { rfc3339 } from '../../api/time.js';
import type { KubeObject } from '../../api/object.js';
import type { Core } from '../core.js';
import type { Steps } from '../steps.js';
import { callRemote, placeOf } from './remote-call.js';
import type { ListedResources, RemoteApi } from './remote-apis.js';

const probeTimeoutMs = 5_000;
/** So often it is tried in one check: one success is enough. Upstream tries all at once. */
const attemptsMax = 5;

/** What a check found. */
interface Verdict {
  readonly isAvailable: boolean;
  readonly reason: string;
  readonly message: string;
  /** Of what answered. */
  readonly resources?: ListedResources;
}

/** Checks one, and stores what was found. Whether it should be checked again soon. */
export function* checkAvailability(
  core: Core,
  name: string,
): Steps<{ readonly isFailing: boolean }> {
  const api = core.remotes.named(name);
  if (api === undefined) return { isFailing: false };
  const verdict = whyUnreachable(core, api) ?? (yield* probed(core, api));
  if (verdict.resources !== undefined) core.remotes.learn(name, verdict.resources);
  storeVerdict(core, name, verdict);
  return { isFailing: verdict.reason === 'FailedDiscoveryCheck' };
}

function no(reason: string, message: string): Verdict {
  return { isAvailable: false, reason, message };
}

function whyUnreachable({ access }: Core, { apiService }: RemoteApi): Verdict | undefined {
  const { namespace = '', name = '', port: wanted = 443 } = apiService.spec?.service ?? {};
  const of = `service/${name} in ${JSON.stringify(namespace)}`;
  const service = access.get(services, namespace, name) as Service | undefined;
  if (service === undefined) return no('ServiceNotFound', `${of} is not present`);
  if (service.spec?.type !== 'ClusterIP') return undefined;
  const port = service.spec.ports?.find(one => one.port === wanted);
  if (port === undefined) return no('ServicePortError', `${of} is not listening on port ${wanted}`);
  const slices = (access.list(endpointSlices, namespace) as unknown as EndpointSlice[]).filter(
    slice => hasLabels(slice.metadata.labels, { 'kubernetes.io/service-name': name }),
  );
  if (slices.length === 0) {
    return no('EndpointsNotFound', `cannot find endpointslices for ${of}`);
  }
  if (slices.some(slice => hasReadyEndpoint(slice, port))) return undefined;
  return no(
    'MissingEndpoints',
    `endpointslices for ${of} have no addresses with port name ${JSON.stringify(port.name ?? '')}`,
  );
}

function hasReadyEndpoint(
  { endpoints, ports }: EndpointSlice,
  { name = '' }: ServicePort,
): boolean {
  return (
    (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false) &&
    (ports ?? []).some(port => (port.name ?? '') === name && port.port !== undefined)
  );
}

/** Asks for what every such server must serve: the list of its resources. */
function* probed(core: Core, api: RemoteApi): Steps<Verdict> {
  const to = placeOf(core, api);
  if (to === undefined) return no('FailedDiscoveryCheck', 'no cluster IP');
  const path = `/apis/${api.group}/${api.version}`;
  const url = `https://${to.host}:${to.port}${path}`;
  const headers = {
    accept: 'application/json',
    'x-remote-user': 'system:kube-aggregator',
    'x-remote-group': 'system:masters',
  };
  const request = { protocol: 'http', method: 'GET', path, headers, body: '' } as const;
  let error = '';
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const reply = yield* callRemote(core, api, { to, request, timeoutMs: probeTimeoutMs });
    if (reply.isOk && reply.response.status >= 200 && reply.response.status < 300) {
      const resources = resourcesIn(reply);
      return { isAvailable: true, reason: 'Passed', message: 'all checks passed', resources };
    }
    error = reply.isOk
      ? `bad status from ${url}: ${reply.response.status}`
      : `Get ${JSON.stringify(url)}: ${reply.error}`;
  }
  return no('FailedDiscoveryCheck', `failing or missing response from ${url}: ${error}`);
}

function resourcesIn(reply: HttpReply & { readonly isOk: true }): ListedResources {
  try {
    const { resources } = JSON.parse(reply.response.body) as { resources?: unknown };
    return Array.isArray(resources) ? (resources as ListedResources) : [];
  } catch {
    // What is no list of resources serves none: discovery then shows none.
    return [];
  }
}

/** Writes the condition, if it says anything new. */
function storeVerdict(
  { access, clock, metrics }: Core,
  name: string,
  { isAvailable, reason, message }: Verdict,
): void {
  const stored = access.get(apiServices, '', name) as APIService | undefined;
  if (stored === undefined) return;
  const conditions = stored.status?.conditions ?? [];
  const known = findCondition(conditions, 'Available');
  const status = isAvailable ? 'True' : 'False';
  if (known?.status === status && known.reason === reason && known.message === message) return;
  if (known?.status === 'True' && !isAvailable) metrics.aggregation.lost(name, reason);
  const lastTransitionTime =
    known?.status === status ? known.lastTransitionTime : rfc3339(clock.now());
  const condition = { type: 'Available', status, lastTransitionTime, reason, message };
  const next =
    known === undefined
      ? [...conditions, condition]
      : conditions.map(one => (one === known ? condition : one));
  const object = { ...stored, status: { ...stored.status, conditions: next } };
  access.store(apiServices, object as unknown as KubeObject);
}
