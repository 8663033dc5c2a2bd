/** Which revisions a route leads to, and by what names. @upstream knative/serving v1.22.1 pkg/reconciler/route/traffic/traffic.go */
import type { View } from '../../client/contract.js';
import { conditionOf, isReady } from './configuration.js';
import type { ConditionSet } from './condition-set.js';
import { keys } from './keys.js';
import { protocolOf } from './revision-parts.js';
import {
  configurations,
  revisions,
  type Revision,
  type Route,
  type TrafficTarget,
} from './types.js';

/** A target with the revision that it means now. */
export interface RevisionTarget extends TrafficTarget {
  readonly revisionName: string;
  readonly percent: number;
  readonly protocol: 'http1' | 'h2c';
}

/** Why a target leads nowhere. */
export interface BadTarget {
  readonly reason: string;
  readonly message: string;
  /** It will not be well by itself. */
  readonly isFailure: boolean;
}

/** Where the route leads. */
export interface Traffic {
  /** As the status tells them. */
  readonly all: readonly RevisionTarget[];
  /** By tag, '' for all together: each revision once. */
  readonly byTag: ReadonlyMap<string, readonly RevisionTarget[]>;
}

/** Finds out. */
export function trafficOf(route: Route, view: View): Traffic | BadTarget {
  const all: RevisionTarget[] = [];
  const byTag = new Map<string, RevisionTarget[]>();
  let bad: BadTarget | undefined;
  for (const target of route.spec.traffic ?? []) {
    const found = resolved(target, route, view);
    if ('reason' in found) {
      if (bad === undefined || found.isFailure) bad = found;
      continue;
    }
    merge(all, found);
    const { tag = '' } = found;
    for (const name of tag === '' ? [''] : ['', tag]) {
      byTag.set(name, [...(byTag.get(name) ?? []), found]);
    }
  }
  if (bad !== undefined) return bad;
  const merged = [...byTag].map(([tag, targets]) => [tag, consolidated(targets)] as const);
  return { all, byTag: new Map(merged) };
}

/** Tells the conditions of a bad target. */
export function markBad(conditions: ConditionSet, { reason, message, isFailure }: BadTarget): void {
  if (isFailure) conditions.setFalse('AllTrafficAssigned', reason, message);
  else conditions.setUnknown('AllTrafficAssigned', reason, message);
}

function resolved(target: TrafficTarget, route: Route, view: View): RevisionTarget | BadTarget {
  const namespace = route.metadata.namespace ?? '';
  if (target.revisionName) {
    const revision = view.get(revisions, namespace, target.revisionName);
    if (revision === undefined) return missing('Revision', target.revisionName);
    return notOwned(revision, route) ?? ofRevision(target, revision);
  }
  const name = target.configurationName ?? '';
  const configuration = view.get(configurations, namespace, name);
  if (configuration === undefined) return missing('Configuration', name);
  const { latestReadyRevisionName = '' } = configuration.status ?? {};
  if (latestReadyRevisionName === '') {
    const isFailure = conditionOf(configuration.status, 'Ready') === 'False';
    const message = isFailure
      ? `Configuration "${name}" does not have any ready Revision.`
      : `Configuration "${name}" is waiting for a Revision to become ready.`;
    return { reason: 'RevisionMissing', message, isFailure };
  }
  const revision = view.get(revisions, namespace, latestReadyRevisionName);
  if (revision === undefined) return missing('Revision', latestReadyRevisionName);
  return ofRevision(target, revision);
}

function missing(kind: string, name: string): BadTarget {
  const message = `${kind} "${name}" referenced in traffic not found.`;
  return { reason: `${kind}Missing`, message, isFailure: true };
}

function notOwned({ metadata }: Revision, route: Route): BadTarget | undefined {
  const wanted = route.metadata.labels?.[keys.service] ?? '';
  const actual = metadata.labels?.[keys.service] ?? '';
  if (wanted === '' || wanted === actual) return undefined;
  const name = metadata.name ?? '';
  const message =
    actual === ''
      ? `Revision "${name}" does not belong to Service "${wanted}".`
      : `Revision "${name}" belongs to Service "${actual}", not Service "${wanted}".`;
  return { reason: 'RevisionNotOwned', message, isFailure: true };
}

function ofRevision(target: TrafficTarget, revision: Revision): RevisionTarget | BadTarget {
  const { name = '', labels } = revision.metadata;
  if (!isReady(revision)) {
    const isFailure = conditionOf(revision.status, 'Ready') === 'False';
    const message = isFailure
      ? `Revision "${name}" failed to become ready.`
      : `Revision "${name}" is not yet ready.`;
    return { reason: 'RevisionMissing', message, isFailure };
  }
  const configurationName = labels?.[keys.configuration] ?? target.configurationName;
  return {
    ...target,
    ...(configurationName !== undefined && { configurationName }),
    revisionName: name,
    percent: target.percent ?? 0,
    protocol: protocolOf(revision.spec),
  };
}

function merge(all: RevisionTarget[], target: RevisionTarget): void {
  const index = all.findIndex(
    one =>
      one.tag === target.tag &&
      one.revisionName === target.revisionName &&
      one.latestRevision === target.latestRevision,
  );
  const known = all[index];
  if (known === undefined) all.push(target);
  else all[index] = { ...known, percent: known.percent + target.percent };
}

function consolidated(targets: readonly RevisionTarget[]): readonly RevisionTarget[] {
  const byRevision = new Map<string, RevisionTarget>();
  for (const target of targets) {
    const known = byRevision.get(target.revisionName);
    const percent = (known?.percent ?? 0) + target.percent;
    byRevision.set(target.revisionName, { ...(known ?? target), percent });
  }
  const [only, ...others] = [...byRevision.values()];
  if (only === undefined) return [];
  return others.length === 0 ? [{ ...only, percent: 100 }] : [only, ...others];
}
