/**
 * Evaluates groups of rules over a store, and writes there what comes of them.
 * @upstream rules/group.go
 */
import { elementsOf, type QueryOptions } from '../evaluation.js';
import { fillIn } from '../template/fill-in.js';
import type { TemplateWorld } from '../template/functions.js';
import { nameLabel, type Labels } from '../labels.js';
import { histogramText } from '../histogram/text.js';
import { queryAt } from '../query.js';
import type { SeriesStore } from '../series-store.js';
import type { Element } from '../value.js';
import { nextAlerts, type Alert, type Holding } from './alerting.js';
import type { Rule, RuleGroup, Templates } from './rule.js';

/** What a rule needs besides the series. */
export interface EvaluatorOptions extends QueryOptions {
  readonly externalLabels?: Readonly<Record<string, string>>;
  readonly externalUrl?: string;
}

/** What became of a rule when it was evaluated last. */
export interface RuleHealth {
  readonly rule: Rule;
  readonly error: string | undefined;
  /** Empty for a recording rule. Resolved ones stay for 15 minutes. */
  readonly alerts: readonly Alert[];
}

interface RuleState {
  readonly rule: Rule;
  alerts: ReadonlyMap<string, Alert>;
  /** What it wrote last. */
  written: ReadonlyMap<string, Labels>;
  error: string | undefined;
}

type Sample = Pick<Element, 'labels' | 'value' | 'histogram'>;

/** Evaluates one group; its rules see what those before them wrote. */
export class GroupEvaluator {
  private readonly states: readonly RuleState[];

  constructor(
    readonly group: RuleGroup,
    private readonly store: SeriesStore,
    private readonly options: EvaluatorOptions = {},
  ) {
    this.states = group.rules.map(rule => ({
      rule,
      alerts: new Map<string, Alert>(),
      written: new Map<string, Labels>(),
      error: undefined,
    }));
  }

  /** All rules, in order, at one time. */
  evaluate(nowMs: number): void {
    for (const state of this.states) {
      const found = this.samplesOf(state, nowMs);
      state.error = 'error' in found ? found.error : undefined;
      if ('samples' in found) this.write(state, found.samples, nowMs - this.group.offsetMs);
    }
  }

  /** Goes on where rules of the same names were: their alerts stay, and what nobody writes any more ends. */
  follow(before: GroupEvaluator, nowMs: number): void {
    const left = new Set(before.states);
    for (const state of this.states) {
      const { name, kind } = state.rule;
      const old = [...left].find(({ rule }) => rule.name === name && rule.kind === kind);
      if (old === undefined) continue;
      left.delete(old);
      state.alerts = old.alerts;
      state.written = old.written;
    }
    for (const state of left) before.write(state, [], nowMs);
  }

  /** The group is no more: what it wrote ends. */
  end(nowMs: number): void {
    for (const state of this.states) this.write(state, [], nowMs);
  }

  health(): readonly RuleHealth[] {
    return this.states.map(({ rule, error, alerts }) => ({
      rule,
      error,
      alerts: [...alerts.values()],
    }));
  }

  private samplesOf(
    state: RuleState,
    nowMs: number,
  ): { readonly samples: readonly Sample[] } | { readonly error: string } {
    const { rule } = state;
    const atMs = nowMs - this.group.offsetMs;
    const answer = queryAt(this.store, rule.expression, atMs, this.options);
    if ('error' in answer) return answer;
    const { value } = answer;
    if (value.kind !== 'vector' && value.kind !== 'scalar') {
      return { error: 'rule result is not a vector or scalar' };
    }
    const elements = elementsOf(value);
    return rule.kind === 'record'
      ? this.recorded(rule, elements)
      : this.alerted(state, rule, { elements, nowMs, atMs });
  }

  private recorded(rule: Rule & { readonly kind: 'record' }, elements: readonly Sample[]) {
    const samples = elements.map(element => ({
      ...element,
      labels: recordedLabels(rule, element.labels),
    }));
    if (new Set(samples.map(({ labels }) => labels.key)).size < samples.length) {
      return { error: 'vector contains metrics with the same labelset after applying rule labels' };
    }
    return this.isOver(samples.length)
      ? { error: this.overText(samples.length, 'series') }
      : { samples };
  }

