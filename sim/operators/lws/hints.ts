/** What the author of a LeaderWorkerSet should know before it runs. */
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import { filledOf, type LeaderWorkerSet } from './types.js';

const tpus = 'google.com/tpu';

/** The hints about an object; none for other kinds. */
export function leaderWorkerSetHints(object: KubeObject): readonly string[] {
  if (object.kind !== 'LeaderWorkerSet') return [];
  const set = object as unknown as LeaderWorkerSet;
  const template = (set.spec as Partial<LeaderWorkerSet['spec']> | undefined)?.leaderWorkerTemplate;
  if (template === undefined) return [];
  const { leaderTemplate, workerTemplate } = template;
  const given: readonly (readonly [string, PodTemplateSpec | undefined])[] = [
    ['leaderTemplate', leaderTemplate],
    [
      'workerTemplate',
      filledOf(set).size > 1 || leaderTemplate === undefined ? workerTemplate : {},
    ],
  ];
  return given.flatMap(([name, pods]) => templateHints(name, pods));
}

function templateHints(name: string, template: PodTemplateSpec | undefined): readonly string[] {
  const containers = template?.spec?.containers ?? [];
  const asked = containers.flatMap(({ resources = {} }) =>
    Object.keys({ ...resources.limits, ...resources.requests }),
  );
  return [
    ...(containers.length > 0 && asked.length === 0
      ? [`${name}: its pods request nothing: they get no GPU, and share a node with anybody`]
      : []),
    ...(asked.includes(tpus)
      ? [
          `${name}: ${tpus} is not simulated: its containers get no TPU_WORKER_ID and no TPU_WORKER_HOSTNAMES`,
        ]
      : []),
  ];
}
