/** Reads the rate of the traffic: constant, in stages, or by mean, peak and shape; with bursts. */
import type { Random } from '../../../sim/engine/random.js';
import { UserError } from '../../input/errors.js';
import type { Rate } from '../rate.js';
import { selfSimilarRate, twoStateMean, twoStateRate } from '../rates/bursts.js';
import { checkFit, fittedRate, meanRate, type FitTarget, type Span } from '../rates/fit.js';
import { constantRate, productRate, scaledRate } from '../rates/plain.js';
import { paydayFactor, shapedRate, type RateEvent, type RateShape } from '../rates/shape.js';
import { hourShapes, seasonShapes, weekdayShapes, type Season } from '../rates/shapes.js';
import { stagesRate, type Stage } from '../rates/stages.js';
import { told, type SpecReader } from './reader.js';

/** A rate that has been read: made into a `Rate` by `rateOf`. */
export type RatePlan = {
  readonly bursts?: BurstPlan;
} & (
  | { readonly kind: 'constant'; readonly perSecond: number }
  | { readonly kind: 'stages'; readonly stages: readonly Stage[]; readonly startRate: number }
  | {
      readonly kind: 'shaped';
      readonly shape: RateShape;
      /** Over the whole traffic. */
      readonly mean: number;
      readonly peak?: number;
    }
);

/** Bursts of mean 1, by which the rate is multiplied. */
export type BurstPlan =
  | {
      readonly kind: 'two-state';
      readonly levels: readonly [number, number];
      readonly staysMs: readonly [number, number];
    }
  | {
      readonly kind: 'self-similar';
      readonly sources: number;
      readonly alpha: number;
      readonly meanOnMs: number;
      readonly meanOffMs: number;
    };

/** The rate of a plan over the span of the traffic. Its bursts are drawn from the stream. */
export function rateOf(plan: RatePlan, span: Span, random: Random): Rate {
  const steady = steadyRate(plan, span);
  const { bursts } = plan;
  if (bursts === undefined) return steady;
  const startMs = span.fromMs;
  if (bursts.kind === 'self-similar') {
    return productRate(steady, selfSimilarRate({ ...bursts, startMs }, random));
  }
  const states = { ...bursts, startMs };
  return productRate(scaledRate(steady, 1 / twoStateMean(states)), twoStateRate(states, random));
}

function steadyRate(plan: RatePlan, span: Span): Rate {
  switch (plan.kind) {
    case 'constant':
      return constantRate(plan.perSecond);
    case 'stages':
      return stagesRate(plan.stages, { startMs: span.fromMs, startRate: plan.startRate });
    case 'shaped': {
      const { shape, mean, peak } = plan;
      if (peak !== undefined) return fittedRate(shape, { ...span, mean, peak });
      const plain = shapedRate(shape);
      return scaledRate(plain, mean / meanRate(plain, span));
    }
  }
}

const shapeFields = ['hours', 'weekdays', 'paydays', 'seasons', 'events'] as const;
const fields = ['constant', 'stages', 'startRate', 'mean', 'peak', ...shapeFields, 'bursts'];

/** Reads a rate. What is wrong is noted by the reader; then the plan is not to be used. */
export function readRate(spec: SpecReader, span: Span): RatePlan | undefined {
  if (!spec.isMapOf(fields)) return undefined;
  const kinds = ['constant', 'stages', 'mean'].filter(name => spec.has(name));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const isNone = kind === undefined;
    const found = isNone ? 'it has none of them' : `it has ${kinds.join(' and ')}`;
    spec.problem(
      `takes one of constant, stages and mean; ${found}`,
      isNone ? 'state one of them: {mean: 100}' : `keep ${kind}, and leave out the others`,
    );
    return undefined;
  }
  refuseStrangers(spec, kind);
  const bursts = readBursts(spec.at('bursts'));
  const rest = { ...(bursts !== undefined && { bursts }) };
  if (kind === 'constant') {
    return { kind, perSecond: spec.number('constant', { min: 0 }), ...rest };
  }
  if (kind === 'stages') return { kind, ...readStages(spec), ...rest };
  const plan = { kind: 'shaped', ...readShaped(spec, span), ...rest } as const;
  const { shape, mean, peak } = plan;
  if (peak !== undefined) refuseMisfit(spec, shape, { ...span, mean, peak });
  return plan;
}

/** Fields that say nothing about a rate of this kind. */
function refuseStrangers(spec: SpecReader, kind: string): void {
  const strangers =
    kind === 'mean'
      ? ['startRate']
      : ['peak', ...shapeFields, ...(kind === 'stages' ? [] : ['startRate'])];
  for (const name of strangers.filter(stranger => spec.has(stranger))) {
    spec.at(name).problem(`has no meaning beside "${kind}"`, `leave out one of them`);
  }
}

function readStages(spec: SpecReader): { stages: Stage[]; startRate: number } {
  const items = spec.list('stages');
  if (items.length === 0) spec.at('stages').problem('needs at least one stage');
  const stages = items.map(stage => {
    stage.isMapOf(['duration', 'target']);
    if (!stage.has('duration')) stage.missing('duration');
    return {
      durationMs: stage.duration('duration', { fallback: 0, min: 0 }),
      target: stage.number('target', { min: 0 }),
    };
  });
  return { stages, startRate: spec.number('startRate', { fallback: 0, min: 0 }) };
}

