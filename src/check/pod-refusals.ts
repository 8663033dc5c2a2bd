/** What the API server has against the pods of a template, for the rules that each tell one sort of it. */
import type { Hit } from './rule.js';
import type { Survey } from './survey.js';

/** The refusals whose message is of the sort. */
export function* podRefusals(survey: Survey, sort: RegExp): Iterable<Hit> {
  for (const { template, message } of survey.trial.podRefusals) {
    if (!sort.test(message)) continue;
    yield {
      entry: template.owner,
      path: template.specPath,
      message: `its pods are refused: ${withoutName(message)}`,
    };
  }
}

/** `pods "check-x7f2p" is forbidden: ` tells nothing. */
function withoutName(message: string): string {
  return message.replace(/^pods "[^"]*" is (forbidden|invalid): /, '');
}
