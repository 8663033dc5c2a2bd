/** Values that parameters take from ConfigMaps. @upstream workflow/common/configmap.go */
import { configMaps } from '../../api/kinds/core.js';
import type { View } from '../../client/contract.js';
import type { ConfigMapValue } from './arguments.js';
import { WorkflowFault } from './fault.js';

const typeKey = 'workflows.argoproj.io/configmap-type';

/** The selector of what the controller watches. */
export const parameterMaps = typeKey;

/** Reads from those of a namespace. */
export function configMapValues(view: View, namespace: string): ConfigMapValue {
  return (name, key) => {
    const map = view.get(configMaps, namespace, name);
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
