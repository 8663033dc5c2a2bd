/** The settings of the drift monitor, with defaults that keep false alarms rare. */
import { isRecord } from '../../../sim/api/equality.js';
import {
  numberField,
  readSettings,
  wholeField,
  wordField,
  type Field,
  type SettingsOf,
} from '../../input/settings.js';
import { streamDetectorKinds } from '../streaming/index.js';

const tests = [
  'ks',
  'cramer-von-mises',
  'mann-whitney',
  'welch-t',
  'chi-square',
  'g-test',
] as const;
const effects = [
  'wasserstein',
  'psi',
  'jensen-shannon',
  'hellinger',
  'kullback-leibler',
  'energy-distance',
] as const;

function mapField(): Field<Readonly<Record<string, unknown>> | undefined> {
  return {
    default: undefined,
    problem: value => (isRecord(value) ? undefined : 'must be a map of settings'),
  };
}

const fields = {
  /** The newest so many rows are compared. */
  windowRows: wholeField(2000, { min: 30, max: 1_000_000 }),
  /** A check is due every so many rows, once the window is full. */
  everyRows: wholeField(500, { min: 1 }),
  /** A larger reference is thinned evenly to this. */
  referenceRows: wholeField(10_000, { min: 30, max: 1_000_000 }),
  /** The detector of samples whose p-value decides. */
  test: wordField('ks', tests),
  /** The chance of a false finding in a check (all features together) that is allowed. */
  level: numberField(0.001, { above: 0, below: 1 }),
  correction: wordField('bonferroni', ['bonferroni', 'benjamini-hochberg']),
  /** The detector of samples whose distance tells how much it matters. */
  effect: wordField('wasserstein', effects),
  /** A smaller effect is no drift, however sure it is. */
  effectMin: numberField(0.1, { min: 0 }),
  /** A feature has drifted when it is found in so many checks in a row. */
  inARow: wholeField(3, { min: 1, max: 100 }),
  /** More missing values than in the reference by this share are a drift. */
  missingMax: numberField(0.05, { above: 0, max: 1 }),
  /**
   * `hour`: features that depend on the hour or the weekend are compared with reference rows of the same
   * hours. `none`: all with all.
   */
  season: wordField('hour', ['hour', 'none']),
  /** The streaming detector of errors on late labels; only a rise of errors counts. */
  errors: wordField(
    'ADWIN',
    streamDetectorKinds.map(({ name }) => name),
  ),
  /** What that detector is set to. Default: ADWIN by `errorLevel`, others as they are. */
  errorSettings: mapField(),
  /**
   * The chance of a false alarm that is allowed in `errorHorizon` labels while nothing changes: it sets how
   * sure the detector must be, and how far the rate must rise (`riseByChance`).
   */
  errorLevel: numberField(0.01, { above: 0, below: 1 }),
  /** Labels of one kind, such as the frauds of a day. */
  errorHorizon: wholeField(4000, { min: 100, max: 1_000_000 }),
  /** The rate of errors must rise by more than this besides, by 0.1 from 20 to more than 30 %. */
  errorRiseMin: numberField(0, { min: 0, max: 1 }),
  /**
   * An alert is a score among this share of the highest of the window, as people look at as many alerts as
   * they can. 0: one of at least `scoreThreshold`, which tells of a change of all scores as of one of errors.
   */
  alertShare: numberField(0, { min: 0, below: 1 }),
  /** A score of at least it is an alert. */
  scoreThreshold: numberField(0.5, { min: 0, max: 1 }),
};

/** Read settings. */
export type MonitorSettings = SettingsOf<typeof fields>;

/** @throws UserError (`bad-setting`) for a setting that is unknown or impossible. */
export const monitorSettings = (given: Readonly<Record<string, unknown>>): MonitorSettings =>
  readSettings('drift monitor', given, fields);
