/** What the children of a component are made from. */
import type { PodSpec } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type { Configuration } from './configuration.js';
import type { ComponentExtension } from './types.js';

/** A component of a service, or the router of a graph, worked out. */
export interface ComponentParts {
  /** Whose children they are. */
  readonly owner: HasMetadata;
  /** Of all children: name, labels, annotations, owner. */
  readonly metadata: ObjectMeta;
  readonly pod: PodSpec;
  readonly extension: ComponentExtension;
  readonly configuration: Configuration;
}
