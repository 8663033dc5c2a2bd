/** Which revisions of a configuration go, as no route has led to them for long. @upstream knative/serving v1.22.1 pkg/reconciler/gc/gc.go */
import { timeMs } from '../../api/time.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, remove } from '../../client/requests.js';
import { keys } from './keys.js';
import { settingsOf, type GcSettings } from './settings.js';
import { revisions, type Configuration, type Revision } from './types.js';

const disabled = -1;

/** Deletes them. */
export function* collectRevisions(
  configuration: Configuration,
  view: View,
  nowMs: number,
): Reconciliation {
  const { namespace = '', name } = configuration.metadata;
  const all = view
    .list(revisions, namespace)
    .filter(({ metadata }) => metadata.labels?.[keys.configuration] === name);
  for (const { metadata } of superfluous(configuration, all, settingsOf(view).gc, nowMs)) {
    // A revision that could not be deleted is tried again at the next pass.
    yield* call(remove(revisions, namespace, metadata.name ?? ''));
  }
  return undefined;
}

/** The revisions that go, the one first that was active first. */
export function superfluous(
  configuration: Configuration,
  all: readonly Revision[],
  settings: GcSettings,
  nowMs: number,
): readonly Revision[] {
  const { sinceCreateMs, sinceActiveMs, leastNonActive, mostNonActive } = settings;
  const isOff = [mostNonActive, sinceCreateMs, sinceActiveMs].every(one => one === disabled);
  if (isOff || all.length <= leastNonActive) return [];
  const idle = all
    .filter(revision => !isActive(revision, configuration))
    .sort((a, b) => lastActiveMs(a) - lastActiveMs(b));
  if (idle.length <= leastNonActive) return [];
  const deletable = idle.length - leastNonActive;
  const stale = idle.filter(revision => isStale(revision, settings, nowMs)).slice(0, deletable);
  if (stale.length === deletable) return stale;
  const rest = idle.filter(revision => !stale.includes(revision));
  const tooMany = mostNonActive === disabled ? 0 : Math.max(0, rest.length - mostNonActive);
  return [...stale, ...rest.slice(0, tooMany)];
}

function isActive({ metadata }: Revision, { status }: Configuration): boolean {
  if (status?.latestReadyRevisionName === metadata.name) return true;
  if (/^true$/i.test(metadata.annotations?.[keys.noGc] ?? '')) return true;
  return metadata.labels?.[keys.routingState] !== 'reserve';
}

function isStale(
  revision: Revision,
  { sinceCreateMs, sinceActiveMs }: GcSettings,
  nowMs: number,
): boolean {
  if (sinceCreateMs === disabled && sinceActiveMs === disabled) return false;
  const createdMs = timeMs(revision.metadata.creationTimestamp) ?? nowMs;
  if (sinceCreateMs !== disabled && nowMs - createdMs < sinceCreateMs) return false;
  return sinceActiveMs === disabled || nowMs - lastActiveMs(revision) >= sinceActiveMs;
}

function lastActiveMs({ metadata }: Revision): number {
  const modified = timeMs(metadata.annotations?.[keys.routingStateModified]);
  return modified ?? timeMs(metadata.creationTimestamp) ?? 0;
}
