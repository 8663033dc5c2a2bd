/**
 * What plug-ins do for jobs: names, keys and variables by which pods find each other. Of hcclrank and
 * ray only the names are known. @upstream volcano v1.15.1 pkg/controllers/job/plugins
 */
import type { Pod } from '../../api/kinds/core.js';
import type { Random } from '../../engine/random.js';
import type { Reconciliation } from '../../client/contract.js';
import { mpi, pytorch, tensorflow } from './framework-plugins.js';
import { keys } from './keys.js';
import { withContainers, withEnv } from './pod-edits.js';
import { ssh } from './ssh-plugin.js';
import { svc } from './svc-plugin.js';
import type { Job } from './types.js';

/** Why something could not be done; undefined: it was. */
export type Failure = string | undefined;

/** A plug-in of jobs. */
export interface JobPlugin {
  onPodCreate?(pod: Pod, job: Job, given: readonly string[]): Pod;
  onJobAdd?(job: Job, given: readonly string[], random: Random): Reconciliation<Failure>;
  onJobUpdate?(job: Job): Reconciliation<Failure>;
  onJobDelete?(job: Job, given: readonly string[]): Reconciliation<Failure>;
}

const env: JobPlugin = {
  onPodCreate(pod) {
    const value = pod.metadata.labels?.[keys.taskIndex] ?? '';
    const index = ['VK_TASK_INDEX', 'VC_TASK_INDEX'].map(name => ({ name, value }));
    return withContainers(pod, one => withEnv(one, index), { includesInit: true });
  },
};

const plugins: Readonly<Record<string, JobPlugin>> = {
  ...{ env, mpi, pytorch, ssh, svc, tensorflow },
  ...{ hcclrank: {}, ray: {} },
};

/** The plug-ins that a job names, each with its arguments. Upstream runs them in any order. */
export function pluginsOf({ spec }: Job): readonly {
  readonly name: string;
  readonly given: readonly string[];
  readonly plugin: JobPlugin;
}[] {
  return Object.entries(spec.plugins ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, given]) => {
      const plugin = plugins[name];
      return plugin === undefined ? [] : [{ name, given, plugin }];
    });
}
