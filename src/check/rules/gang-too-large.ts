/** SEA104: a gang waits for more members than it will ever have. */
import { isRecord } from '../../../sim/api/equality.js';
import { groupLabel } from '../../../sim/operators/scheduler-plugins/types.js';
import type { Entry } from '../entry.js';
import { valueAt } from '../pod-template.js';
import type { Hit, Rule } from '../rule.js';

/** The rule. */
export const gangTooLarge: Rule = {
  id: 'SEA104',
  name: 'gang-too-large',
  severity: 'error',
  title: 'A gang waits for more members than its job makes.',
  why: 'Gang scheduling starts nothing before minAvailable (minMember) pods can start together. With fewer pods than that it waits for ever.',
  fix: 'set it to the sum of the replicas at most',
  source:
    'https://volcano.sh/en/docs/vcjob/; https://github.com/kubernetes-sigs/scheduler-plugins/tree/master/kep/42-podgroup-coscheduling',
  *find(survey): Iterable<Hit> {
    for (const entry of survey.ofKind('batch.volcano.sh', 'Job')) {
      const tasks = valueAt(entry.object, ['spec', 'tasks']);
      if (!Array.isArray(tasks)) continue;
      const made = sum(
        tasks.map((task: unknown) => (isRecord(task) ? task['replicas'] : undefined)),
      );
      yield* tooLarge(entry, ['spec', 'minAvailable'], made);
    }
    for (const entry of survey.ofKind('kubeflow.org', 'PyTorchJob')) {
      const specs = valueAt(entry.object, ['spec', 'pytorchReplicaSpecs']);
      if (!isRecord(specs)) continue;
      const counts = Object.values(specs).map(one => (isRecord(one) ? one['replicas'] : undefined));
      const path = ['spec', 'runPolicy', 'schedulingPolicy', 'minAvailable'];
      yield* tooLarge(entry, path, sum(counts));
    }
    for (const entry of survey.ofKind('scheduling.x-k8s.io', 'PodGroup')) {
      const members = survey
        .templatesIn(entry.namespace)
        .filter(({ labels }) => labels[groupLabel] === entry.name);
      // Without any, an operator makes them, or they come from elsewhere; it may count otherwise, too.
      const areCounted = members.every(
        ({ owner, replicas }) => owner.isBuiltIn && replicas !== undefined,
      );
      if (members.length === 0 || !areCounted) continue;
      yield* tooLarge(entry, ['spec', 'minMember'], sum(members.map(({ replicas }) => replicas)));
    }
  },
};

function* tooLarge(entry: Entry, path: readonly string[], made: number): Iterable<Hit> {
  const wanted = valueAt(entry.object, path);
  if (typeof wanted !== 'number' || wanted <= made) return;
  const name = path.at(-1) ?? '';
  const who = name === 'minMember' ? 'templates here make' : 'the job makes';
  yield { entry, path, message: `${name} is ${wanted}, and ${who} ${made} pods` };
}

/** A count that is not said is 1. */
function sum(counts: readonly unknown[]): number {
  return counts.reduce<number>((all, one) => all + (typeof one === 'number' ? one : 1), 0);
}
