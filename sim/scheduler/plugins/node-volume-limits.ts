/** x */
import { skip, type PluginFactory } from '../framework.js';
/** The plug-in NodeVolumeLimits. */
export const nodeVolumeLimits: PluginFactory = () => ({
  name: 'NodeVolumeLimits',
  preFilter: () => ({ status: skip }),
  filter: () => undefined,
});
