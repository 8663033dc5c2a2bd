/** When alerts were pending and when they fired, from their series and from what the API showed. */
import type { ToldAlert } from '../import/format.js';
import type { Series } from './series-book.js';

/** A stretch of an alert. */
export interface AlertStretch {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pendingMs?: number;
  readonly firingMs?: number;
  /** Absent: it was on to the end of the record. */
  readonly resolvedMs?: number;
  readonly source: string;
}

interface On {
  readonly fromMs: number;
  readonly toMs: number | undefined;
}

/** All stretches, by their beginning. `endMs` is where the series end. */
export function alertStretches(
  series: readonly Series[],
  told: readonly ToldAlert[],
  endMs: number | undefined,
): AlertStretch[] {
  const byAlert = new Map<string, { pending: On[]; firing: On[]; series: Series }>();
  for (const each of series) {
    if (each.metric !== 'ALERTS') continue;
    const { alertstate, ...labels } = each.labels;
    const key = keyOf(labels);
    const entry = byAlert.get(key) ?? { pending: [], firing: [], series: each };
    byAlert.set(key, entry);
    const stretches = onStretches(each, endMs);
    if (alertstate === 'pending') entry.pending.push(...stretches);
    if (alertstate === 'firing') entry.firing.push(...stretches);
  }
  const found = [...byAlert.values()].flatMap(({ pending, firing, series: of }) =>
    together(pending, firing).map(stretch => ({ ...named(of), ...stretch })),
  );
  for (const alert of told) {
    if (found.some(stretch => isSame(stretch, alert))) continue;
    // It is active from when it began to be pending, also when it fires by now.
    const { activeAtMs } = alert;
    found.push({
      alert: alert.alert,
      labels: alert.labels,
      ...(activeAtMs !== undefined && { pendingMs: activeAtMs }),
      source: alert.source.file,
    });
  }
  return found.toSorted((a, b) => beginOf(a) - beginOf(b) || (a.alert < b.alert ? -1 : 1));
}

const beginOf = ({ pendingMs, firingMs }: Pick<AlertStretch, 'pendingMs' | 'firingMs'>): number =>
  pendingMs ?? firingMs ?? 0;

function named({ labels, source }: Series): Pick<AlertStretch, 'alert' | 'labels' | 'source'> {
  const { alertname = '', alertstate: _state, ...others } = labels;
  return { alert: alertname, labels: others, source: source.file };
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The API shows labels that recording drops, and the other way round: what both have is alike. */
function isSame(stretch: AlertStretch, { alert, labels, activeAtMs }: ToldAlert): boolean {
  if (stretch.alert !== alert) return false;
  const isAlike = Object.entries(labels).every(
    ([name, value]) => (stretch.labels[name] ?? value) === value,
  );
  const atMs = activeAtMs ?? beginOf(stretch);
  const untilMs = stretch.resolvedMs ?? Infinity;
  return isAlike && atMs >= beginOf(stretch) - 120_000 && atMs <= untilMs;
}

/** A series of ones: on from its first sample to one step behind its last, but for holes. */
function onStretches({ samples, stepMs = 0 }: Series, endMs: number | undefined): On[] {
  const found: On[] = [];
  let fromMs: number | undefined;
  for (const [atMs, value] of samples) {
    if (value > 0) fromMs ??= atMs;
    else if (fromMs !== undefined) {
      found.push({ fromMs, toMs: atMs });
      fromMs = undefined;
    }
  }
  const lastMs = samples.at(-1)?.[0] ?? 0;
  if (fromMs === undefined) return found;
  const isOver = endMs !== undefined && lastMs < endMs;
  found.push({ fromMs, toMs: isOver ? lastMs + stepMs : undefined });
  return found;
}

/** A pending stretch and the firing one that follows it are one; the series' step may lie between. */
function together(
  pending: readonly On[],
  firing: readonly On[],
): Pick<AlertStretch, 'pendingMs' | 'firingMs' | 'resolvedMs'>[] {
  const left = [...firing];
  const found = pending.map(({ fromMs, toMs }) => {
    const next = left.findIndex(each => toMs !== undefined && Math.abs(each.fromMs - toMs) < 1000);
    const [fire] = next < 0 ? [] : left.splice(next, 1);
    const resolvedMs = fire === undefined ? toMs : fire.toMs;
    return {
      pendingMs: fromMs,
      ...(fire !== undefined && { firingMs: fire.fromMs }),
      ...(resolvedMs !== undefined && { resolvedMs }),
    };
  });
  return [
    ...found,
    ...left.map(({ fromMs, toMs }) => ({
      firingMs: fromMs,
      ...(toMs !== undefined && { resolvedMs: toMs }),
    })),
  ];
}
