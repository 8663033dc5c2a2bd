/** What the recorded cluster drew by chance: names, uids and nodes, for the simulation to draw again. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { RecordedDraw } from '../../scenario/recorded-past.js';
import { timeMs } from '../../../sim/api/time.js';
import { pluralOf } from '../plural.js';
import type { TimedWrite } from '../import/format.js';
import type { Incident } from '../rebuild/incident.js';
import { triedFor, type Survey } from '../rebuild/survey.js';
import { systemNamespaces } from '../rebuild/left-out.js';
import { timeText } from '../rebuild/stretches.js';
import { isEverybodys } from './recordings.js';

/** Kinds that come and go by the thousand, and those that every server makes of its own. */
const unneeded = new Set([
  'apiservices',
  'events',
  'flowschemas',
  'ipaddresses',
  'leases',
  'prioritylevelconfigurations',
  'servicecidrs',
]);

/** What dumps and events tell; the writes of a log tell theirs one by one (`drawnBy`). */
export function* shownDraws({ known, lives, survey, times }: Incident): Generator<RecordedDraw> {
  const start = timeText(times.startMs);
  const shown = new Set<string>();
  // Where a log has no answers, bindings tell the order of what came within one second.
  const bound = new Map(
    lives.map(({ namespace, name, scheduledMs }) => [`${namespace}/${name}`, scheduledMs]),
  );
  const cameAt = (key: string, createdMs: number): string => {
    const boundMs = bound.get(key) ?? Infinity;
    return timeText(boundMs - createdMs < 2000 ? Math.max(boundMs - 1, createdMs) : createdMs);
  };
  for (const { newest } of known) {
    const { object, dump } = newest;
    if (dump === undefined || isEverybodys(object)) continue;
    const { namespace, name = '', uid, generateName, creationTimestamp } = object.metadata;
    if (object.kind === 'Pod') shown.add(`${namespace ?? ''}/${name}`);
    const createdMs = timeMs(creationTimestamp);
    const isPod = object.kind === 'Pod' && createdMs !== undefined;
    yield {
      at: isPod ? cameAt(`${namespace ?? ''}/${name}`, createdMs) : (creationTimestamp ?? start),
      resource: resourceOf(object),
      ...(namespace !== undefined && { namespace }),
      name,
      ...(generateName !== undefined && { prefix: generateName }),
      ...(uid !== undefined && { uid }),
    };
  }
  for (const { namespace, name, node, createdMs, scheduledMs, owner = '' } of lives) {
    const key = `${namespace}/${name}`;
    // What had come and gone by the start is not made again.
    const isOver = (createdMs ?? Infinity) < times.startMs - 1000;
    if (times.start !== undefined && isOver && !shown.has(key)) continue;
    const at = timeText(createdMs ?? scheduledMs ?? times.startMs);
    // The log tells of bindings that it has, with the pod's uid.
    const isTold = survey.pods.get(key)?.isBound === true;
    if (node !== undefined && !isTold) yield { at, resource: 'pods', namespace, name, node };
    // Its owner's events named it, and that its name was drawn.
    const isDrawn = /^(ReplicaSet|Job|DaemonSet|ReplicationController) /.test(owner);
    if (isDrawn && createdMs !== undefined && !shown.has(key)) {
      const cameMs = cameAt(key, createdMs);
      yield { at: cameMs, resource: 'pods', namespace, name, prefix: name.slice(0, -5) };
    }
  }
}

/** What a write made or bound. */
export function drawnBy(write: TimedWrite): RecordedDraw | undefined {
  const { verb, status, resource, subresource, apiGroup = '', namespace, name, at } = write;
  if (verb !== 'create' || status >= 300 || name === undefined || unneeded.has(resource)) {
    return undefined;
  }
  const isOwn = write.user === 'system:apiserver' || systemNamespaces.has(namespace ?? '');
  if (isOwn || name.startsWith('system:') || name === 'kube-root-ca.crt') return undefined;
  const { revision } = write;
  const where = {
    at,
    ...(revision !== undefined && { revision }),
    ...(namespace !== undefined && { namespace }),
    name,
  };
  if (resource === 'pods' && subresource === 'binding') {
    const { target, metadata } = (write.body ?? {}) as {
      readonly target?: { readonly name?: string };
      readonly metadata?: { readonly uid?: string };
    };
    if (target?.name === undefined) return undefined;
    const uid = metadata?.uid;
    return { ...where, resource, ...(uid !== undefined && { uid }), node: target.name };
  }
  const { prefix, uid } = write;
  if (subresource !== undefined || (prefix === undefined && uid === undefined)) return undefined;
  return {
    ...where,
    resource: apiGroup === '' ? resource : `${resource}.${apiGroup}`,
    ...(prefix !== undefined && { prefix }),
    ...(uid !== undefined && { uid }),
  };
}

/** When a controller tried to make a pod for an owner that had been refused some. */
export function tryOf(write: TimedWrite, { refusedOwners }: Survey): RecordedDraw | undefined {
  if (refusedOwners.size === 0) return undefined;
  const tried = triedFor(write);
  if (tried === undefined || !refusedOwners.has(tried)) return undefined;
  const { at, namespace, user: triedBy } = write;
  const name = tried.slice(tried.indexOf('/') + 1);
  return { at, resource: 'pods', ...(namespace !== undefined && { namespace }), name, triedBy };
}

function resourceOf({ apiVersion = '', kind = '' }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const plural = pluralOf(kind);
  return group === '' ? plural : `${plural}.${group}`;
}
