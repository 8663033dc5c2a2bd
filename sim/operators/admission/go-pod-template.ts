/**
 * What a webhook written in Go makes of a pod template, whatever it changes: it reads the object into structs and
 * writes them back, so that those that nobody filled in come to stand there as empty objects.
 * @upstream controller-runtime pkg/webhook/admission/defaulter_custom.go Handle, k8s.io/api/core/v1/types.go
 */
import type { Container, PodTemplateSpec } from '../../api/kinds/core.js';

/** The template as it is written back. */
export function goPodTemplate<T extends PodTemplateSpec>(template: T): T {
  const { metadata = {}, spec } = template;
  if (spec === undefined) return { ...template, metadata };
  const { containers, initContainers } = spec as Partial<typeof spec>;
  return {
    ...template,
    metadata,
    spec: {
      ...spec,
      ...(containers !== undefined && { containers: containers.map(withResources) }),
      ...(initContainers !== undefined && { initContainers: initContainers.map(withResources) }),
    },
  };
}

function withResources(container: Container): Container {
  return { ...container, resources: container.resources ?? {} };
}