function readShaped(
  spec: SpecReader,
  span: Span,
): { readonly shape: RateShape; readonly mean: number; readonly peak?: number } {
  const mean = spec.number('mean', { above: 0 });
  const hours = readWeights(spec.at('hours'), hourShapes, 24);
  const weekdays = readWeights(spec.at('weekdays'), weekdayShapes, 7);
  const seasons = readSeasons(spec);
  const paydays = readPaydays(spec.at('paydays'));
  const shape: RateShape = {
    ...(hours !== undefined && { hours }),
    ...(weekdays !== undefined && { weekdays }),
    ...(seasons !== undefined && { seasons }),
    ...(paydays !== undefined && { paydays }),
    events: spec.list('events').flatMap(event => readEvent(event, span) ?? []),
  };
  if (!spec.has('peak')) return { shape, mean };
  const peak = spec.number('peak', { above: 0 });
  if (peak < mean) spec.at('peak').problem(`the peak of ${peak} is below the mean of ${mean}`);
  return { shape, mean, peak };
}

function readWeights(
  spec: SpecReader,
  named: Readonly<Record<string, readonly number[]>>,
  count: number,
): readonly number[] | undefined {
  const { value } = spec;
  if (value === undefined) return undefined;
  const names = Object.keys(named).join(', ');
  if (typeof value === 'string' && Object.hasOwn(named, value)) return named[value];
  const isRight =
    Array.isArray(value) &&
    value.length === count &&
    value.every(weight => typeof weight === 'number' && weight >= 0) &&
    value.some(weight => weight > 0);
  if (isRight) return value as readonly number[];
  spec.problem(
    `must be one of ${names}, or a list of ${count} weights, none below 0 and not all of them 0; it is ` +
      (Array.isArray(value) ? `a list of ${value.length}` : told(value)),
  );
  return undefined;
}

function readSeasons(spec: SpecReader): readonly Season[] | undefined {
  const { value } = spec.at('seasons');
  if (typeof value === 'string') {
    const name = spec.word('seasons', ['flat', 'sparkov']);
    return name === undefined ? undefined : seasonShapes[name];
  }
  return spec.list('seasons').map(season => {
    season.isMapOf(['from', 'until', 'factor']);
    const monthDay = (name: string): string => {
      const text = season.text(name) ?? '';
      if (!/^(0\d|1[0-2])-([0-2]\d|3[01])$/.test(text)) {
        season.at(name).problem(`${told(text)} is no day of a year`, "write it as '11-30'");
      }
      return text;
    };
    return {
      from: monthDay('from'),
      until: monthDay('until'),
      factor: season.number('factor', { min: 0 }),
    };
  });
}

function readPaydays(spec: SpecReader): RateShape['paydays'] {
  if (spec.value === undefined || !spec.isMapOf(['days', 'factor'])) return undefined;
  const days = spec.list('days').map(day => {
    const { value } = day;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= 31) {
      return value;
    }
    day.problem(`must be a day of the month, is ${told(value)}`);
    return NaN;
  });
  return { days, factor: spec.number('factor', { fallback: paydayFactor, min: 0 }) };
}

function readEvent(spec: SpecReader, span: Span): RateEvent | undefined {
  if (!spec.isMapOf(['name', 'from', 'until', 'ramp', 'factor'])) return undefined;
  const fromMs = spec.instant('from', span.fromMs);
  const untilMs = spec.instant('until', span.fromMs);
  const rampMs = spec.duration('ramp', { fallback: undefined, above: 0 });
  const factor = spec.number('factor', { min: 0 });
  const name = spec.text('name');
  for (const end of ['from', 'until']) if (!spec.has(end)) spec.missing(end);
  if (fromMs === undefined || untilMs === undefined) return undefined;
  if (untilMs <= fromMs) spec.at('until').problem('the event ends before it begins');
  return {
    fromMs,
    untilMs,
    factor,
    ...(rampMs !== undefined && { rampMs }),
    ...(name !== undefined && { name }),
  };
}

function readBursts(spec: SpecReader): BurstPlan | undefined {
  if (spec.value === undefined) return undefined;
  const kind = spec.word('kind', ['two-state', 'self-similar']);
  if (kind === 'self-similar') {
    spec.isMapOf(['kind', 'sources', 'alpha', 'meanOn', 'meanOff']);
    return {
      kind,
      sources: spec.whole('sources', { fallback: 100, min: 1, max: 10_000 }),
      alpha: spec.number('alpha', { fallback: 1.4, above: 1, below: 2 }),
      meanOnMs: spec.duration('meanOn', { fallback: 10_000, above: 0 }),
      meanOffMs: spec.duration('meanOff', { fallback: 20_000, above: 0 }),
    };
  }
  if (kind === undefined) return undefined;
  spec.isMapOf(['kind', 'levels', 'stays']);
  const pair = (name: string, read: (at: number) => number): readonly [number, number] => {
    if (spec.list(name).length !== 2) spec.at(name).problem('must have two items, one a state');
    return [read(0), read(1)];
  };
  const levels = pair('levels', at => spec.at('levels').number(at, { min: 0 }));
  if (levels[0] + levels[1] === 0) spec.at('levels').problem('must not both be 0');
  const stays = spec.at('stays');
  return {
    kind,
    levels,
    staysMs: pair('stays', at => stays.duration(at, { fallback: NaN, above: 0 })),
  };
}

function refuseMisfit(spec: SpecReader, shape: RateShape, target: FitTarget): void {
  try {
    checkFit(shape, target);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    spec.at('peak').problem(error.message, error.details.next);
  }
}
