/** Bursts: factors that jump between levels at random, to multiply a rate by (`productRate`). */
import type { Random } from '../../../sim/engine/random.js';
import type { Rate } from '../rate.js';

/** Two states in turn: a Markov-modulated Poisson process when requests arrive at the rate. */
export interface TwoStates {
  /** The rate, or factor, of each state. */
  readonly levels: readonly [number, number];
  /** The mean stay in each, exponentially distributed, in milliseconds. */
  readonly staysMs: readonly [number, number];
  /** When the first state begins, in milliseconds since the epoch. */
  readonly startMs: number;
}

/** The long-run mean of the levels. */
export const twoStateMean = ({ levels, staysMs }: TwoStates): number =>
  (levels[0] * staysMs[0] + levels[1] * staysMs[1]) / (staysMs[0] + staysMs[1]);

/** A rate that stays in two states in turn. It begins in either, as often as it is there. */
export function twoStateRate(states: TwoStates, random: Random): Rate {
  const { levels, staysMs, startMs } = states;
  let state: 0 | 1 = random.float() * (staysMs[0] + staysMs[1]) < staysMs[0] ? 1 : 0;
  let timeMs = startMs;
  return new StepRate(() => {
    state = state === 0 ? 1 : 0;
    timeMs += random.exponential(staysMs[state]);
    return { level: levels[state], untilMs: timeMs };
  });
}

/** Many sources that are on and off for heavy-tailed times: traffic that is bursty at every scale. */
export interface OnOffSources {
  readonly sources: number;
  /** The tail of the times on and off, between 1 and 2: the Hurst exponent is (3 - alpha) / 2. */
  readonly alpha: number;
  readonly meanOnMs: number;
  readonly meanOffMs: number;
  readonly startMs: number;
}

/**
 * The share of the sources that are on, over its long-run mean: a factor of mean 1, self-similar
 * (Willinger, Taqqu, Sherman and Wilson 1997).
 */
export function selfSimilarRate(settings: OnOffSources, random: Random): Rate {
  const { sources, alpha, meanOnMs, meanOffMs, startMs } = settings;
  const share = meanOnMs / (meanOnMs + meanOffMs);
  const pareto = (meanMs: number): number =>
    (meanMs * (alpha - 1)) / alpha / (1 - random.float()) ** (1 / alpha);
  const isOn = Array.from({ length: sources }, () => random.float() < share);
  const switchMs = Float64Array.from(isOn, on => startMs + residual(on ? meanOnMs : meanOffMs));
  let on = isOn.filter(Boolean).length;

  /** What is left of a stay that one comes upon: longer stays are come upon more often. */
  function residual(meanMs: number): number {
    const leastMs = (meanMs * (alpha - 1)) / alpha;
    const chance = random.float();
    // The equilibrium distribution is uniform up to the least stay, and Pareto of alpha - 1 beyond.
    const within = leastMs / meanMs;
    if (chance < within) return chance * meanMs;
    return leastMs * ((1 - chance) * alpha) ** (-1 / (alpha - 1));
  }

  let switching = -1;
  return new StepRate(() => {
    if (switching >= 0) {
      const before = isOn[switching] as boolean;
      isOn[switching] = !before;
      on += before ? -1 : 1;
      const stayMs = pareto(before ? meanOffMs : meanOnMs);
      switchMs[switching] = (switchMs[switching] as number) + stayMs;
    }
    switching = earliest(switchMs);
    return { level: on / sources / share, untilMs: switchMs[switching] as number };
  });
}

function earliest(times: Float64Array): number {
  let first = 0;
  for (let index = 1; index < times.length; index++) {
    if ((times[index] as number) < (times[first] as number)) first = index;
  }
  return first;
}

interface Step {
  readonly level: number;
  readonly untilMs: number;
}

/** How far back a rate may be asked about after a later instant was, in milliseconds: an hour. */
const lookBackMs = 3_600_000;

/** A rate of steps that are drawn when they are first asked for, and forgotten an hour later. */
class StepRate implements Rate {
  private steps: Step[] = [];
  /** The step that the last question was about. */
  private place = 0;
  private forgetAt = 4096;

  constructor(private readonly draw: () => Step) {}

  at(timeMs: number): number {
    return (this.steps[this.find(timeMs)] as Step).level;
  }

  perSecondMax(fromMs: number, untilMs: number): number {
    // First the end: what it draws may make the beginning move in the list, never the other way round.
    this.find(untilMs);
    let max = 0;
    for (let place = this.find(fromMs); place < this.steps.length; place++) {
      const { level, untilMs: endMs } = this.steps[place] as Step;
      max = Math.max(max, level);
      if (endMs > untilMs) break;
    }
    return max;
  }

  private find(timeMs: number): number {
    const { steps } = this;
    while (steps.length === 0 || (steps.at(-1) as Step).untilMs <= timeMs) {
      if (steps.length >= this.forgetAt) this.forget(timeMs - lookBackMs);
      steps.push(this.draw());
    }
    let place = this.place;
    while (place > 0 && (steps[place - 1] as Step).untilMs > timeMs) place--;
    while ((steps[place] as Step).untilMs <= timeMs) place++;
    return (this.place = place);
  }

  private forget(beforeMs: number): void {
    const first = this.steps.findIndex(step => step.untilMs > beforeMs);
    const forgotten = first < 0 ? this.steps.length : first;
    this.steps.splice(0, forgotten);
    this.place = Math.max(0, this.place - forgotten);
    // Only when the list has doubled is it looked through again.
    this.forgetAt = Math.max(4096, this.steps.length * 2);
  }
}
