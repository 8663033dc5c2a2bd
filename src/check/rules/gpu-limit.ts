/** SEA404: a GPU is requested without a limit, with another limit, or in fractions. */
import { quantity } from '../../../sim/api/quantity.js';
import type { Container } from '../../../sim/api/kinds/core.js';
import { isDevice } from '../gpus.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const gpuLimit: Rule = {
  id: 'SEA404',
  name: 'gpu-limit',
  severity: 'error',
  title: 'A GPU is requested without a limit, with a limit that differs, or in fractions.',
  why: 'Devices cannot be overcommitted: request and limit must be one whole number. The API server refuses the pod, for custom kinds only when the operator makes it.',
  fix: 'set the limit alone: the request follows it. Shares of a GPU come from MIG or time-slicing, as whole devices',
  source: 'https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/',
  *find({ templates }) {
    for (const { owner, containers } of templates) {
      for (const { container, path } of containers) {
        for (const { side, name, message } of faultsOf(container)) {
          yield { entry: owner, path: [...path, 'resources', side, name], message, subject: name };
        }
      }
    }
  },
};

interface Fault {
  readonly side: 'requests' | 'limits';
  readonly name: string;
  readonly message: string;
}

function faultsOf({ name: container, resources }: Container): Fault[] {
  const { requests = {}, limits = {} } = resources ?? {};
  const names = [...new Set([...Object.keys(limits), ...Object.keys(requests)])].filter(isDevice);
  return names.flatMap((name): Fault[] => {
    const request = requests[name];
    const limit = limits[name];
    const amount = quantity(limit ?? request);
    const side = limit === undefined ? 'requests' : 'limits';
    if (!Number.isInteger(amount.toNumber())) {
      return [
        {
          side,
          name,
          message: `container ${container} asks for ${amount.toString()} of ${name}: devices come whole`,
        },
      ];
    }
    if (limit === undefined) {
      return [{ side, name, message: `container ${container} requests ${name} and sets no limit` }];
    }
    if (request === undefined || quantity(request).compare(amount) === 0) return [];
    const message = `container ${container} requests ${request} of ${name}, and its limit is ${limit}`;
    return [{ side: 'requests', name, message }];
  });
}
