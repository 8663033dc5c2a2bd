/**
 * Models of voyages: nobody trains them. An entry says how well its scores rank and how far they lie from
 * what they should be, and from that scores are drawn. So hundreds of releases cost no training.
 */
import type { ConfigMap } from '../../../sim/api/kinds/core.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { Random } from '../../../sim/engine/random.js';
import { entryMarks, entryName } from '../../models/registry/entry.js';
import type { Judged } from '../fraud/promotion/judgement.js';

/** How good a model is. */
export interface TrialQuality {
  /** How far the scores of frauds lie above the others, in standard deviations: 0 ranks by chance. */
  readonly ranking: number;
  /** Added to the log-odds of all scores: it changes no rank, but on which side of 1/2 they are. */
  readonly offset: number;
}

/** A version of a model. */
export interface TrialModel extends TrialQuality {
  readonly namespace: string;
  readonly name: string;
  readonly version: number;
  /** The concept of the payments that it has learned from, as `TrialWorld` has it. Default 0. */
  readonly concept?: number;
  /** The factor of the amounts that it has learned from. Default 1. */
  readonly amountFactor?: number;
}

/** Payments whose labels are known, and how many of them are frauds. */
const rows = 600;
const frauds = 24;

/** The entry of a version, as a training would leave it in the registry. */
export function trialEntry(model: TrialModel): KubeObject {
  const { namespace, name, version, ranking, offset, concept, amountFactor } = model;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      namespace,
      name: entryName(name, version),
      labels: { [entryMarks.model]: name, [entryMarks.version]: String(version) },
    },
    data: {
      ranking: String(ranking),
      offset: String(offset),
      ...(concept !== undefined && { concept: String(concept) }),
      ...(amountFactor !== undefined && { amountFactor: String(amountFactor) }),
    },
  };
}

/** Reads an entry; undefined when the object is none. */
export function trialModelOf({ metadata, data }: ConfigMap): TrialModel | undefined {
  const { namespace = '', labels = {} } = metadata;
  const name = labels[entryMarks.model];
  const version = Number(labels[entryMarks.version]);
  const [ranking, offset] = [Number(data?.['ranking']), Number(data?.['offset'])];
  const [concept, amountFactor] = [
    Number(data?.['concept'] ?? 0),
    Number(data?.['amountFactor'] ?? 1),
  ];
  const areNumbers = [version, ranking, offset, concept, amountFactor].every(Number.isFinite);
  return name === undefined || !areNumbers
    ? undefined
    : { namespace, name, version, ranking, offset, concept, amountFactor };
}

/**
 * What a version says of the payments that all versions of the model are judged by.
 *
 * @param skill - how well it ranks them; default: as well as those that it has learned from.
 */
export function trialScores(
  { namespace, name, version, ranking, offset }: TrialModel,
  skill = ranking,
): Judged {
  const random = new Random(0).fork(`${namespace}/${name}`).fork(`v${version}`);
  const labels = new Uint8Array(rows);
  const scores = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    labels[row] = row < frauds ? 1 : 0;
    const odds = random.normal(row < frauds ? skill : 0) + offset;
    scores[row] = 1 / (1 + Math.exp(-odds));
  }
  return { scores, labels };
}
