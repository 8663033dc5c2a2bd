/** Where a step's pod may run, and what is patched into it. @upstream workflow/controller/workflowpod.go addSchedulingConstraints */
import { structOf } from '../../api/facts.js';
import { applyStrategicMergePatch } from '../../api/patch/strategic-merge-patch.js';
import type { PodSpec } from '../../api/kinds/core.js';
import { WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import { substituted } from './substitution.js';
import type { Template } from './types.js';
import { parseYamlText } from './yaml-text.js';

/** As the template says, or the one that calls it, or the Workflow. */
export function scheduling(
  { spec }: Operation,
  template: Template,
  boundary: Template | undefined,
): Partial<PodSpec> {
  const nodeSelector =
    filled(template.nodeSelector) ?? filled(boundary?.nodeSelector) ?? filled(spec.nodeSelector);
  const affinity = template.affinity ?? boundary?.affinity ?? spec.affinity;
  const tolerations =
    filled(template.tolerations) ?? filled(boundary?.tolerations) ?? filled(spec.tolerations);
  const schedulerName = template.schedulerName ?? spec.schedulerName;
  const priorityClassName = template.priorityClassName ?? spec.podPriorityClassName;
  const hostAliases = [...(spec.hostAliases ?? []), ...(template.hostAliases ?? [])];
  const securityContext = template.securityContext ?? spec.securityContext;
  return {
    ...(nodeSelector && { nodeSelector }),
    ...(affinity && { affinity }),
    ...(tolerations && { tolerations }),
    ...(schedulerName !== undefined && { schedulerName }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(hostAliases.length > 0 && { hostAliases }),
    ...(securityContext && { securityContext }),
  };
}

function filled<T extends object>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value;
}

/** The spec with the patches of the Workflow and of the template. @upstream workflow/util ApplyPodSpecPatch */
export function patchedSpec(operation: Operation, template: Template, spec: PodSpec): PodSpec {
  let patched = spec;
  for (const patch of [operation.spec.podSpecPatch ?? '', template.podSpecPatch ?? '']) {
    if (patch === '') continue;
    const value = parseYamlText(substituted(patch, operation.globals));
    const result = applyStrategicMergePatch(
      patched as never,
      value as never,
      structOf('core/v1.PodSpec'),
    );
    if (!result.isOk) throw new WorkflowFault(`Error applying PodSpecPatch: ${result.error}`);
    patched = result.value as unknown as PodSpec;
  }
  return patched;
}
