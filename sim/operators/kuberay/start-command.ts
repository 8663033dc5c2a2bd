/** The command that starts Ray in a pod. @upstream kuberay v1.7.0 controllers/ray/common/pod.go */
import { parseQuantity, quantity } from '../../api/quantity.js';
import { compareText } from '../../api/go-text.js';
import type { ResourceRequirements } from '../../api/kinds/core.js';
import { isRecord } from '../../api/equality.js';
import { ports } from './keys.js';
import type { GroupSpec } from './types.js';

type Texts = Readonly<Record<string, string>>;

/** Accelerators that Ray knows by a name of its own. */
const accelerators: Texts = {
  'aws.amazon.com/neuroncore': 'neuron_cores',
  'google.com/tpu': 'TPU',
};
/** Flags that say true or false; others that are true stand alone, and those that are false are left out. */
const spoken = ['log-color', 'include-dashboard', 'include-log-monitor'];

/** Whether a resource is a GPU. @upstream controllers/ray/utils/resources.go */
export function isGpu(resource: string): boolean {
  return resource.endsWith('gpu') || /nvidia\.com\/mig-\d+g\.\d+gb$/.test(resource);
}

/** The parameters of a group, with what its resources and labels say. */
export function groupParams({
  rayStartParams = {},
  resources = {},
  labels = {},
}: GroupSpec): Texts {
  const params: Record<string, string> = { ...rayStartParams };
  const others: [string, number][] = [];
  for (const [name, text] of sorted(resources)) {
    const parsed = parseQuantity(text);
    if (!parsed.isOk) continue;
    const { value } = parsed;
    const lower = name.toLowerCase();
    if (lower === 'cpu') params['num-cpus'] = String(value.value());
    else if (lower === 'memory') params['memory'] = String(value.value());
    else if (isGpu(lower)) params['num-gpus'] = String(value.value());
    else others.push([name, value.toNumber()]);
  }
  if (others.length > 0) params['resources'] = `'${JSON.stringify(Object.fromEntries(others))}'`;
  if (Object.keys(labels).length > 0) {
    params['labels'] = sorted(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
  }
  return params;
}

/** The parameters with what every node is told. */
export function completeParams(
  params: Texts,
  of: { readonly nodeType: 'head' | 'worker'; readonly address: string },
): Texts {
  return {
    ...(of.nodeType === 'worker' && { address: of.address }),
    ...(of.nodeType === 'head' && { 'dashboard-host': '0.0.0.0' }),
    'metrics-export-port': String(ports.metrics),
    'dashboard-agent-listen-port': String(ports.agent),
    ...params,
    block: 'true',
  };
}

/** `ray start --head  --block  --num-cpus=1 `, with two spaces between flags, as upstream joins them. */
export function startCommand(
  nodeType: 'head' | 'worker',
  params: Texts,
  resources: ResourceRequirements = {},
): string {
  const all = withResources(params, resources);
  const head = nodeType === 'head' ? 'ray start --head ' : 'ray start ';
  return (
    head +
    sorted(all)
      .map(([option, argument]) => flag(option, argument))
      .join('')
  );
}

function flag(option: string, argument: string): string {
  const lower = argument.toLowerCase();
  const isSwitch = (lower === 'true' || lower === 'false') && !spoken.includes(option);
  if (!isSwitch) return ` --${option}=${argument} `;
  return lower === 'true' ? ` --${option} ` : '';
}

function withResources(params: Texts, { limits = {}, requests = {} }: ResourceRequirements): Texts {
  const amount = (text: string | undefined) => {
    const value = quantity(text);
    return value.sign() === 0 ? undefined : String(value.value());
  };
  const cpus = amount(limits['cpu']) ?? amount(requests['cpu']);
  const memory = amount(limits['memory']);
  const gpus = sorted(limits).find(
    ([name, text]) => isGpu(name) && amount(text) !== undefined,
  )?.[1];
  const custom = customResources(params, limits);
  return {
    ...(cpus !== undefined && { 'num-cpus': cpus }),
    ...(memory !== undefined && { memory }),
    ...(gpus !== undefined && { 'num-gpus': amount(gpus) ?? '' }),
    ...params,
    ...(custom !== undefined && { resources: custom }),
  };
}

/** The first accelerator of Ray's own, unless the parameters have one. */
function customResources(params: Texts, limits: Texts): string | undefined {
  const given = givenResources(params['resources']);
  if (given === undefined || Object.values(accelerators).some(name => name in given))
    return undefined;
  const found = sorted(limits).find(
    ([name, text]) => accelerators[name] !== undefined && quantity(text).sign() !== 0,
  );
  if (found === undefined) return undefined;
  const all = { ...given, [accelerators[found[0]] ?? '']: quantity(found[1]).toNumber() };
  return `'${JSON.stringify(Object.fromEntries(sorted(all)))}'`;
}

function givenResources(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return {};
  try {
    const read: unknown = JSON.parse(text.replace(/^['"` ]+|['"` ]+$/g, ''));
    return isRecord(read) ? read : undefined;
  } catch {
    // Upstream logs it, and adds no accelerator.
    return undefined;
  }
}

function sorted<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => compareText(a, b));
}
