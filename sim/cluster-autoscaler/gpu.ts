/** Which extended resource a node's GPUs are counted by. @upstream utils/gpu/gpu.go */
import type { Node } from '../api/kinds/core.js';
import { valueOf } from '../api/quantity.js';

const vendors: readonly string[] = [
  'nvidia.com/gpu',
  'habana.ai/gaudi',
  'gpu.intel.com/xe',
  'amd.com/gpu',
  'microsoft.com/directx',
];

/** The resource, for a node that has GPUs to give or is labelled as one that should. */
export function gpuResourceOf({ metadata, status }: Node, gpuLabel: string): string | undefined {
  const found = vendors.find(name => valueOf(status?.allocatable?.[name]) > 0);
  if (found !== undefined) return found;
  return metadata.labels?.[gpuLabel] === undefined ? undefined : 'nvidia.com/gpu';
}
