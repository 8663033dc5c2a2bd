/** The flags with which a scenario's kube-controller-manager ran. */
import type { ControllerDefinition } from '../../../../sim/client/contract.js';
import { controllers } from '../../../../sim/controllers/index.js';
import {
  nodeLifecycleController,
  nodeLifecycleControllerWith,
} from '../../../../sim/controllers/node-lifecycle.js';
import type { Scenario } from './scenario.js';

/** The recorder's own, so that nodes without a kubelet stay healthy. */
const recorderFlags = '--node-monitor-grace-period=7200s';

/** All controllers, with the scenario's flags. */
export function controllersFor({ needs }: Scenario): readonly ControllerDefinition[] {
  const flags = needs?.kcmFlags ?? recorderFlags;
  const secondsOf = (name: string): number | undefined => {
    const seconds = new RegExp(`--${name}=(\\d+)s`).exec(flags)?.[1];
    return seconds === undefined ? undefined : Number(seconds) * 1000;
  };
  const graceMs = secondsOf('node-monitor-grace-period');
  const monitorPeriodMs = secondsOf('node-monitor-period');
  const startupGraceMs = secondsOf('node-startup-grace-period');
  const nodeLifecycle = nodeLifecycleControllerWith({
    ...(graceMs !== undefined && { graceMs }),
    ...(monitorPeriodMs !== undefined && { monitorPeriodMs }),
    ...(startupGraceMs !== undefined && { startupGraceMs }),
  });
  return controllers.map(one => (one === nodeLifecycleController ? nodeLifecycle : one));
}

/** The nodes beside those that the scenario makes: they stay healthy. */
export function worldNodes({ needs }: Scenario): readonly string[] {
  if (needs?.otherNodes === 'none') return [];
  if (needs?.kcmFlags !== undefined) return ['worker', 'worker-1'];
  return ['worker', 'worker-1', 'worker-2'];
}
