/** x */
import { skip, type PluginFactory } from '../framework.js';
/** The plug-in VolumeRestrictions. */
export const volumeRestrictions: PluginFactory = () => ({
  name: 'VolumeRestrictions',
  preFilter: () => ({ status: skip }),
  filter: () => undefined,
});
