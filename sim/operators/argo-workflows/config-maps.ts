/** Values that parameters take from ConfigMaps. @upstream workflow/common/configmap.go */
import { configMaps } from '../../api/kinds/core.js';
import type { View } from '../../client/contract.js';
import type { ConfigMapValue } from './arguments.js';
import { WorkflowFault } from './fault.js';

const typeKey = 'workflows.argoproj.io/configmap-type';

/** Reads from those of a namespace. */
export function configMapValues(view: View, namespace: string): ConfigMapValue {
  return (name, key) => {
    const found = view.get(configMaps, namespace, name);
    // The controller sees all of them: those without the label are not looked at here.
    const map = found?.metadata.labels?.[typeKey] === undefined ? undefined : found;
    if (map === undefined) {
      throw new WorkflowFault(
        `ConfigMap '${name}' does not exist. Please make sure it has the label ${typeKey}: Parameter to be detectable by the controller`,
        'not-found',
      );
    }
    if (map.metadata.labels?.[typeKey] !== 'Parameter') {
      throw new WorkflowFault(
        `ConfigMap '${name}' needs to have the label ${typeKey}: Parameter to load parameters`,
      );
    }
    const value = map.data?.[key];
    if (value !== undefined) return value;
    throw new WorkflowFault(`ConfigMap '${name}' does not have the key '${key}'`, 'not-found');
  };
}
