/** So many replicas between two times of a schedule. @upstream kedacore/keda v2.20.2 pkg/scalers/cron_scaler.go */
import { parseSchedule } from '../../../api/cron.js';
import type { MetricSpec } from '../../../api/kinds/autoscaling.js';
import { isTimeZone } from '../../../api/time-zone.js';
import type { Reconciliation } from '../../../client/contract.js';
import { Parameters } from './parameters.js';
import {
  externalSpec,
  type MakeScaler,
  type Reading,
  type Scaler,
  type ScalerTools,
} from './scaler.js';

/** The scaler. */
export const cronScaler: MakeScaler = settings => {
  const parameters = new Parameters(settings);
  const start = parameters.text('start');
  const end = parameters.text('end');
  const zone = parameters.text('timezone');
  const replicas = parameters.integer('desiredReplicas');
  const problem = problemOf({ start, end, replicas });
  if (problem !== undefined) parameters.refuse(problem);
  const spec = externalSpec(settings, `cron-${zone}-${shortened(start)}-${shortened(end)}`, 1);
  if ('error' in spec) return spec;
  const { error } = parameters;
  if (error !== undefined) return { error: `error parsing cron metadata: ${error}` };
  return new CronScaler(spec, { start, end, zone, replicas });
};

class CronScaler implements Scaler {
  constructor(
    readonly spec: MetricSpec,
    private readonly span: Span,
  ) {}

  // eslint-disable-next-line require-yield
  *read({ clock }: ScalerTools): Reconciliation<Reading> {
    return reading(this.span, clock.now());
  }
}

interface Span {
  readonly start: string;
  readonly end: string;
  readonly zone: string;
  readonly replicas: number;
}

function problemOf({ start, end, replicas }: Omit<Span, 'zone'>): string | undefined {
  for (const [name, text] of Object.entries({ start, end })) {
    const parsed = parseSchedule(text);
    if (!parsed.isOk) return `error parsing ${name} schedule: ${parsed.error}`;
  }
  if (start === end) return 'start and end can not have exactly same time input';
  return replicas === 0 ? 'no desiredReplicas specified' : undefined;
}

function shortened(schedule: string): string {
  const short: Readonly<Record<string, string>> = {
    ' ': '',
    '*': 'x',
    '/': 'Sl',
    '?': 'Qm',
    ',': 'Cm',
  };
  return schedule.replaceAll(/[ */?,]/g, found => short[found] ?? '');
}

/** Within the span the next end comes before the next start. */
function reading({ start, end, zone, replicas }: Span, nowMs: number): Reading {
  if (!isTimeZone(zone)) return { error: `unable to load timezone: unknown time zone ${zone}` };
  const isActive = nextOf(start, zone, nowMs) >= nextOf(end, zone, nowMs);
  return { value: isActive ? replicas : 0, isActive };
}

/** Go's zero time, long ago, where there is no next time. */
function nextOf(schedule: string, zone: string, nowMs: number): number {
  const parsed = parseSchedule(/^(CRON_)?TZ=/.test(schedule) ? schedule : `TZ=${zone} ${schedule}`);
  return (parsed.isOk ? parsed.value.next(nowMs) : undefined) ?? -Infinity;
}