  private alerted(
    state: RuleState,
    rule: Rule & { readonly kind: 'alert' },
    told: { readonly elements: readonly Sample[]; readonly nowMs: number; readonly atMs: number },
  ): { readonly samples: readonly Sample[] } | { readonly error: string } {
    const holding = new Map<string, Holding>();
    for (const element of told.elements) {
      const own = this.holding(rule, element, told.atMs);
      if (holding.has(own.labels.key)) {
        return {
          error: 'vector contains metrics with the same labelset after applying alert labels',
        };
      }
      holding.set(own.labels.key, own);
    }
    state.alerts = nextAlerts(state.alerts, holding, told.nowMs, rule);
    const active = [...state.alerts.values()].filter(alert => alert.state !== 'inactive');
    if (this.isOver(active.length)) {
      state.alerts = new Map();
      return { error: this.overText(active.length, 'alerts') };
    }
    return { samples: active.flatMap(samplesOfAlert) };
  }

  private holding(
    rule: Rule & { readonly kind: 'alert' },
    { labels, value: number, histogram }: Sample,
    atMs: number,
  ): Holding {
    const { externalLabels = {}, externalUrl } = this.options;
    const told = histogram === undefined ? number : histogramText(histogram);
    const data = { labels: labels.record(), externalLabels, value: told };
    const world: TemplateWorld = {
      ...(externalUrl !== undefined && { externalUrl }),
      query: text => this.ask(text, atMs),
    };
    const filled = (templates: Templates) =>
      [...templates].map(([name, template]) => [name, fillIn(template, data, world)] as const);
    const own = labels.withoutName().with([...filled(rule.labels), ['alertname', rule.name]]);
    const value = histogram === undefined ? number : 0;
    return { labels: own, annotations: Object.fromEntries(filled(rule.annotations)), value };
  }

  private ask(text: string, atMs: number) {
    const answer = queryAt(this.store, text, atMs, this.options);
    if ('error' in answer) return [];
    return elementsOf(answer.value).map(({ labels, value }) => ({
      labels: labels.record(),
      value,
    }));
  }

  private isOver(count: number): boolean {
    return this.group.limit > 0 && count > this.group.limit;
  }

  private overText(count: number, what: string): string {
    return `exceeded limit of ${this.group.limit} with ${count} ${what}`;
  }

  /** A series that is written no more ends. */
  private write(state: RuleState, samples: readonly Sample[], atMs: number): void {
    const written = new Map<string, Labels>();
    for (const { labels, value, histogram } of samples) {
      written.set(labels.key, labels);
      this.store.append(labels, atMs, histogram ?? value);
    }
    for (const [key, labels] of state.written) {
      if (!written.has(key)) this.store.append(labels, atMs, 'stale');
    }
    state.written = written;
  }
}

/** The labels of recorded series by those of what is recorded, which are mostly the same as before. */
const labelsRecorded = new WeakMap<Rule, WeakMap<Labels, Labels>>();

function recordedLabels(rule: Rule & { readonly kind: 'record' }, labels: Labels): Labels {
  let known = labelsRecorded.get(rule);
  if (known === undefined) labelsRecorded.set(rule, (known = new WeakMap()));
  let own = known.get(labels);
  if (own === undefined) {
    own = labels.with([...Object.entries(rule.labels), [nameLabel, rule.name] as const]);
    known.set(labels, own);
  }
  return own;
}

function samplesOfAlert({ labels, state, activeMs }: Alert): readonly Sample[] {
  return [
    {
      labels: labels.with([
        [nameLabel, 'ALERTS'],
        ['alertstate', state],
      ]),
      value: 1,
    },
    { labels: labels.with([[nameLabel, 'ALERTS_FOR_STATE']]), value: Math.floor(activeMs / 1000) },
  ];
}
