/** The customers and terminals of the Fraud Detection Handbook's simulator. */
import { NumpyRandom } from '../mersenne/numpy-random.js';
import { nearbyTerminals, side, type NearbyTerminals, type Points } from '../nearby.js';
import type { HandbookSettings } from './settings.js';

/** Customers with their habits, in columns, and the terminals in their reach. */
export interface Population {
  /** Of the amounts, in currency units; the standard deviation is half of it. */
  readonly meanAmount: Float64Array;
  /** Transactions a day. */
  readonly perDay: Float64Array;
  readonly nearby: NearbyTerminals;
}

/** Draws the population: customers from seed 0, terminals from seed 1. */
export function populationOf(settings: HandbookSettings): Population {
  const { customers, terminals, radius, seedOffset } = settings;
  const random = new NumpyRandom(seedOffset);
  const places = points(customers);
  const meanAmount = new Float64Array(customers);
  const perDay = new Float64Array(customers);
  for (let customer = 0; customer < customers; customer++) {
    places.x[customer] = random.uniform(0, side);
    places.y[customer] = random.uniform(0, side);
    meanAmount[customer] = random.uniform(5, 100);
    perDay[customer] = random.uniform(0, 4);
  }
  const there = terminalPoints(terminals, new NumpyRandom(seedOffset + 1));
  return { meanAmount, perDay, nearby: nearbyTerminals(places, there, radius) };
}

function terminalPoints(count: number, random: NumpyRandom): Points {
  const there = points(count);
  for (let terminal = 0; terminal < count; terminal++) {
    there.x[terminal] = random.uniform(0, side);
    there.y[terminal] = random.uniform(0, side);
  }
  return there;
}

const points = (count: number): Points => ({
  x: new Float64Array(count),
  y: new Float64Array(count),
});
