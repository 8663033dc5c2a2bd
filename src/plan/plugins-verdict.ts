/**
 * What the second scheduler of scheduler-plugins would do with a pod: its plug-ins on the objects that were
 * read. Its file is taken to be the chart's own, as nobody reads ConfigMaps here.
 */
import type { Pod } from '../../sim/api/kinds/core.js';
import {
  plugins,
  readConfiguration,
  shippedText,
} from '../../sim/operators/scheduler-plugins/configuration.js';
import { schedulerName } from '../../sim/operators/scheduler-plugins/keys.js';
import type { ConfigurationDocument } from '../../sim/scheduler/configuration.js';
import { explain, type Explanation } from '../../sim/scheduler/explain.js';
import type { World } from './world.js';

/** The scheduler's file where the pod asks for it, and no profile of kube-scheduler has its name. */
export function pluginsProfile(
  { spec }: Pod,
  { profiles = [] }: ConfigurationDocument,
): ConfigurationDocument | undefined {
  if (spec?.schedulerName !== schedulerName) return undefined;
  if (profiles.some(profile => profile.schedulerName === schedulerName)) return undefined;
  const read = readConfiguration(shippedText);
  return read.isOk ? read.value : undefined;
}

/** Asks a scheduler that has its plug-ins, too. */
export function explained(world: World, pod: Pod, document: ConfigurationDocument): Explanation {
  return explain(world, pod, document, plugins);
}
