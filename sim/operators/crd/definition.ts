/** Makes CustomResourceDefinitions. */
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions.js';
import type { KubeObject } from '../../api/object.js';
import type { Schema } from './schema-of.js';

/** Where the scale subresource finds its numbers. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** What a definition is made from. */
export interface DefinitionParts {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly scope?: 'Namespaced' | 'Cluster';
  readonly spec: Schema;
  readonly status?: Schema;
  /** Further fields of the object, beside the spec. */
  readonly fields?: Readonly<Record<string, Schema>>;
  readonly hasStatus?: boolean;
  /** Fields that the object must have. */
  readonly required?: readonly string[];
  /** Rules about the object as a whole, in CEL. */
  readonly validations?: readonly { readonly message: string; readonly rule: string }[];
  /** The scale subresource: where the numbers are. */
  readonly scale?: ScalePaths;
  readonly columns?: readonly {
    readonly name: string;
    readonly type: string;
    readonly jsonPath: string;
    readonly priority?: number;
  }[];
}

/** The definition of a kind with one version. */
export function definition(parts: DefinitionParts): KubeObject {
  const { group, version, kind, plural, singular, shortNames, scope = 'Namespaced' } = parts;
  const object: CustomResourceDefinition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        ...(shortNames !== undefined && { shortNames }),
      },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(parts.columns !== undefined && { additionalPrinterColumns: parts.columns }),
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: parts.spec,
                ...(parts.status !== undefined && { status: parts.status }),
                ...parts.fields,
              },
              ...(parts.required !== undefined && { required: parts.required }),
              ...(parts.validations !== undefined && {
                'x-kubernetes-validations': parts.validations,
              }),
            },
          },
          ...(parts.hasStatus !== false && {
            subresources: { ...(parts.scale !== undefined && { scale: parts.scale }), status: {} },
          }),
        },
      ],
    },
  };
  return object as unknown as KubeObject;
}
