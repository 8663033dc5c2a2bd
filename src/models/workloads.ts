/** The workloads that need models or data, by the name that a scenario gives them. */
import type { Workload } from '../../sim/workloads/workload.js';
import { parameterServerTraining } from './parameter-server/workload.js';
import type { TrainingSettings } from './parameter-server/settings.js';

/** Makes a workload from the parameters of a scenario. */
export type WorkloadMaker = (parameters: Readonly<Record<string, unknown>>) => Workload;

/** Name -> maker. */
export const modelWorkloads: Readonly<Record<string, WorkloadMaker>> = {
  'parameter-server-training': parameters =>
    parameterServerTraining(parameters as Partial<TrainingSettings>),
};
