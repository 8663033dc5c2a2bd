/** The controller's configuration, which a ConfigMap holds. @upstream config/config.go, config/controller.go */
import { isRecord } from '../../api/equality.js';
import { configMaps, type ConfigMap, type Container } from '../../api/kinds/core.js';
import { parseYamlBody } from '../../api/yaml.js';
import type { View, Watch } from '../../client/contract.js';
import { watch } from '../../client/requests.js';
import { Attached } from '../../engine/attached.js';
import { controllerNamespace } from './keys.js';
import type { ArtifactRepository } from './template-parts.js';
import type { Workflow, WorkflowSpec } from './types.js';

/** The name of the ConfigMap, in the controller's namespace. */
export const configurationName = 'workflow-controller-configmap';

/** How a container of the executor is asked for. */
export interface ExecutorSettings {
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly args?: readonly string[];
  readonly env?: Container['env'];
  readonly resources?: Container['resources'];
  readonly securityContext?: Container['securityContext'];
}

/** What is played of it. */
export interface Configuration {
  readonly instanceID?: string;
  readonly namespace?: string;
  readonly parallelism?: number;
  readonly namespaceParallelism?: number;
  readonly resourceRateLimit?: { readonly limit?: number; readonly burst?: number };
  readonly executor?: ExecutorSettings;
  readonly mainContainer?: Container;
  /** What images run, for templates that do not say it. */
  readonly images?: Readonly<
    Record<string, { readonly entrypoint?: readonly string[]; readonly cmd?: readonly string[] }>
  >;
  readonly artifactRepository?: ArtifactRepository;
  readonly workflowDefaults?: {
    readonly metadata?: Workflow['metadata'];
    readonly spec?: WorkflowSpec;
  };
  readonly podSpecLogStrategy?: object;
  readonly retentionPolicy?: {
    readonly completed?: number;
    readonly failed?: number;
    readonly errored?: number;
  };
  readonly nodeEvents?: { readonly enabled?: boolean; readonly sendAsPod?: boolean };
  readonly workflowEvents?: { readonly enabled?: boolean };
  readonly navColor?: string;
}

/** All ConfigMaps, as the controller watches them: the one of the configuration is found by its name. */
export function watchedConfigMaps(): Watch {
  return watch(configMaps, {
    indexes: {
      [configurationName]: ({ metadata: { name } }) =>
        name === configurationName ? [configurationName] : [],
    },
  });
}

const read = new Attached<ConfigMap, Configuration>();

/** As the ConfigMap in the controller's namespace has it, or the only one of that name. */
export function configurationIn(view: View): Configuration {
  const map =
    view.get(configMaps, controllerNamespace, configurationName) ??
    view.byIndex(configMaps, configurationName, configurationName)[0];
  return map === undefined ? {} : read.of(map, configurationOf);
}

/** Fields that each have a YAML text of their own, or are plain; `config` holds all of them in one. */
export function configurationOf(map: ConfigMap): Configuration {
  const { data = {} } = map;
  const fields: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(data)) {
    if (text.trim() === '') continue;
    const parsed = parseYamlBody(text);
    // What upstream cannot read ends its controller; here the field counts as not set.
    if (!parsed.isOk) continue;
    const { value } = parsed.value;
    if (name === 'config' && isRecord(value)) Object.assign(fields, value);
    else if (name !== 'config') fields[name] = name === 'instanceID' ? text.trim() : value;
  }
  return fields as Configuration;
}
