/** Reads a KubeSchedulerConfiguration file as kube-scheduler's --config does: strictly, and every mistake with its line. */
import {
  extensionPoints,
  type ConfigurationDocument,
  type ExtensionPoint,
} from '../../sim/scheduler/configuration.js';
import { pluginPoints } from '../../sim/scheduler/plugin-points.js';
import { didYouMean, InputError } from '../input/errors.js';
import { fieldText, readInput, type FieldPath, type Located } from '../input/located.js';
import { checkSchema } from '../input/schema.js';
import { singleDocument } from '../input/single-document.js';
import { problemOf } from './scheduler-config-rules.js';
import {
  gatedPoints,
  pluginArgsSchemas,
  schedulerConfigSchema,
} from './scheduler-config-schema.js';

const group = 'kubescheduler.config.k8s.io';
const version = `${group}/v1`;
const kind = 'KubeSchedulerConfiguration';

/**
 * Reads the file.
 *
 * @throws InputError naming file, line and field, with kube-scheduler's own words where it has some.
 */
export function readSchedulerConfig(file: string): ConfigurationDocument {
  return parseSchedulerConfig(readInput(file), file);
}

/** Reads the text of such a file. */
export function parseSchedulerConfig(text: string, file: string): ConfigurationDocument {
  const document = singleDocument(text, file, {
    ifEmpty: 'write a KubeSchedulerConfiguration into it',
  });
  const refuse = refuserOf(document);
  checkType(document, refuse);
  checkSchema(document, schedulerConfigSchema, strictDecoding);
  // The wire: the schema has seen to the fields.
  const configuration = document.value as ConfigurationDocument;
  checkArguments(document, configuration, refuse);
  const problem = problemOf(configuration);
  if (problem !== undefined) refuse(problem.path, problem.text);
  checkPlugins(configuration, refuse);
  checkExtenders(configuration, refuse);
  return configuration;
}

type Refuse = (path: FieldPath, what: string, next?: string) => never;

function refuserOf(document: Located): Refuse {
  return (path, what, next) => {
    const place = { file: document.file, line: document.lineOf(path), field: fieldText(path) };
    throw new InputError(place, what, next);
  };
}

const strictDecoding = {
  unknownField: (path: FieldPath) => `strict decoding error: unknown field "${fieldText(path)}"`,
};

/** @upstream runtime/scheme: what no version of the group knows. */
function checkType({ value }: Located, refuse: Refuse): void {
  const given = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
  };
  if (typeof given.kind !== 'string') {
    refuse(['kind'], `Object 'Kind' is missing`, `write kind: ${kind}`);
  }
  if (typeof given.apiVersion !== 'string') {
    refuse(['apiVersion'], `Object 'apiVersion' is missing`, `write apiVersion: ${version}`);
  }
  if (given.kind === kind && given.apiVersion === version) return;
  const scheme = 'k8s.io/kubernetes/pkg/scheduler/apis/config/scheme/scheme.go:30';
  const isOurs = String(given.apiVersion).startsWith(`${group}/`);
  const what = isOurs
    ? `no kind "${String(given.kind)}" is registered for version "${String(given.apiVersion)}" in scheme "${scheme}"`
    : `couldn't decode as ${kind}, got ${String(given.apiVersion)}, Kind=${String(given.kind)}`;
  refuse([given.kind === kind ? 'apiVersion' : 'kind'], what, `only ${version} ${kind} is known`);
}

function checkArguments(
  document: Located,
  { profiles = [] }: ConfigurationDocument,
  refuse: Refuse,
): void {
  const known = pluginPoints();
  profiles.forEach(({ pluginConfig = [] }, profile) => {
    pluginConfig.forEach(({ name, args }, index) => {
      const path = ['profiles', profile, 'pluginConfig', index];
      if (known[name] === undefined) {
        const next = hint(name, Object.keys(known));
        refuse([...path, 'name'], `there is no plugin "${name}" that would take arguments`, next);
      }
      const schema = pluginArgsSchemas[name];
      if (schema === undefined || args === undefined) return;
      const { apiVersion = version, kind: own = `${name}Args` } = args as Partial<
        Record<'apiVersion' | 'kind', string>
      >;
      if (apiVersion !== version || own !== `${name}Args`) {
        const wanted = `args for plugin ${name} were not of type ${version}, Kind=${name}Args`;
        refuse([...path, 'args'], `${wanted}, got ${apiVersion}, Kind=${own}`);
      }
      checkSchema(document, schema, { ...strictDecoding, at: [...path, 'args'] });
    });
  });
}

