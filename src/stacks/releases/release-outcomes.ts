/** The promotions of a history as the laws hear of them, measured anew on the labels that were known. */
import type { ConfigMap } from '../../../sim/api/kinds/core.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import type { Outcome } from '../../laws/law.js';
import { averagePrecision } from '../../models/performance/average-precision.js';
import { championLabel } from './champion.js';
import { trialModelOf, trialScores, type TrialModel } from './trial-model.js';

/** In the order of the history; the first version of a model replaces none. */
export function releaseOutcomes(history: Iterable<HistoryEntry>): readonly Outcome[] {
  const models = new Map<string, TrialModel>();
  const champions = new Map<string, string>();
  const outcomes: Outcome[] = [];
  for (const { resource, object, timeMs, type } of history) {
    if (resource !== 'configmaps' || type === 'DELETED') continue;
    const map: ConfigMap = object;
    const entry = trialModelOf(map);
    if (entry !== undefined) models.set(keyOf(entry, `v${entry.version}`), entry);
    const { namespace = '', labels = {} } = map.metadata;
    const model = labels[championLabel];
    const version = map.data?.['version'];
    if (model === undefined || version === undefined) continue;
    const place = { namespace, name: model };
    const key = keyOf(place, version);
    const before = champions.get(keyOf(place, ''));
    champions.set(keyOf(place, ''), key);
    const [fresh, old] = [models.get(key), models.get(before ?? '')];
    if (before === key || fresh === undefined) continue;
    outcomes.push({
      kind: 'recovery',
      timeMs,
      step: 'promoted',
      model: key,
      averagePrecision: precision(fresh),
      ...(old !== undefined && { championPrecision: precision(old) }),
    });
  }
  return outcomes;
}

function precision(model: TrialModel): number {
  const { labels, scores } = trialScores(model);
  return averagePrecision(labels, scores);
}

function keyOf(
  { namespace, name }: Pick<TrialModel, 'namespace' | 'name'>,
  version: string,
): string {
  return `${namespace}/${name} ${version}`.trim();
}
