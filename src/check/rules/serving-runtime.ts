/** SEA217: an InferenceService names a runtime that is not there, or none takes its model. */
import { isRecord } from '../../../sim/api/equality.js';
import { didYouMean } from '../../input/errors.js';
import { operators } from '../../../sim/operators/index.js';
import { valueAt } from '../pod-template.js';
import type { Rule } from '../rule.js';

const group = 'serving.kserve.io';

/** The rule. */
export const servingRuntime: Rule = {
  id: 'SEA217',
  name: 'serving-runtime',
  severity: 'warning',
  title:
    'An InferenceService names a serving runtime that is neither among the manifests nor shipped with KServe.',
  why: 'KServe reports RuntimeNotRecognized, and no predictor is made.',
  fix: 'name a ServingRuntime of the namespace or a ClusterServingRuntime',
  source: 'https://kserve.github.io/website/docs/concepts/resources/servingruntime',
  *find(survey) {
    const shipped = Object.values(operators)
      .flatMap(operator => operator.manifests())
      .filter(({ kind }) => kind === 'ClusterServingRuntime')
      .map(({ metadata }) => metadata.name ?? '');
    for (const entry of survey.ofKind(group, 'InferenceService')) {
      const path = ['spec', 'predictor', 'model', 'runtime'];
      const name = valueAt(entry.object, path);
      if (typeof name !== 'string' || name === '') continue;
      const own = survey
        .ofKind(group, 'ServingRuntime')
        .filter(({ namespace }) => namespace === entry.namespace);
      const known = [
        ...shipped,
        ...[...own, ...survey.ofKind(group, 'ClusterServingRuntime')].map(one => one.name),
        ...survey.cluster.filter(isRuntime).map(({ metadata }) => metadata.name ?? ''),
      ];
      if (known.includes(name)) continue;
      const near = didYouMean(name, known);
      yield {
        entry,
        path,
        severity: near === undefined ? 'info' : 'warning',
        message: `there is no runtime ${name}`,
        ...(near !== undefined && { fix: `did you mean ${near}?` }),
      };
    }
  },
};

const isRuntime = (object: unknown): boolean =>
  isRecord(object) && String(object['kind']).endsWith('ServingRuntime');
