/** What a value means by the conditions of its metric. @upstream argo-rollouts utils/evaluate/evaluate.go EvaluateResult */
import type { AnalysisPhase, Metric } from '../analysis-types.js';
import { conditionFunctions } from './condition-functions.js';
import { evaluate } from '../../../expr/evaluate.js';
import { typeName, type Value } from '../../../expr/value.js';

/** A phase, or why the conditions could not be read. */
export type Verdict = { readonly phase: AnalysisPhase } | { readonly error: string };

/** Judges a value. */
export function verdictOn(result: Value, metric: Metric): Verdict {
  const { successCondition = '', failureCondition = '' } = metric;
  const success = conditionOn(result, 'successCondition', successCondition);
  if (typeof success === 'object') return success;
  const failure = conditionOn(result, 'failureCondition', failureCondition);
  if (typeof failure === 'object') return failure;
  if (successCondition === '' && failureCondition === '') return { phase: 'Successful' };
  const isFailed = failureCondition === '' ? !success : failure;
  const isGood = successCondition === '' ? !failure : success;
  if (isFailed) return { phase: 'Failed' };
  return { phase: isGood ? 'Successful' : 'Inconclusive' };
}

function conditionOn(
  result: Value,
  name: string,
  text: string,
): boolean | { readonly error: string } {
  if (text === '') return false;
  const told = evaluate(text, { ...conditionFunctions, result });
  const value = 'value' in told ? told.value : undefined;
  if (typeof value === 'boolean') return value;
  const why = 'error' in told ? told.error : `expected bool, but got ${typeName(told.value)}`;
  const isEmpty = result === undefined || (Array.isArray(result) && result.length === 0);
  const reason = isEmpty
    ? 'metric result is nil or empty: no data returned from the metric provider'
    : why;
  return { error: `could not evaluate ${name} "${text}": ${reason}` };
}
