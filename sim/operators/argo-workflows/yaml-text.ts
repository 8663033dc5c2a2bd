/** Manifests that stand as text in templates. */
import { isRecord } from '../../api/equality.js';
import { parseYamlBody } from '../../api/yaml.js';
import { printYaml } from '../../api/yaml-print.js';
import { WorkflowFault } from './fault.js';

/** The object of a text. */
export function parseYamlText(text: string): Readonly<Record<string, unknown>> {
  const parsed = parseYamlBody(text);
  if (!parsed.isOk) throw new WorkflowFault(parsed.error);
  const { value } = parsed.value;
  if (isRecord(value)) return value;
  throw new WorkflowFault('error unmarshaling JSON: Object is not an object');
}

/** The text of an object. */
export function printYamlText(value: object): string {
  return printYaml(value);
}
