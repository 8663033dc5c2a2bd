/**
 * How far the rate of errors among the newest labels rises by chance alone: what a threshold is set by, so
 * that false alarms are as rare as is stated and nobody has to try out values.
 *
 * Source: parametric bootstrap of the maximum of a scan statistic (Efron and Tibshirani 1993, chapter 16).
 */
import { Random } from '../../../sim/engine/random.js';
import { FastRandom } from '../../../sim/workloads/serving/fast-random.js';

/** What is asked of chance. */
export interface RiseQuestion {
  /** The rate of errors of a stationary stream, 0 to 1. */
  readonly rate: number;
  /** The chance that a stream of so many labels exceeds the answer somewhere. */
  readonly level: number;
  readonly horizon: number;
  /** The rate is told over so many of the newest labels, and compared with all before. */
  readonly recent: number;
  /** So many come before those, at least. */
  readonly before: number;
}

/** Streams for each of those that may exceed. */
const streamsPerExcess = 5;
/** Rates are rounded up, small ones by less: an answer serves for all that are near. */
const steps = (rate: number): number => (rate < 0.1 ? 200 : 20);
const known = new Map<string, number>();

/** The rise that a stationary stream exceeds with the stated chance. */
export function riseByChance(question: RiseQuestion): number {
  const { level, horizon, recent, before } = question;
  const rate = rounded(question.rate);
  const key = [rate, level, horizon, recent, before].join(' ');
  let rise = known.get(key);
  if (rise === undefined) {
    const streams = Math.ceil(streamsPerExcess / level);
    // The same draws each time: the threshold is a property of the question.
    const random = new FastRandom(new Random(0).fork('rise by chance'));
    const highest = Float64Array.from({ length: streams }, () =>
      highestRise({ ...question, rate }, random),
    ).sort();
    rise = highest[Math.ceil(streams * (1 - level)) - 1] ?? 1;
    known.set(key, rise);
  }
  return rise;
}

function rounded(rate: number): number {
  const parts = steps(rate);
  return Math.min(parts - 1, Math.max(1, Math.ceil(rate * parts - 1e-9))) / parts;
}

/** The highest rise of one stream. */
function highestRise({ rate, horizon, recent, before }: RiseQuestion, random: FastRandom): number {
  const bits = new Int32Array(before + recent + horizon);
  random.fillBits(bits, bits.length);
  const limit = rate * 0x1_0000_0000;
  let newest = 0;
  let earlier = 0;
  let highest = 0;
  for (let label = 0; label < bits.length; label++) {
    const error = (bits[label] as number) >>> 0 < limit ? 1 : 0;
    bits[label] = error;
    newest += error;
    if (label >= recent) {
      const left = bits[label - recent] as number;
      newest -= left;
      earlier += left;
    }
    const past = label + 1 - recent;
    if (past < before) continue;
    const rise = newest / recent - earlier / past;
    if (rise > highest) highest = rise;
  }
  return highest;
}
