/** A step that lists the files of an object storage and makes something of the list. @upstream workflow/executor/data.go, workflow/data */
import { evaluate } from '../../expr/evaluate.js';
import { plain } from '../../expr/functions.js';
import type { Value } from '../../expr/value.js';
import type { ContainerContext, Workload } from '../workload.js';
import { keysBelow } from './artifacts.js';
import { endExecutor, TaskResultWriter } from './task-result.js';
import { writtenTemplate } from './template.js';

/** `argoexec data`. */
export const executorData: Workload = {
  name: 'argoexec-data',
  start(context) {
    const result = new TaskResultWriter(context);
    const made = transformed(context);
    result.begin(() => {
      const end = () => result.finish(() => endExecutor(context, result.problem));
      if ('value' in made) {
        return result.report({ result: JSON.stringify(plain(made.value)) }, end);
      }
      result.fail(`unable to process data template: ${made.error}`);
      end();
    });
    return {};
  },
};

function transformed(
  context: ContainerContext,
): { readonly value: Value } | { readonly error: string } {
  const template = writtenTemplate(context);
  const { source, transformation = [] } = template.data ?? {};
  if (source?.artifactPaths === undefined) {
    return {
      error: 'unable to process data source: no valid source is used for data template',
    };
  }
  let value: Value = keysBelow(context.objects?.(), source.artifactPaths, template);
  for (const [index, { expression = '' }] of transformation.entries()) {
    if (expression === '') continue;
    const next = evaluate(expression, { data: value });
    if ('error' in next) {
      return {
        error: `unable to process data transformation: error processing data step ${index}: ${next.error}`,
      };
    }
    value = next.value;
  }
  return { value };
}
