/** What a CustomResourceDefinition says of one of its versions. */
import type { CustomResourceDefinition, JSONSchemaProps } from '../../api/kinds/apiextensions.js';

/** A served version of a custom resource. */
export interface CustomVersion {
  readonly definition: CustomResourceDefinition;
  readonly schema: JSONSchemaProps | undefined;
  readonly preservesUnknownFields: boolean;
  readonly storageVersion: string;
  /** What every answer warns of, when the version is deprecated. */
  readonly deprecationWarning?: string;
}
