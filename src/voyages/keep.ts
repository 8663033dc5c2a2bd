/** A plan as a scenario: a folder of files that `seatrial run` runs, for ever after. */
import type { KubeObject } from '../../sim/api/object.js';
import { clusterConfig, kindCluster, writtenOut } from './cluster-config.js';
import { spanText } from './commands.js';
import { neverPulled } from './never-pulled.js';
import type { VoyagePlan } from './plan.js';

/** What a kept voyage is called and judged by. */
export interface KeepOptions {
  readonly name: string;
  /** The laws that it must keep. */
  readonly laws: readonly string[];
  readonly description: string;
  /** The objects that the API server refuses: a scenario leaves them out. */
  readonly refused: ReadonlySet<KubeObject>;
}

/** The files of the scenario's folder, by name. */
export function scenarioFiles(plan: VoyagePlan, options: KeepOptions): Record<string, string> {
  const { refused } = options;
  const objects = plan.objects.filter(object => !refused.has(object));
  return {
    'kind-config.yaml': writtenOut(kindCluster(clusterConfig(plan))),
    ...(objects.length > 0 && { 'manifests.yaml': objects.map(writtenOut).join('---\n') }),
    'scenario.yaml': scenario(plan, options, objects.length > 0),
  };
}

function scenario(
  { cluster, events, objects, seed, settleMs }: VoyagePlan,
  { name, laws, description }: KeepOptions,
  hasObjects: boolean,
): string {
  const settle = settleMs === 0 ? [] : [{ advance: spanText(settleMs) }];
  const steps = [
    ...(hasObjects ? [{ apply: { files: ['manifests.yaml'] } }] : []),
    ...settle,
    ...events.flatMap(({ afterMs, ...event }) => [
      ...(afterMs === 0 ? [] : [{ advance: spanText(afterMs) }]),
      { event },
    ]),
    ...settle,
    { name: `${laws.join(', ')} must hold`, judge: { laws } },
  ];
  const { operators = [], hasMetrics = false, autoscaler } = cluster;
  const loadedImages = neverPulled(objects);
  return writtenOut({
    apiVersion: 'seatrial.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name },
    spec: {
      description,
      cluster: {
        config: 'kind-config.yaml',
        ...(autoscaler !== undefined && { autoscaler }),
        operators,
        metricsServer: hasMetrics,
        serviceTraffic: true,
        ...(loadedImages.length > 0 && { loadedImages }),
        seed,
        interleaving: seed,
      },
      show: { logs: false, events: false },
      steps,
    },
  });
}
