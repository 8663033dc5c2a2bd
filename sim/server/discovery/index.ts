/** /api and /apis: what the server serves. */
import type { ApiAnswer } from '../../api/request.js';
import { methodNotAllowed, notAcceptable, pathNotFound } from '../../api/status.js';
import { Attached } from '../../engine/attached.js';
import { bodyAnswer, failureAnswer, unknownPath } from '../answers.js';
import type { Core } from '../core.js';
import {
  mediaTypesOf,
  negotiate,
  parseAccept,
  plainJson,
  plainOffer,
  type Offer,
} from '../filters/negotiation.js';
import type { RequestState } from '../request-state.js';
import { groupDiscoveryList } from './aggregated.js';
import {
  aggregatedGroups,
  coreGroups,
  groupEntry,
  namedGroups,
  resourceList,
} from './resources.js';

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Answers /api, /api/v1, /apis, /apis/<group> and /apis/<group>/<version>. */
export function serveDiscovery(
  core: Core,
  context: RequestState,
  segments: readonly string[],
): ApiAnswer {
  const [prefix, first, second] = segments;
  if (prefix === 'api') {
    return first === undefined ? coreRoot(core, context) : versionAnswer(core, context, '', first);
  }
  if (first === undefined) return groupsRoot(core, context);
  if (second === undefined) return groupAnswer(core, context, first);
  return versionAnswer(core, context, first, second);
}

function coreRoot(core: Core, context: RequestState): ApiAnswer {
  if (context.request.method !== 'GET') return failureAnswer(context, methodNotAllowed());
  return inWantedForm(context, {
    aggregated: () => remembered(core, 'api', () => groupDiscoveryList(coreGroups(core), [])),
    classic: () => ({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [
        { clientCIDR: '0.0.0.0/0', serverAddress: `${context.header('host') || '127.0.0.1:6443'}` },
      ],
    }),
  });
}

function groupsRoot(core: Core, context: RequestState): ApiAnswer {
  return inWantedForm(context, {
    aggregated: () =>
      remembered(core, 'apis', () => groupDiscoveryList(namedGroups(core), aggregatedGroups(core))),
    classic: () => ({
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...namedGroups(core), ...aggregatedGroups(core)].map(groupEntry),
    }),
    offer: groupsOffer,
  });
}

interface Remembered {
  readonly generation: number;
  readonly aggregated: readonly unknown[];
  readonly body: unknown;
}

const bodies = new Attached<Core, Map<string, Remembered>>();

/** Controllers ask twice a minute for what hardly ever changes: they get the same body, and see that. */
function remembered(core: Core, which: 'api' | 'apis', make: () => unknown): unknown {
  const { generation } = core.registry;
  const own = Object.values(core.options.aggregated ?? {}).map(({ resources }) => resources);
  const aggregated = [...own, core.remotes.list];
  const known = bodies.of(core, () => new Map<string, Remembered>());
  const last = known.get(which);
  const isSame =
    last?.generation === generation &&
    last.aggregated.every((resources, index) => resources === aggregated[index]);
  if (isSame) return last.body;
  const body = make();
  known.set(which, { generation, aggregated, body });
  return body;
}

interface Forms {
  readonly aggregated: () => unknown;
  readonly classic: () => unknown;
  readonly offer?: Offer;
}

/** The aggregator answers for groups by handlers of its own, which no route guards. */
const groupsOffer: Offer = { ...plainOffer, hasRoute: false };

/** The first form that the client accepts. Only v2 of the aggregated one is served. */
function inWantedForm(
  context: RequestState,
  { aggregated, classic, offer = plainOffer }: Forms,
): ApiAnswer {
  const accept = context.header('accept');
  if (!accept.includes('as=')) return plainForm(context, classic, offer);
  for (const { type, parameters } of parseAccept(accept)) {
    const isJson = type === 'application/json' || type === '*/*' || type === 'application/*';
    const { as, g, v } = parameters;
    if (as === undefined && isJson) return bodyAnswer(context, plainJson, 200, classic());
    const isV2 = as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && v === 'v2';
    if (!isV2 || !isJson) continue;
    const answer = bodyAnswer(context, plainJson, 200, aggregated());
    return { ...answer, headers: { ...answer.headers, 'content-type': aggregatedType } };
  }
  return failureAnswer(context, notAcceptable(mediaTypesOf(plainOffer.formats)));
}

function plainForm(
  context: RequestState,
  classic: () => unknown,
  offer: Offer = plainOffer,
): ApiAnswer {
  const media = negotiate(context, offer);
  if ('status' in media) return failureAnswer(context, media);
  const isBinary = media.format === 'protobuf';
  return bodyAnswer(context, isBinary ? plainJson : media, 200, classic());
}

function groupAnswer(core: Core, context: RequestState, name: string): ApiAnswer {
  const groups = [...namedGroups(core), ...aggregatedGroups(core)];
  const group = groups.find(one => one.group === name);
  if (group === undefined) return unknownPath(context);
  const classic = () => ({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) });
  return plainForm(context, classic, groupsOffer);
}

function versionAnswer(
  core: Core,
  context: RequestState,
  group: string,
  version: string,
): ApiAnswer {
  const served = core.registry
    .groups()
    .find(one => one.group === group)
    ?.versions.find(one => one.version === version);
  const aggregated = core.options.aggregated?.[`${group}/${version}`];
  if (served === undefined && aggregated === undefined) {
    if (core.registry.isBuiltInGroup(group)) return failureAnswer(context, pathNotFound());
    return unknownPath(context);
  }
  // Groups of custom resources have no routes, and answer to any method.
  const isRouted = served === undefined || !core.registry.isCustomGroup(group);
  if (isRouted && context.request.method !== 'GET') {
    return failureAnswer(context, methodNotAllowed());
  }
  return plainForm(context, () =>
    served === undefined
      ? {
          kind: 'APIResourceList',
          apiVersion: 'v1',
          groupVersion: `${group}/${version}`,
          resources: aggregated?.resources,
        }
      : resourceList(group, served),
  );
}
