/** Stages as k6 has them (`ramping-arrival-rate`): the rate moves in a straight line from target to target. */
import type { Rate } from '../rate.js';

/** One stage: within its duration the rate goes from where it stands to the target. */
export interface Stage {
  /** In milliseconds; 0 jumps. */
  readonly durationMs: number;
  /** Requests a second at the stage's end. */
  readonly target: number;
}

/** What the stages begin with. */
export interface StagesStart {
  /** When the first stage begins, in milliseconds since the epoch. */
  readonly startMs: number;
  /** The rate before the first stage, per second. Default 0. */
  readonly startRate?: number;
}

/** The rate of the stages. Before the first and after the last there are no requests, as in k6. */
export function stagesRate(
  stages: readonly Stage[],
  { startMs, startRate = 0 }: StagesStart,
): Rate {
  const legs: Leg[] = [];
  let fromMs = startMs;
  let from = startRate;
  for (const { durationMs, target } of stages) {
    // A stage without length leaves no time in which its line could be looked at.
    if (durationMs > 0) legs.push({ fromMs, untilMs: fromMs + durationMs, from, target });
    fromMs += durationMs;
    from = target;
  }
  return {
    at: timeMs => {
      const leg = legs.find(one => timeMs >= one.fromMs && timeMs < one.untilMs);
      return leg === undefined ? 0 : onLeg(leg, timeMs);
    },
    // A straight line is highest at one of its ends.
    perSecondMax: (beginMs, endMs) =>
      legs
        .filter(leg => leg.fromMs < endMs && leg.untilMs > beginMs)
        .map(leg =>
          Math.max(
            onLeg(leg, Math.max(beginMs, leg.fromMs)),
            onLeg(leg, Math.min(endMs, leg.untilMs)),
          ),
        )
        .reduce((a, b) => Math.max(a, b), 0),
  };
}

interface Leg {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly from: number;
  readonly target: number;
}

const onLeg = ({ fromMs, untilMs, from, target }: Leg, timeMs: number): number =>
  from + ((target - from) * (timeMs - fromMs)) / (untilMs - fromMs);
