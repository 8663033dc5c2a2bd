/**
 * The promoter of voyages: an operator that looks at new entries of the registry, compares them with the
 * champion as the fraud platform's promoter does offline, and writes down which version serves. Where
 * payments drift so that the version before is better again, it takes its promotion back.
 */
import { configMaps, type ConfigMap } from '../../../sim/api/kinds/core.js';
import {
  serviceAccount,
  type Answer,
  type ControllerContext,
  type Reconciliation,
  type View,
} from '../../../sim/client/contract.js';
import { call, create, splitKey, update, watch } from '../../../sim/client/requests.js';
import type { Random } from '../../../sim/engine/random.js';
import { installation } from '../../../sim/operators/crd/installation.js';
import type { Operator } from '../../../sim/operators/operator.js';
import { entryMarks } from '../../models/registry/entry.js';
import { isBetter, precisionOf, type Precision } from '../fraud/promotion/judgement.js';
import { championLabel, championName, type Champion } from './champion.js';
import { trialModelOf, trialScores, type TrialModel } from './trial-model.js';
import {
  paymentsLabel,
  paymentsName,
  skillOf,
  trialPaymentsOf,
  type TrialWorld,
} from './trial-payments.js';

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
                const { labels = {} } = object.metadata;
                const model = labels[entryMarks.model] ?? labels[paymentsLabel];
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
  const payments = view.get(configMaps, namespace, paymentsName(model));
  const judgedBy = payments?.metadata.resourceVersion;
  const judge: Judge = {
    world: payments && trialPaymentsOf(payments),
    random: context.random,
    find: version => versions.find(one => `v${one.version}` === version),
  };
  const next = nextOf(stands?.data, versions, judge);
  if (next === undefined) return undefined;
  const data = { ...next, ...(judgedBy !== undefined && { judgedBy }) };
  const answer: Answer<ConfigMap> = yield* call(
    stands === undefined
      ? create(configMaps, championOf({ namespace, name: model }, data))
      : update(configMaps, { ...stands, data }),
  );
  return answer.isOk ? undefined : { retry: `write the champion of ${key}: ${answer.message}` };
}

/** What versions are judged with. */
interface Judge {
  readonly world: TrialWorld | undefined;
  readonly random: Random;
  readonly find: (version: string | undefined) => TrialModel | undefined;
}

/** Which version is to serve from now on; undefined: the one that does. */
function nextOf(
  stands: ConfigMap['data'],
  versions: readonly TrialModel[],
  judge: Judge,
): Champion | undefined {
  const champion = judge.find(stands?.['version']);
  const [first] = versions;
  if (champion === undefined) return first && { version: nameOf(first) };
  const better = betterThan(champion, versions, judge);
  if (better !== undefined) return { version: nameOf(better), before: nameOf(champion) };
  const before = judge.find(stands?.['before']);
  if (judge.world === undefined || before === undefined) return undefined;
  const isBack = isBetter(precision(before, judge), precision(champion, judge), gainMin);
  return isBack ? { version: nameOf(before), rolledBack: nameOf(champion) } : undefined;
}

function nameOf({ version }: TrialModel): string {
  return `v${version}`;
}

function championOf(
  { namespace, name: model }: Pick<TrialModel, 'namespace' | 'name'>,
  data: Champion,
): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: championName(model), labels: { [championLabel]: model } },
    data: { ...data },
  };
}

/** The newest version that is better by enough. */
function betterThan(
  champion: TrialModel,
  versions: readonly TrialModel[],
  judge: Judge,
): TrialModel | undefined {
  const newer = versions.filter(one => one.version > champion.version);
  if (newer.length === 0) return undefined;
  const old = precision(champion, judge);
  return newer.findLast(one => isBetter(precision(one, judge), old, gainMin));
}

function precision(model: TrialModel, { world, random }: Judge): Precision {
  return precisionOf(trialScores(model, skillOf(model, world)), random);
}
