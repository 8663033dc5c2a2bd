/**
 * The payments that a model of voyages scores: nobody makes them. A ConfigMap says what the world is like,
 * and from that rows are drawn, minute by minute. Whoever writes it lets the world drift; whoever watches a
 * model only sees the rows, their scores, and the labels.
 */
import type { ConfigMap } from '../../../sim/api/kinds/core.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { Random } from '../../../sim/engine/random.js';
import type { TrialModel } from './trial-model.js';

/** What payments are like; the usual world is `usualWorld`. */
export interface TrialWorld {
  /** In degrees: where frauds lie among the habits. It changes what a fraud looks like: concept drift. */
  readonly concept: number;
  /** Of all amounts: covariate drift, which tells nothing of frauds. */
  readonly amountFactor: number;
  /** Of the share of frauds: prior drift. */
  readonly fraudFactor: number;
  /** How the pipeline delivers habits: as they are, as zeros, or not at all. */
  readonly pipeline: 'whole' | 'zeros' | 'gaps';
}

/** The payments of a model. */
export interface TrialPayments extends TrialWorld {
  readonly namespace: string;
  /** Of the model. */
  readonly name: string;
}

/** Nothing has drifted. */
export const usualWorld: TrialWorld = {
  concept: 0,
  amountFactor: 1,
  fraudFactor: 1,
  pipeline: 'whole',
};

/** Says of which model a ConfigMap describes the payments. */
export const paymentsLabel = 'seatrial.dev/payments-of';

/** The ConfigMap that describes the payments of a model. */
export function paymentsName(model: string): string {
  return `${model}-payments`;
}

/** The payments as an object. */
export function paymentsObject({ namespace, name, ...world }: TrialPayments): KubeObject {
  const data = Object.entries(world).map(([key, value]) => [key, String(value)] as const);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: paymentsName(name), labels: { [paymentsLabel]: name } },
    data: Object.fromEntries(data),
  };
}

/** Reads them; undefined when the object describes none. */
export function trialPaymentsOf({ metadata, data = {} }: ConfigMap): TrialPayments | undefined {
  const { namespace = 'default', labels = {} } = metadata;
  const name = labels[paymentsLabel];
  if (name === undefined) return undefined;
  const number = (key: string, usual: number): number => {
    const value = Number(data[key] ?? usual);
    return Number.isFinite(value) ? value : usual;
  };
  const pipeline = data['pipeline'];
  return {
    namespace,
    name,
    concept: number('concept', usualWorld.concept),
    amountFactor: number('amountFactor', usualWorld.amountFactor),
    fraudFactor: number('fraudFactor', usualWorld.fraudFactor),
    pipeline: pipeline === 'zeros' || pipeline === 'gaps' ? pipeline : 'whole',
  };
}

/** The drift that an object brings, in a word: `concept`; undefined when it describes no payments. */
export function driftOf(object: KubeObject): string | undefined {
  const payments = trialPaymentsOf(object);
  if (payments === undefined) return undefined;
  if (payments.pipeline !== 'whole') return 'broken-pipeline';
  if (payments.concept !== usualWorld.concept) return 'concept';
  if (payments.amountFactor !== usualWorld.amountFactor) return 'covariate';
  return payments.fraudFactor === usualWorld.fraudFactor ? 'none' : 'prior';
}

/** How well a version ranks these payments: what it has learned is worth less in another world. */
export function skillOf(
  { ranking, concept = usualWorld.concept }: TrialModel,
  world: TrialWorld | undefined,
): number {
  if (world === undefined) return ranking;
  return world.pipeline === 'whole' ? ranking * Math.cos(radians(world.concept - concept)) : 0;
}

/** What is known of a payment: the logarithm of its amount, and two habits. */
export const trialFeatures = ['amount', 'habit', 'place'] as const;

const rowsAMinute = 300;
/** Among those that people label; more than among all payments. */
const fraudShare = 0.2;
/** How far frauds lie from the others among the habits, in standard deviations. */
const fraudDistance = 3;

/** The payments of a minute. */
export interface TrialRows {
  readonly rows: number;
  /** Row after row, as `trialFeatures` names them; NaN where the pipeline lost them. */
  readonly values: Float64Array;
  readonly labels: Uint8Array;
  /** What the version says: a probability of fraud. */
  readonly scores: Float64Array;
}

/** The payments of a minute of the epoch, and what a version says of them. */
export function trialRows(
  world: TrialWorld,
  model: TrialModel,
  minute: number | 'reference',
): TrialRows {
  const { namespace, name } = model;
  const random = new Random(0).fork(`${namespace}/${name}`).fork(`payments ${minute}`);
  const rows = minute === 'reference' ? 4 * rowsAMinute : rowsAMinute;
  const values = new Float64Array(rows * trialFeatures.length);
  const labels = new Uint8Array(rows);
  const scores = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const isFraud = random.float() < Math.min(fraudShare * world.fraudFactor, 0.9);
    const [amount, habit, place] = payment(world, isFraud, random);
    const isSeen = world.pipeline === 'whole';
    const lost = world.pipeline === 'gaps' ? NaN : 0;
    values.set([amount, isSeen ? habit : lost, isSeen ? place : lost], row * trialFeatures.length);
    labels[row] = isFraud ? 1 : 0;
    scores[row] = score(model, isSeen ? [habit, place] : [0, 0], random.normal());
  }
  return { rows, values, labels, scores };
}

function payment(
  { concept, amountFactor }: TrialWorld,
  isFraud: boolean,
  random: Random,
): readonly [number, number, number] {
  const distance = isFraud ? fraudDistance : 0;
  const amount = random.normal(Math.log(amountFactor));
  const habit = random.normal(distance * Math.cos(radians(concept)));
  const place = random.normal(distance * Math.sin(radians(concept)));
  return [amount, habit, place];
}

/** Frauds of the world that it knows have scores higher by its ranking, in standard deviations. */
function score(
  { ranking, offset, concept = usualWorld.concept }: TrialModel,
  [habit, place]: readonly [number, number],
  noise: number,
): number {
  const share = Math.min(ranking / fraudDistance, 1);
  const along = habit * Math.cos(radians(concept)) + place * Math.sin(radians(concept));
  const odds = share * along + Math.sqrt(1 - share * share) * noise + offset;
  return 1 / (1 + Math.exp(-odds));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
