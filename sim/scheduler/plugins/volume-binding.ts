/** x */
import { skip, type PluginFactory } from '../framework.js';
/** The plug-in VolumeBinding. */
export const volumeBinding: PluginFactory = () => ({
  name: 'VolumeBinding',
  preFilter: () => ({ status: skip }),
  filter: () => undefined,
  preScore: () => skip,
  score: () => 0,
});
