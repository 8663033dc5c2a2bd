/** The scheduler's file. @upstream scheduler-plugins v0.34.7 manifests/install/charts/as-a-second-scheduler/values.yaml, templates/configmap.yaml */
import { isRecord } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import type { Parsed } from '../../api/time.js';
import { parseYamlBody } from '../../api/yaml.js';
import type { ConfigurationDocument } from '../../scheduler/configuration.js';
import type { PluginFactory } from '../../scheduler/framework.js';
import { capacityScheduling } from './capacity-scheduling.js';
import { coscheduling } from './coscheduling.js';
import { configurationFile, namespace, schedulerName } from './keys.js';
import { nodeResourcesAllocatable } from './node-resources-allocatable.js';

/** The file with the chart's own values. */
export const shippedText = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
leaderElection:
  leaderElect: false
  resourceNamespace: ${namespace}
  resourceName: ${schedulerName}
profiles:
# Compose all plugins in one profile
- schedulerName: ${schedulerName}
  plugins:
    multiPoint:
      enabled:
      - name: Coscheduling
      - name: CapacityScheduling
      - name: NodeResourceTopologyMatch
      - name: NodeResourcesAllocatable
      disabled:
      - name: PrioritySort
  pluginConfig:
  - args:
      permitWaitingTimeSeconds: 10
    name: Coscheduling
`;

/** The plug-ins that are simulated, besides kube-scheduler's own. */
export const plugins: Readonly<Record<string, PluginFactory>> = {
  Coscheduling: coscheduling,
  CapacityScheduling: capacityScheduling,
  NodeResourcesAllocatable: nodeResourcesAllocatable,
};

/** Reads a file; the error tells why it is none. */
export function readConfiguration(text: string): Parsed<ConfigurationDocument> {
  const parsed = parseYamlBody(text.trim());
  if (!parsed.isOk) return parsed;
  const document = parsed.value.value;
  if (!isRecord(document) || document['kind'] !== 'KubeSchedulerConfiguration') {
    return { isOk: false, error: 'it is no KubeSchedulerConfiguration' };
  }
  return { isOk: true, value: document };
}

/** The text of the file in the ConfigMap that the chart mounts; undefined: the object is another. */
export function mountedText(object: KubeObject): string | undefined {
  const { name, namespace: own } = object.metadata;
  if (object.kind !== 'ConfigMap' || name !== configurationFile.configMap) return undefined;
  if (own !== namespace) return undefined;
  const { data } = object as { readonly data?: Readonly<Record<string, string>> };
  return data?.[configurationFile.key];
}
