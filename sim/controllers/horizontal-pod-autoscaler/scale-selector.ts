/**
 * The selector of a scale, which the client reads into a LabelSelector and prints again.
 * @upstream staging/src/k8s.io/client-go/scale/scheme/autoscalingv1/conversion.go, client.go Get
 */
import { goQuote } from '../../api/go-text.js';
import { parseSelector, Selector, type Requirement } from '../../api/selectors.js';
import type { Parsed } from '../../api/time.js';

/** The selector's text as autoscalers see it, or why the scale cannot be read. */
export function scaleSelector(text: string): Parsed<string> {
  if (text === '') return { isOk: true, value: text };
  const read = parseSelector(text);
  if (!read.isOk) return failed(`couldn't parse the selector string "${text}": ${read.error}`);
  const known = printed.get(read.value);
  if (known !== undefined) return known;
  const result = print(read.value);
  printed.set(read.value, result);
  return result;
}

/** By the selector that was read, since every pass of an autoscaler reads the same one. */
const printed = new WeakMap<Selector, Parsed<string>>();

function print({ requirements }: Selector): Parsed<string> {
  for (const { operator } of requirements) {
    if (operator === '!=')
      return failed(`${goQuote(operator)} is not a valid label selector operator`);
    if (operator === 'gt' || operator === 'lt') {
      return failed(`${goQuote(operator)} isn't supported in label selectors`);
    }
  }
  return { isOk: true, value: Selector.of(requirements.map(withOneEquals)).toString() };
}

function withOneEquals(requirement: Requirement): Requirement {
  return requirement.operator === '==' ? { ...requirement, operator: '=' } : requirement;
}

function failed(error: string): Parsed<string> {
  const what =
    'received an object from a /scale endpoint which was not convertible to autoscaling Scale';
  return { isOk: false, error: `${what}: failed to parse target selector: ${error}` };
}
