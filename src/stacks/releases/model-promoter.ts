/**
 * The promoter of voyages: an operator that looks at new entries of the registry, compares them with the
 * champion as the fraud platform's promoter does offline, and writes down which version serves.
 */
import { configMaps, type ConfigMap } from '../../../sim/api/kinds/core.js';
import { keyOf } from '../../../sim/api/meta.js';
import {
  serviceAccount,
  type Answer,
  type ControllerContext,
  type Outcome,
  type Reconciliation,
  type View,
} from '../../../sim/client/contract.js';
import { call, create, splitKey, update, watch } from '../../../sim/client/requests.js';
import { installation } from '../../../sim/operators/crd/installation.js';
import type { Operator } from '../../../sim/operators/operator.js';
import { entryMarks } from '../../models/registry/entry.js';
import { isBetter, precisionOf } from '../fraud/promotion/judgement.js';
import { championLabel, championName } from './champion.js';
import { trialModelOf, trialScores, type TrialModel } from './trial-model.js';

const name = 'model-promoter';
const identity = serviceAccount(name, name);
/** By how much average precision a candidate must be better. */
const gainMin = 0.02;

const verbs = ['get', 'list', 'watch', 'create', 'update'];
const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs }];

/** The operator. */
export const modelPromoter: Operator = {
  name,
  models: 'the offline judgement of the fraud platform, beside a registry of ConfigMaps',
  manifests: () => installation({ namespace: name, account: name, rules }),
  process: {
    name,
    identity,
    controllers: [
      {
        name,
        create: context => ({
          watches: [
            watch(configMaps, {
              on: ({ object }) => {
                const model = object.metadata.labels?.[entryMarks.model];
                if (model !== undefined) context.queue.add(`${object.metadata.namespace}/${model}`);
              },
            }),
          ],
          reconcile: (key, view) => promote(key, view, context),
        }),
      },
    ],
  },
};

function* promote(key: string, view: View, context: ControllerContext): Reconciliation {
  const { namespace, name: model } = splitKey(key);
  const versions = view
    .list(configMaps, namespace)
    .flatMap(object => trialModelOf(object) ?? [])
    .filter(one => one.name === model)
    .sort((a, b) => a.version - b.version);
  const stands = view.get(configMaps, namespace, championName(model));
  const champion = versions.find(one => `v${one.version}` === stands?.data?.['version']);
  const next = champion === undefined ? versions[0] : betterThan(champion, versions, context);
  if (next === undefined) return undefined;
  const data = { version: `v${next.version}` };
  const answer: Answer<ConfigMap> = yield* call(
    stands === undefined
      ? create(configMaps, championOf(next, data))
      : update(configMaps, { ...stands, data }),
  );
  return outcomeOf(answer, keyOf(stands ?? championOf(next, data)));
}

function outcomeOf(answer: Answer<ConfigMap>, champion: string): Outcome {
  return answer.isOk ? undefined : { retry: `write ${champion}: ${answer.message}` };
}

function championOf({ namespace, name: model }: TrialModel, data: ConfigMap['data']): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: championName(model), labels: { [championLabel]: model } },
    ...(data !== undefined && { data }),
  };
}

/** The newest version that is better by enough. */
function betterThan(
  champion: TrialModel,
  versions: readonly TrialModel[],
  { random }: ControllerContext,
): TrialModel | undefined {
  const old = precisionOf(trialScores(champion), random);
  return versions.findLast(
    one =>
      one.version > champion.version &&
      isBetter(precisionOf(trialScores(one), random), old, gainMin),
  );
}
