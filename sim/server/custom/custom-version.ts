/** What a CustomResourceDefinition says of one of its versions. */
import type {
  CustomResourceDefinition,
  JSONSchemaProps,
  WebhookConversion,
} from '../../api/kinds/apiextensions.js';

/** A served version of a custom resource. */
export interface CustomVersion {
  readonly definition: CustomResourceDefinition;
  readonly schema: JSONSchemaProps | undefined;
  /** Of all versions, by apiVersion. */
  readonly schemas: Schemas;
  readonly preservesUnknownFields: boolean;
  readonly storageVersion: string;
  /** Who converts between the versions; absent when only the apiVersion is changed. */
  readonly webhook?: WebhookConversion;
  /** What every answer warns of, when the version is deprecated. */
  readonly deprecationWarning?: string;
}

/** The schemas of a definition's versions, by apiVersion. */
export type Schemas = ReadonlyMap<string, JSONSchemaProps | undefined>;