/** Whether every plug-in exists and has something to do where it is enabled. @upstream framework/runtime/framework.go */
function checkPlugins(configuration: ConfigurationDocument, refuse: Refuse): void {
  const { profiles = [], extenders = [] } = configuration;
  const extenderBinds = extenders.some(({ bindVerb = '' }) => bindVerb !== '');
  profiles.forEach(({ plugins = {}, schedulerName = 'default-scheduler' }, profile) => {
    const base = ['profiles', profile, 'plugins'];
    for (const point of gatedPoints) {
      if (!(point in plugins)) continue;
      refuse([...base, point], 'the feature gate TopologyAwareWorkloadScheduling is off');
    }
    for (const point of ['multiPoint', ...extensionPoints] as const) {
      plugins[point]?.enabled?.forEach(({ name }, index) => {
        checkPlugin(name, point, (what, next) =>
          refuse([...base, point, 'enabled', index, 'name'], what, next),
        );
      });
    }
    if (extenderBinds || isEnabled(plugins, 'DefaultBinder', 'bind')) return;
    const who = `profile with scheduler name "${schedulerName}"`;
    refuse(base, `at least one bind plugin is needed for ${who}`);
  });
}

function checkPlugin(
  name: string,
  point: ExtensionPoint | 'multiPoint',
  refuse: (what: string, next: string) => never,
): void {
  const points = pluginPoints();
  const known = points[name];
  const type = `${point.slice(0, 1).toUpperCase()}${point.slice(1)}`;
  if (known === undefined) {
    // Upstream tells the Go type of the first extension point that it looks through.
    const wanted = point === 'multiPoint' ? 'PreEnqueuePlugin' : `${type}Plugin`;
    refuse(`${wanted} "${name}" does not exist`, hint(name, Object.keys(points)));
  }
  if (point === 'multiPoint' || known?.includes(point) === true) return;
  const next = `it extends: ${(known ?? []).join(', ')}`;
  refuse(`plugin "${name}" does not extend ${type} plugin`, next);
}

/** What would be read of the host, or cannot be asked. */
function checkExtenders({ extenders = [] }: ConfigurationDocument, refuse: Refuse): void {
  extenders.forEach(({ urlPrefix = '', tlsConfig = {} }, index) => {
    const path = ['extenders', index];
    if (!/^https?:\/\/[^/]/.test(urlPrefix)) {
      refuse([...path, 'urlPrefix'], `"${urlPrefix}" is not the URL of a server`);
    }
    for (const name of ['certFile', 'keyFile', 'caFile']) {
      if (!(name in tlsConfig)) continue;
      const next = `give ${name.replace('File', 'Data')}, in base64`;
      refuse([...path, 'tlsConfig', name], 'files are not read here', next);
    }
  });
}

type Plugins = NonNullable<NonNullable<ConfigurationDocument['profiles']>[number]['plugins']>;

/** Whether the plug-in, which is among the defaults, runs at the point. */
function isEnabled(plugins: Plugins, name: string, point: 'bind'): boolean {
  const isOff = (set: Plugins['bind']): boolean =>
    set?.disabled?.some(each => each.name === name || each.name === '*') === true &&
    set.enabled?.some(each => each.name === name) !== true;
  if (plugins[point]?.enabled?.some(each => each.name === name) === true) return true;
  return !isOff(plugins[point]) && !isOff(plugins.multiPoint);
}

function hint(name: string, names: readonly string[]): string {
  const near = didYouMean(name, names);
  return near === undefined ? `there are: ${names.join(', ')}` : `did you mean ${near}?`;
}
