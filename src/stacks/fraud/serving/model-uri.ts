/** Where models are: `model-registry://fraud/v3` is version 3 of the model `fraud`. */

const scheme = 'model-registry://';

/** A version of a model. */
export interface ModelVersion {
  readonly model: string;
  /** `v3`. */
  readonly version: string;
}

/** The URI by which an InferenceService names a version. */
export function modelUri({ model, version }: ModelVersion): string {
  return `${scheme}${model}/${version}`;
}

/** The version that a URI names; undefined when it names none. */
export function versionOf(uri: string): ModelVersion | undefined {
  const [model = '', version = '', ...rest] = uri.slice(scheme.length).split('/');
  const isVersion = uri.startsWith(scheme) && rest.length === 0 && /^v\d+$/.test(version);
  return isVersion && model !== '' ? { model, version } : undefined;
}

/** The number of `v3` is 3. */
export function versionNumber(version: string): number {
  return Number(version.slice(1));
}
