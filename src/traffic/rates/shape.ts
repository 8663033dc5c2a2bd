/** A rate by hour, weekday, day of the month, season and events: what people's days make of traffic. */
import { dayMs, dayOf, hourMs, weekdayOf } from '../calendar.js';
import type { Rate } from '../rate.js';
import { hourShapes, seasonShapes, weekdayShapes, type Season } from './shapes.js';

/** An event that multiplies the rate: a Black Friday, a flash sale. */
export interface RateEvent {
  readonly name?: string;
  /** The plateau, in milliseconds since the epoch. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** The straight way up before the plateau, and down after it, in milliseconds. Default 15 minutes. */
  readonly rampMs?: number;
  /** On the plateau the rate is so many times what it would be. */
  readonly factor: number;
}

/** What a rate is shaped by; what is left out is flat. All in Coordinated Universal Time. */
export interface RateShape {
  /** 24 weights. */
  readonly hours?: readonly number[];
  /** 7 weights, from Sunday. */
  readonly weekdays?: readonly number[];
  /** Days of the month on which people are paid, and by what the rate is multiplied on them. */
  readonly paydays?: { readonly days: readonly number[]; readonly factor: number };
  readonly seasons?: readonly Season[];
  readonly events?: readonly RateEvent[];
}

/** The rate is worked out each minute, and straight in between. */
const stepMs = 60_000;

const defaultRampMs = 15 * 60_000;

/** By how much a payday raises spending where nothing else is stated (Pagel and Vardardottir). */
export const paydayFactor = 1.25;

/**
 * A shaped rate.
 *
 * @param perSecond - the rate when all factors are 1: the mean over a plain week
 */
export function shapedRate(shape: RateShape, perSecond = 1): Rate {
  return new ShapedRate(shape, perSecond);
}

class ShapedRate implements Rate {
  private readonly hours: readonly number[];
  private readonly weekdays: readonly number[];
  /** The day whose factor was asked for last, and that factor. */
  private day = NaN;
  private dayFactor = 1;
  /** The step that was asked for last, and the rates at its ends. */
  private step = NaN;
  private left = 0;
  private right = 0;

  constructor(
    private readonly shape: RateShape,
    private readonly perSecond: number,
  ) {
    this.hours = withMeanOne(shape.hours ?? hourShapes.flat);
    this.weekdays = withMeanOne(shape.weekdays ?? weekdayShapes.flat);
  }

  at(timeMs: number): number {
    const step = Math.floor(timeMs / stepMs);
    if (step !== this.step) {
      this.left = step === this.step + 1 ? this.right : this.knot(step);
      this.right = this.knot(step + 1);
      this.step = step;
    }
    return this.left + (this.right - this.left) * (timeMs / stepMs - step);
  }

  perSecondMax(fromMs: number, untilMs: number): number {
    const last = Math.ceil(untilMs / stepMs);
    let max = Math.max(this.at(fromMs), this.at(untilMs));
    for (let step = Math.floor(fromMs / stepMs) + 1; step < last; step++) {
      max = Math.max(max, this.knot(step));
    }
    return max;
  }

  private knot(step: number): number {
    const timeMs = step * stepMs;
    const day = dayOf(timeMs);
    if (day !== this.day) {
      this.day = day;
      this.dayFactor = this.ofDay(timeMs);
    }
    return this.perSecond * this.dayFactor * this.ofHour(timeMs) * this.ofEvents(timeMs);
  }

  /** An hour's weight stands at its middle, and the way from one to the next is straight. */
  private ofHour(timeMs: number): number {
    const place = (timeMs - dayOf(timeMs) * dayMs) / hourMs + 23.5;
    const before = Math.floor(place);
    const left = this.hours[before % 24] as number;
    const right = this.hours[(before + 1) % 24] as number;
    return left + (right - left) * (place - before);
  }

  private ofDay(timeMs: number): number {
    const { paydays, seasons = seasonShapes.flat } = this.shape;
    const date = new Date(timeMs);
    const monthDay = date.toISOString().slice('2026-'.length, '2026-11-27'.length);
    const season = seasons.find(({ from, until }) => from <= monthDay && monthDay <= until);
    const isPayday = paydays?.days.includes(date.getUTCDate()) === true;
    return (
      (this.weekdays[weekdayOf(timeMs)] as number) *
      (season?.factor ?? 1) *
      (isPayday ? paydays.factor : 1)
    );
  }

  private ofEvents(timeMs: number): number {
    let factor = 1;
    for (const event of this.shape.events ?? [])
      factor *= 1 + (event.factor - 1) * level(event, timeMs);
    return factor;
  }
}

/** How much of an event there is: 1 on its plateau, 0 far from it. */
function level({ fromMs, untilMs, rampMs = defaultRampMs }: RateEvent, timeMs: number): number {
  const awayMs = Math.max(fromMs - timeMs, timeMs - untilMs, 0);
  return awayMs === 0 ? 1 : Math.max(0, 1 - awayMs / rampMs);
}

function withMeanOne(weights: readonly number[]): readonly number[] {
  const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
  return weights.map(weight => weight / mean);
}
