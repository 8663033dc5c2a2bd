/** The processes that a modelled operator runs: most run one of its own name, some run several. */
import { operators } from '../../sim/operators/index.js';

/** Their names, its main process first; what is no modelled operator is its own process. */
export function operatorProcesses(name: string): readonly string[] {
  const operator = operators[name];
  if (operator === undefined) return [name];
  return [operator.process, ...(operator.others ?? [])].map(process => process.name);
}
