/** What the scheduler does, in which order, and who has a say in it. @upstream volcano v1.15.1 pkg/scheduler/util.go UnmarshalSchedulerConf */
import type { Tier } from './tiers.js';

/** What a session goes by. */
export interface Configuration {
  readonly actions: readonly string[];
  readonly tiers: readonly Tier[];
}

const on = {};
const plugin = (name: string, switches: Readonly<Record<string, boolean>> = on) => ({
  ...{ name, switches },
});

/** The configuration that Volcano is shipped with. */
export const shipped: Configuration = {
  actions: ['enqueue', 'allocate', 'backfill'],
  tiers: [
    [plugin('priority'), plugin('gang', { enablePreemptable: false }), plugin('conformance')],
    [
      plugin('overcommit'),
      plugin('drf', { enablePreemptable: false }),
      ...['predicates', 'proportion', 'nodeorder', 'binpack'].map(name => plugin(name)),
    ],
  ],
};
