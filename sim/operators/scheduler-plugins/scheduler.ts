/** The second scheduler: kube-scheduler with plug-ins of its own. @upstream scheduler-plugins v0.34.7 cmd/scheduler/main.go */
import type { HasMetadata, Kind } from '../../api/object.js';
import { serviceAccount, type ProcessDefinition } from '../../client/contract.js';
import { invariant } from '../../engine/invariant.js';
import { kubeScheduler, type PluginKind } from '../../scheduler/kube-scheduler.js';
import { plugins, readConfiguration } from './configuration.js';
import { namespace, schedulerName } from './keys.js';
import { elasticQuotas, groupKeyOf, podGroups } from './types.js';

const kinds: readonly PluginKind[] = [
  {
    kind: podGroups as unknown as Kind<HasMetadata>,
    resource: 'podgroups.v1alpha1.scheduling.x-k8s.io',
  },
  {
    kind: elasticQuotas as unknown as Kind<HasMetadata>,
    resource: 'elasticquotas.v1alpha1.scheduling.x-k8s.io',
  },
];

/** The process, with the file that it is started with. */
export function schedulerProcess(text: string): ProcessDefinition {
  const configuration = readConfiguration(text);
  invariant(configuration.isOk, 'a scheduler is started with a file that can be read');
  return {
    ...kubeScheduler({ configuration: configuration.value, plugins, kinds, gangOf: groupKeyOf }),
    name: schedulerName,
    identity: serviceAccount(namespace, schedulerName),
  };
}
