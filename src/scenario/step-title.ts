/** What a step is called in reports when it has no name. */
import { alertText } from './alert-step.js';
import { wordsOf } from './happening.js';
import { inWords } from './in-words.js';
import type { Step } from './scenario.js';

/** The action of the step, in a few words. */
export function titleOf(step: Step): string {
  if (step.apply !== undefined) return `apply ${step.apply.files.join(', ')}`;
  if (step.restore !== undefined) return `restore ${step.restore.files.join(', ')}`;
  if (step.replay !== undefined) return `replay ${step.replay.file}`;
  if (step.delete !== undefined) return `delete ${step.delete.kind} ${step.delete.name ?? ''}`;
  if (step.advance !== undefined) return `advance ${step.advance}`;
  if (step.traffic !== undefined) return `traffic for ${step.traffic.for}`;
  if (step.event !== undefined) return wordsOf(step.event);
  if (step.judge !== undefined) return `judge ${step.judge.laws?.join(', ') ?? 'by all laws'}`;
  if (step.log !== undefined) return `wait for "${step.log.contains}" from ${step.log.pod}`;
  if (step.alert !== undefined) return `wait for ${alertText(step.alert)}`;
  const demands = step.wait ?? step.expect;
  if (demands === undefined) return `fault ${inWords(step.fault)}`;
  const what = demands.name ?? demands.selector ?? '';
  const verb = step.wait === undefined ? 'expect' : 'wait for';
  return `${verb} ${demands.kind} ${what} ${demands.condition ?? ''}`.trim();
}
