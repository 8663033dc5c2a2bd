/** What an import offers without being asked: quotas that refuse, fights over fields, alerts, waits. */
import type { Finding } from '../contract.js';
import type { ToldEvent } from '../import/format.js';
import type { AlertStretch } from './alert-stretches.js';
import { starved } from './findings-of-waits.js';
import type { KnownObject } from './known.js';
import type { PodLife } from './pod-life.js';
import type { QuotaRefusal } from './quota-refusal.js';
import type { QuotaBook } from './quotas.js';
import { timeText, valueAt } from './stretches.js';
import { sameValue, type FieldWrite, type Survey } from './survey.js';

/** What findings are drawn from. */
export interface FindingSources {
  readonly survey: Survey;
  readonly refusals: readonly QuotaRefusal[];
  readonly quotas: QuotaBook;
  readonly alerts: readonly AlertStretch[];
  readonly events: readonly ToldEvent[];
  readonly lives: readonly PodLife[];
  readonly known: readonly KnownObject[];
  readonly endMs: number;
}

/** All findings, in the order in which a reader wants them. */
export function findingsOf(sources: FindingSources): Finding[] {
  return [
    ...quotaExhausted(sources),
    ...fights(sources.survey),
    ...managers(sources),
    ...sources.alerts.map(alertFinding),
    ...starved(sources),
  ];
}

/** Full for so short a break belongs to one exhaustion. */
const breakMaxMs = 5 * 60_000;

/** Of more exhaustions of one quota the first are told. */
const spansMax = 20;

/** A quota was full, and something was refused for it. */
function quotaExhausted({ quotas, survey, refusals, endMs }: FindingSources): Finding[] {
  const all = [...survey.refusals, ...refusals];
  const found: Finding[] = [];
  for (const [quota, resources] of quotas) {
    for (const [resource, { hard, used }] of resources) {
      const refused = all.filter(
        ({ namespace, quota: name, limited }) =>
          `${namespace}/${name}` === quota && limited[resource] !== undefined,
      );
      if (refused.length === 0) continue;
      const times = [...hard, ...used].map(([atMs]) => atMs).sort((a, b) => a - b);
      const at = (steps: typeof hard, ms: number): number => valueAt(steps, ms) ?? Number.NaN;
      const spans: { fromMs: number; toMs: number }[] = [];
      for (const [index, fromMs] of times.entries()) {
        const toMs = times[index + 1] ?? endMs;
        if (!(at(used, fromMs) >= at(hard, fromMs))) continue;
        const last = spans.at(-1);
        // A new limit begins a new story.
        const isSame = last !== undefined && at(hard, last.fromMs) === at(hard, fromMs);
        if (isSame && fromMs - last.toMs <= breakMaxMs) last.toMs = toMs;
        else spans.push({ fromMs, toMs });
      }
      const limits = new Set(hard.map(([, value]) => value));
      for (const { fromMs, toMs } of spans.slice(0, spansMax)) {
        const count = refused
          .filter(({ atMs, untilMs }) => untilMs >= fromMs && atMs <= toMs)
          .reduce((sum, each) => sum + each.count, 0);
        if (count === 0) continue;
        found.push({
          what: 'quota exhausted',
          object: `ResourceQuota ${quota}`,
          from: timeText(fromMs),
          to: timeText(toMs),
          detail: `${resource} was used up (${[...limits].join(', then ')}); ${count} times something was refused`,
          facts: { resource, refusals: count },
        });
      }
    }
  }
  return found;
}

/** Flips beyond this many are a fight. */
const flipsMin = 3;

/** Two who set one field to different values, in turns. */
function fights(survey: Survey): Finding[] {
  const found: Finding[] = [];
  for (const [field, writes] of survey.fields) {
    const flips = flipsOf(writes);
    if (flips.length < flipsMin) continue;
    const writers = [...new Set(writes.map(({ user }) => user))];
    const values = [...new Set(writes.map(({ value }) => JSON.stringify(value)))];
    found.push({
      what: 'two writers of one field',
      object: field.slice(0, field.indexOf(' .')),
      from: timeText(flips[0]?.atMs ?? 0),
      to: timeText(flips.at(-1)?.atMs ?? 0),
      detail: `${field} was set to ${values.join(' and ')} in turns by ${writers.join(' and ')}: ${flips.length} flips`,
      facts: { field, writers, flips: flips.length },
    });
  }
  return found;
}

/** Writes that changed what another one wrote last. */
function flipsOf(writes: readonly FieldWrite[]): FieldWrite[] {
  return writes.filter((write, index) => {
    const before = writes[index - 1];
    if (before === undefined) return false;
    return before.user !== write.user && !sameValue(before.value, write.value);
  });
}

interface Managed {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: { readonly 'f:spec'?: Readonly<Record<string, unknown>> };
}

/** Without an audit log: managers that share spec.replicas, as managedFields show them. */
function managers({ known, survey }: FindingSources): Finding[] {
  return known.flatMap(({ newest }): Finding[] => {
    const { kind = '', metadata } = newest.object;
    const fields = (metadata.managedFields ?? []) as readonly Managed[];
    const owners = fields.filter(
      ({ fieldsV1 }) => fieldsV1?.['f:spec']?.['f:replicas'] !== undefined,
    );
    const names = [
      ...new Set(
        owners.map(({ manager = '', subresource }) =>
          subresource === undefined ? manager : `${manager} (${subresource})`,
        ),
      ),
    ];
    const object = `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
    if (names.length < 2 || survey.fields.has(`${object} .spec.replicas`)) return [];
    return [
      {
        what: 'two writers of one field',
        object,
        detail: `${object} .spec.replicas is managed by ${names.join(' and ')}`,
        facts: { field: `${object} .spec.replicas`, writers: names },
      },
    ];
  });
}

function alertFinding({ alert, labels, pendingMs, firingMs, resolvedMs }: AlertStretch): Finding {
  const text = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : timeText(ms);
  const times = { pending: text(pendingMs), firing: text(firingMs), resolved: text(resolvedMs) };
  const told = Object.entries(times).flatMap(([state, time]) =>
    time === undefined ? [] : [`${state} ${time}`],
  );
  const from = times.pending ?? times.firing;
  return {
    what: /drift/i.test(alert) ? 'drift alert' : 'alert',
    object: alert,
    ...(from !== undefined && { from }),
    ...(times.resolved !== undefined && { to: times.resolved }),
    detail: `${alert}: ${told.join(', ')}${times.resolved === undefined ? ', on to the end' : ''}`,
    facts: {
      alert,
      labels,
      ...Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined)),
    },
  };
}
