/** What the children of a component are made from. */
import type { PodSpec } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { Configuration } from './configuration.js';
import type { ComponentExtension, InferenceService } from './types.js';

/** A component of a service, worked out. */
export interface ComponentParts {
  readonly service: InferenceService;
  /** Of all children: name, labels, annotations, owner. */
  readonly metadata: ObjectMeta;
  readonly pod: PodSpec;
  readonly extension: ComponentExtension;
  readonly configuration: Configuration;
}
