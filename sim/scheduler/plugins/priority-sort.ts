/** Orders the queue: the higher priority first, then who waits longer. @upstream pkg/scheduler/framework/plugins/queuesort */
import type { PluginFactory } from '../framework.js';

/** The plug-in PrioritySort. */
export const prioritySort: PluginFactory = () => ({
  name: 'PrioritySort',
  less: (a, b) =>
    a.priority > b.priority || (a.priority === b.priority && a.timestampMs < b.timestampMs),
});
