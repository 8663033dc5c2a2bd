/** Card precision@k: of the k cards that investigators can check each day, the share that had a fraud. */
import { invariant } from '../../../sim/engine/invariant.js';

/** Scored transactions in columns. */
export interface ScoredTransactions {
  /** The day of each, as a whole number; the rows may stand in any order. */
  readonly days: ArrayLike<number>;
  readonly cards: ArrayLike<number>;
  /** 1 for fraud. */
  readonly labels: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
}

/** Card precision of each day that has transactions, by ascending day. */
export interface CardPrecision {
  readonly mean: number;
  readonly perDay: readonly number[];
  /** How many cards that were still in the pool had a fraud that day. */
  readonly compromisedPerDay: readonly number[];
}

interface Card {
  readonly card: number;
  score: number;
  isCompromised: boolean;
}

/**
 * Each day the cards are ranked by the largest score of their transactions of that day (ties: the lower
 * card number first); the precision is the share of the first k that had a fraud that day, always out of
 * k, even when there are fewer cards. A card so detected leaves the pool for the days that follow, as it
 * would be blocked, unless `isDetectedKept`. The mean of no days is NaN.
 *
 * Source: the description in "Reproducible Machine Learning for Credit Card Fraud Detection", chapter 4.
 */
export function cardPrecision(
  rows: ScoredTransactions,
  { k, isDetectedKept = false }: { readonly k: number; readonly isDetectedKept?: boolean },
): CardPrecision {
  const count = rows.days.length;
  const hasAll = [rows.cards, rows.labels, rows.scores].every(({ length }) => length === count);
  invariant(hasAll, 'the columns are of one length');
  const detected = new Set<number>();
  const perDay: number[] = [];
  const compromisedPerDay: number[] = [];
  for (const indices of rowsByDay(rows.days)) {
    const cards = cardsOf(rows, indices, detected);
    const caught = ranked(cards)
      .slice(0, k)
      .filter(({ isCompromised }) => isCompromised);
    perDay.push(caught.length / k);
    compromisedPerDay.push(cards.filter(({ isCompromised }) => isCompromised).length);
    if (!isDetectedKept) for (const { card } of caught) detected.add(card);
  }
  const mean = perDay.reduce((sum, precision) => sum + precision, 0) / perDay.length;
  return { mean, perDay, compromisedPerDay };
}

function rowsByDay(days: ArrayLike<number>): readonly (readonly number[])[] {
  const byDay = new Map<number, number[]>();
  for (let row = 0; row < days.length; row++) {
    const day = days[row] ?? NaN;
    const indices = byDay.get(day);
    if (indices === undefined) byDay.set(day, [row]);
    else indices.push(row);
  }
  return [...byDay].sort(([a], [b]) => a - b).map(([, indices]) => indices);
}

function cardsOf(
  { cards, labels, scores }: ScoredTransactions,
  indices: readonly number[],
  detected: ReadonlySet<number>,
): Card[] {
  const found = new Map<number, Card>();
  for (const row of indices) {
    const card = cards[row] ?? NaN;
    if (detected.has(card)) continue;
    const score = scores[row] ?? NaN;
    const known = found.get(card) ?? { card, score, isCompromised: false };
    known.score = Math.max(known.score, score);
    known.isCompromised ||= labels[row] === 1;
    found.set(card, known);
  }
  return [...found.values()];
}

const ranked = (cards: readonly Card[]): Card[] =>
  [...cards].sort((a, b) => b.score - a.score || a.card - b.card);
