/** Gives pods the devices that they claim. @upstream pkg/scheduler/framework/plugins/dynamicresources */
import { skip, status, type PluginFactory } from '../framework.js';
import { stateKey } from '../cycle-state.js';

const name = 'DynamicResources';
const claims = stateKey<readonly unknown[]>('DynamicResources');

/** The plug-in DynamicResources. */
export const dynamicResources: PluginFactory = () => ({
  name,
  preFilter(state) {
    state.write(claims, []);
    return { status: skip };
  },
  filter: () => undefined,
  postFilter(state) {
    if (state.read(claims) === undefined) return { status: status('Error', name, 'not found') };
    return { status: status('Unschedulable', name, 'no new claims to deallocate') };
  },
  score: () => 0,
});
