/** Shapes of traffic that were measured somewhere, as weights: only their proportions count. */

/** Weights of the hours of a day, from 0 h to 23 h, in Coordinated Universal Time. */
export const hourShapes = {
  flat: Array.from({ length: 24 }, () => 1),
  /** Card payments of the Fraud Detection Handbook: normal about noon, deviation 20,000 s; per mille. */
  handbook: [
    8.6, 12.5, 17.2, 23, 29.9, 37.2, 45.5, 53.6, 60.8, 66.6, 71.7, 73.5, 73.6, 71.6, 66.7, 60.8,
    53.2, 45.3, 37.6, 29.8, 23.1, 17.1, 12.5, 8.7,
  ],
  /** Mobile money: shares in per cent of PaySim's aggregates of 24.6 million real transactions. */
  paysim: [
    3.3, 1.2, 0.3, 0, 0, 0, 0.1, 0.4, 1, 1.4, 1.2, 1.6, 2.5, 3.6, 4.4, 4.4, 6.1, 7, 10.6, 12.9,
    12.9, 10.2, 8.5, 6.5,
  ],
} as const satisfies Readonly<Record<string, readonly number[]>>;

/** Weights of the days of a week, from Sunday to Saturday. */
export const weekdayShapes = {
  flat: [1, 1, 1, 1, 1, 1, 1],
  /** Sparkov's profiles of card holders. */
  sparkov: [150, 80, 90, 100, 100, 125, 150],
} as const satisfies Readonly<Record<string, readonly number[]>>;

/** A part of each year, both days included: `11-30` to `12-31`, and what it multiplies the rate by. */
export interface Season {
  readonly from: string;
  readonly until: string;
  readonly factor: number;
}

/** Seasons of a year. */
export const seasonShapes = {
  flat: [],
  /** Sparkov's: twice as much in the holidays, a quarter less after them, a quarter more in summer. */
  sparkov: [
    { from: '01-01', until: '02-29', factor: 0.75 },
    { from: '06-01', until: '08-31', factor: 1.25 },
    { from: '11-30', until: '12-31', factor: 2 },
  ],
} as const satisfies Readonly<Record<string, readonly Season[]>>;
