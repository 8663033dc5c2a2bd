/** The runtime handler that a pod's RuntimeClass names. @upstream pkg/kubelet/runtimeclass */
import type { Pod } from '../api/kinds/core.js';
import { runtimeClasses } from '../api/kinds/node.js';
import { get } from '../client/requests.js';
import type { KubeletContext } from './context.js';
import type { Task } from './task.js';

/** Empty: the default one. */
export function* runtimeHandlerOf(context: KubeletContext, pod: Pod): Task<string> {
  const name = pod.spec?.runtimeClassName;
  if (name === undefined || name === '') return '';
  const answer = yield* context.ask(get(runtimeClasses, '', name));
  return answer.isOk ? answer.object.handler : '';
}
