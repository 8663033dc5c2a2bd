/** DotProd: the node whose rest points least into the direction of the demand. */
import { gpuMilliOf } from '../trace/trace.js';
import { openbMost, type Policy } from './policy.js';

/** The policy DotProd of ATC'23. @upstream kubernetes-scheduler-simulator pkg/simulator/plugin/dot_product_score.go */
export const dotProd: Policy = {
  name: 'dotprod',
  published: '02-DotProd',
  summary: 'the node with least left of what is asked for (dot product of rest and demand)',
  create: () => ({
    score({ cpuLeft, gpuLeftTotal }, pod) {
      const cpu = (cpuLeft / openbMost.cpuMilli) * (pod.cpuMilli / openbMost.cpuMilli);
      const gpu = (gpuLeftTotal / openbMost.gpuMilli) * (gpuMilliOf(pod) / openbMost.gpuMilli);
      // Bigger nodes than openb has would leave the range.
      return Math.max(0, Math.trunc(100 * (1 - (cpu + gpu) / 2)));
    },
  }),
};
