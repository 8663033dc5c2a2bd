/** x */
import { skip, type PluginFactory } from '../framework.js';
/** The plug-in VolumeZone. */
export const volumeZone: PluginFactory = () => ({
  name: 'VolumeZone',
  preFilter: () => ({ status: skip }),
  filter: () => undefined,
});
