/** BestFit: the node on which least CPU and GPU is left afterwards. */
import { gpuMilliOf } from '../trace/trace.js';
import { openbMost, type Policy } from './policy.js';

/** The policy BestFit of ATC'23. @upstream kubernetes-scheduler-simulator pkg/simulator/plugin/best_fit_score.go */
export const bestFit: Policy = {
  name: 'bestfit',
  published: '05-BestFit',
  summary: 'the node on which least CPU and GPU is left afterwards',
  create: () => ({
    score({ cpuLeft, gpuLeftTotal }, pod) {
      const cpu = (0.5 * (cpuLeft - pod.cpuMilli)) / openbMost.cpuMilli;
      const gpu = (0.5 * (gpuLeftTotal - gpuMilliOf(pod))) / openbMost.gpuMilli;
      return Math.trunc(100 * (1 - (cpu + gpu)));
    },
    normalize(scores) {
      const least = Math.min(...scores);
      const range = Math.max(...scores) - least;
      for (let index = 0; index < scores.length; index++) {
        const above = (scores[index] ?? 0) - least;
        scores[index] = range === 0 ? 0 : Math.trunc((above * 100) / range);
      }
    },
  }),
};
