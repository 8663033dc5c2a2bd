/** The Fraud Detection Handbook's protocol: on which rows its models are trained and tested. */
import { dayMs } from '../calendar.js';
import { WindowedFeatures, type FeatureSettings } from '../features/windowed.js';
import { transactionAt } from '../block.js';
import { featureNames, type TransactionBlock } from '../transaction.js';
import type { HandbookSettings } from './settings.js';
import { HandbookStream } from './stream.js';

/** Rows of features with their labels, and whose they are. */
export interface LabelledRows {
  readonly rows: number;
  /** Always 15; `featureNames` names them. */
  readonly columns: number;
  /** Row after row. */
  readonly values: Float64Array;
  /** 1 for fraud. */
  readonly labels: Uint8Array;
  /** The customer, who stands for a card. */
  readonly customers: Int32Array;
  /** Days since the first of the data set. */
  readonly days: Int32Array;
}

/** On which days models are trained and tested. */
export interface SplitSettings {
  readonly trainDay: number;
  readonly trainDays: number;
  /** Days between training and test, for which no labels have come in yet. */
  readonly delayDays: number;
  readonly testDays: number;
  readonly handbook?: Partial<HandbookSettings>;
  readonly features?: FeatureSettings;
}

/** As published: training from 2018-07-25, test from 2018-08-08, a week each. */
export const publishedSplit: SplitSettings = {
  trainDay: 115,
  trainDays: 7,
  delayDays: 7,
  testDays: 7,
};

/**
 * Training and test rows. A card that is known on a test day to be compromised is left out from then on:
 * by a fraud in training, or by one of as long ago as labels take.
 */
export function handbookSplit(settings: Partial<SplitSettings> = {}): {
  readonly train: LabelledRows;
  readonly test: LabelledRows;
} {
  const split = { ...publishedSplit, ...settings };
  const testDay = split.trainDay + split.trainDays + split.delayDays;
  const train = new RowsBuilder();
  const test = new RowsBuilder();
  const known = new Set<number>();
  const frauds: (readonly number[])[] = [];
  for (const { day, block, values } of featureDays(split, testDay + split.testDays)) {
    frauds.push([...block.customer].filter((_, row) => block.scenario[row] !== 0));
    const isTrain = day >= split.trainDay && day < split.trainDay + split.trainDays;
    if (isTrain) frauds[day]?.forEach(card => known.add(card));
    if (day >= testDay) frauds[day - split.delayDays - 1]?.forEach(card => known.add(card));
    if (isTrain) train.add(day, block, values, () => true);
    if (day >= testDay) test.add(day, block, values, card => !known.has(card));
  }
  return { train: train.built(), test: test.built() };
}

/** The days before the end, each with the features of its transactions where windows can matter. */
function* featureDays(
  split: SplitSettings,
  endDay: number,
): Generator<{
  readonly day: number;
  readonly block: TransactionBlock;
  readonly values: Float64Array;
}> {
  const features = new WindowedFeatures(split.features);
  const lookBackDays = Math.ceil(features.lookBackMs / dayMs);
  let day = 0;
  for (const block of new HandbookStream(split.handbook)) {
    if (day >= endDay) return;
    const isAsked = day >= split.trainDay;
    const values = new Float64Array(isAsked ? block.count * featureNames.length : 0);
    if (day >= split.trainDay - lookBackDays) {
      for (let row = 0; row < block.count; row++) {
        const transaction = transactionAt(block, row);
        if (isAsked) features.observe(transaction, values, row * featureNames.length);
        else features.count(transaction);
      }
    }
    yield { day: day++, block, values };
  }
}

/** Collects chosen rows of days. */
class RowsBuilder {
  private readonly values: Float64Array[] = [];
  private readonly labels: number[] = [];
  private readonly customers: number[] = [];
  private readonly days: number[] = [];

  add(
    day: number,
    block: TransactionBlock,
    values: Float64Array,
    isWanted: (card: number) => boolean,
  ): void {
    const columns = featureNames.length;
    for (let row = 0; row < block.count; row++) {
      const card = block.customer[row] as number;
      if (!isWanted(card)) continue;
      this.values.push(values.subarray(row * columns, (row + 1) * columns));
      this.labels.push(block.scenario[row] === 0 ? 0 : 1);
      this.customers.push(card);
      this.days.push(day);
    }
  }

  built(): LabelledRows {
    const rows = this.values.length;
    const columns = featureNames.length;
    const values = new Float64Array(rows * columns);
    this.values.forEach((row, index) => values.set(row, index * columns));
    return {
      rows,
      columns,
      values,
      labels: Uint8Array.from(this.labels),
      customers: Int32Array.from(this.customers),
      days: Int32Array.from(this.days),
    };
  }
}
