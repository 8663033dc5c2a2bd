/** The customers and terminals of the generator: the handbook's, drawn from our own streams. */
import { invariant } from '../../../sim/engine/invariant.js';
import type { Random } from '../../../sim/engine/random.js';
import { nearbyTerminals, side, type NearbyTerminals, type Points } from '../nearby.js';

/** Customers and terminals, and how traffic is shared out among them. */
export interface People {
  /** Of a customer's amounts, in currency units; the standard deviation is half of it. */
  readonly meanAmount: Float64Array;
  readonly nearby: NearbyTerminals;
  /** The share of all transactions that each customer makes; 0 for whom no terminal is near. */
  readonly customerShare: Float64Array;
  /** The share of all transactions that is made at each terminal. */
  readonly terminalShare: Float64Array;
}

/** How many there are, and how far customers go. */
export interface PeopleSettings {
  readonly customers: number;
  readonly terminals: number;
  /** A customer uses the terminals nearer than this, on a square of side 100. */
  readonly radius: number;
}

/** Draws the people. A radius that leaves every customer without a terminal is refused beforehand. */
export function peopleOf({ customers, terminals, radius }: PeopleSettings, random: Random): People {
  const places = points(customers, random.fork('customers'));
  const habits = random.fork('habits');
  const meanAmount = new Float64Array(customers).map(() => habits.between(5, 100));
  const nearby = nearbyTerminals(places, points(terminals, random.fork('terminals')), radius);
  const perDay = new Float64Array(customers).map((_, customer) => {
    const drawn = habits.between(0, 4);
    return choicesOf(nearby, customer) === 0 ? 0 : drawn;
  });
  const total = perDay.reduce((a, b) => a + b, 0);
  invariant(total > 0, 'some customer has a terminal in reach');
  const customerShare = perDay.map(rate => rate / total);
  return {
    meanAmount,
    nearby,
    customerShare,
    terminalShare: sharesOf(nearby, customerShare, terminals),
  };
}

/** How many terminals a customer may use. */
export const choicesOf = ({ offsets }: NearbyTerminals, customer: number): number =>
  (offsets[customer + 1] as number) - (offsets[customer] as number);

function sharesOf(
  nearby: NearbyTerminals,
  customerShare: Float64Array,
  terminals: number,
): Float64Array {
  const shares = new Float64Array(terminals);
  customerShare.forEach((share, customer) => {
    const each = share / choicesOf(nearby, customer);
    const until = nearby.offsets[customer + 1] as number;
    for (let at = nearby.offsets[customer] as number; at < until; at++) {
      const terminal = nearby.flat[at] as number;
      shares[terminal] = (shares[terminal] as number) + each;
    }
  });
  return shares;
}

function points(count: number, random: Random): Points {
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    x[index] = random.between(0, side);
    y[index] = random.between(0, side);
  }
  return { x, y };
}
