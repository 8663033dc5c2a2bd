/** Services without a cluster IP, as the objects that are made for them tell of it. */
import type { Service } from '../../api/kinds/core.js';

/** The label of what is made for such a service. */
export const headlessLabel = 'service.kubernetes.io/headless';

const headless = { [headlessLabel]: '' };

/** The label that such a service gives; undefined: it has a cluster IP. */
export function headlessLabels({ spec }: Service): Readonly<Record<string, string>> | undefined {
  const { clusterIP = '' } = spec ?? {};
  return clusterIP === '' || clusterIP === 'None' ? headless : undefined;
}
