/** How the operators were set up where their traces were recorded, where it is not as they ship. */
import type { KubeObject } from '../../../../sim/api/object.js';
import type { Operator } from '../../../../sim/operators/operator.js';

/** Images by operator: the recorder applied KServe's manifests without the release's image names. */
const images: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  kserve: [
    [/kserve\/storage-initializer:v[\d.]+/g, 'default-storage-initilizer:replace'],
    [/kserve\/agent:v[\d.]+/g, 'kserve/agent:latest'],
    [/kserve\/huggingfaceserver:v[\d.]+/g, 'huggingfaceserver:replace'],
    [/kserve\/(\w+):v[\d.]+/g, 'kserve-$1:replace'],
    [/tensorflow\/serving:[\d.]+/g, 'tensorflow-serving:replace'],
    [/docker.io\/seldonio\/mlserver:[\d.]+/g, 'mlserver:replace'],
    [/nvcr.io\/nvidia\/tritonserver:[\w.-]+/g, 'kserve-tritonserver:replace'],
    [/pytorch\/torchserve-kfs:[\d.]+/g, 'kserve-torchserve:replace'],
    [/vllm\/vllm-openai:latest/g, 'vllmserver:replace'],
  ],
};

/** The operator's manifests as they were installed for the recording. */
export function manifestsFor(operator: Operator): readonly KubeObject[] {
  const renames = images[operator.name];
  const manifests = operator.manifests();
  if (renames === undefined) return manifests;
  return manifests.map(object => {
    if (object.kind === 'CustomResourceDefinition') return object;
    const text = renames.reduce(
      (all, [pattern, image]) => all.replaceAll(pattern, image),
      JSON.stringify(object),
    );
    return JSON.parse(text) as KubeObject;
  });
}
