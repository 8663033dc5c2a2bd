/** What options and arguments can be that have no fixed choices: names of the program, and of this machine. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { kubeconfigFiles } from '../../backends/kubeconfig-file.js';
import { runningClusters } from '../../backends/registry.js';
import type { Asked, Candidate, Completions } from './contract.js';

type Source = (asked: Asked) => Completions | Promise<Completions>;

const files: Source = () => ({ candidates: [], besides: 'files' });
const folders: Source = () => ({ candidates: [], besides: 'folders' });
/** What only the user knows: a number, a time, a name that is made up. */
const free: Source = () => ({ candidates: [] });

/** By what stands in brackets after an option, or by the name of an argument. */
const byMetavar: Readonly<Record<string, Source>> = {
  file: files,
  path: files,
  scenario: files,
  'file|line': files,
  folder: folders,
  dir: folders,
  '[reporter=]file': async asked => ({ ...(await reportersIn(asked, '=')), besides: 'files' }),
  run: async () => ({ ...keptRuns(), besides: 'folders' }),
  other: async () => ({ ...keptRuns(), besides: 'folders' }),
  'run|scenario': async () => ({ ...keptRuns(), besides: 'files' }),
  'token|file': async ({ typed }) => ({ ...(await failures(typed)), besides: 'files' }),
  ...Object.fromEntries(
    ['n', 'm', 'i/n', 'duration', 'span', 'time', 'text', 'ip', 'image', 'ratio', 'seconds']
      .concat(['list', 'how', 'setup', 'model', 'model=dollars', 'parts', 'host/path', 'promql'])
      .concat(['speed', 'fault', 'words', 'what', 'expression', 'name', 'namespace'])
      .map(word => [word, free]),
  ),
};

/** By the option or the argument itself; it comes before what stands in brackets. */
const byName: Readonly<Record<string, Source>> = {
  '--reporter': asked => reportersIn(asked, ''),
  '--laws': async asked => listed(asked, await lawNames()),
  '--law-setting': lawSettings,
  '--faults': async asked => listed(asked, await faultNames()),
  '--backend': () => backends(),
  '--confirm': () => backends(),
  '--backends': async asked => listed(asked, (await backends()).candidates),
  '--context': () => contexts(),
  '--allow-context': () => contexts(),
  '--without': () => named(['kube-scheduler', 'kube-controller-manager']),
  '--speed': () => named(['1x', '60x', 'max']),
  '--from': async ({ typed }) => ({
    candidates: [...keptRuns().candidates, ...(await failures(typed)).candidates],
    besides: 'files',
  }),
  '--policy': async asked => listed(asked, await policyNames()),
  '--variant': variants,
  'bench source': async () => named((await import('../../bench/input/sources.js')).sourceNames),
  'explain what': explainable,
  'explain words': ({ positionals }) =>
    positionals[0] === 'access' && positionals.length === 2 ? named(verbs) : { candidates: [] },
  '--workload': free,
  'attach deployment': free,
  'attach program': files,
  'delete names': free,
};

/** Commands whose --name is that of a cluster that runs. */
const aboutRunning = ['attach', 'down', 'get', 'time', 'query', 'fault'];

/** Whether it is known what an option or an argument can be; a test asks it of all there are. */
export function isKnown(name: string, metavar: string): boolean {
  return Object.hasOwn(byName, name) || Object.hasOwn(byMetavar, metavar);
}

/** What an option or an argument can be. */
export async function valuesOf(name: string, metavar: string, asked: Asked): Promise<Completions> {
  const isRunning = name === '--name' && aboutRunning.includes(asked.command);
  const source = isRunning ? clusters : (byName[name] ?? byMetavar[metavar] ?? free);
  return source(asked);
}

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

function named(values: readonly string[]): Completions {
  return { candidates: values.map(value => ({ value })) };
}

/** Values with commas between: the last is typed. */
function listed({ typed }: Asked, all: readonly Candidate[]): Completions {
  const given = typed.slice(0, typed.lastIndexOf(',') + 1);
  const taken = new Set(given.split(','));
  const left = all.filter(({ value }) => !taken.has(value));
  return { candidates: left.map(one => ({ ...one, value: `${given}${one.value}` })) };
}

function clusters(): Completions {
  const all = runningClusters();
  return { candidates: all.map(({ name, server }) => ({ value: name, about: server })) };
}

/** The newest first: it is what one wants to see again. */
function keptRuns(): Completions {
  return named(['latest', ...[...namesIn(join('.seatrial', 'runs'))].reverse()]);
}

/** Files; tokens are long, and are offered to who begins one. */
async function failures(typed: string): Promise<Completions> {
  const folder = join('.seatrial', 'failures');
  const names = namesIn(folder).map(name => join(folder, name));
  if (!typed.startsWith('st1:')) return named(names);
  const { readFailures } = await import('../../voyages/failures.js');
  return { candidates: readFailures().map(({ token, law }) => ({ value: token, about: law })) };
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

async function lawNames(): Promise<readonly Candidate[]> {
  const { laws } = await import('../../laws/index.js');
  return laws.map(({ name, says }) => ({ value: name, about: says }));
}

async function lawSettings(): Promise<Completions> {
  const { laws } = await import('../../laws/index.js');
  const all = laws.flatMap(({ name, settings }) =>
    Object.entries(settings).map(([setting, value]) => ({
      value: `${name}.${setting}=`,
      about: `default ${value}`,
    })),
  );
  return { candidates: all, isOpen: true };
}

async function faultNames(): Promise<readonly Candidate[]> {
  const { faultKinds } = await import('../../arbitraries/faults.js');
  return ['all', 'none', ...faultKinds].map(value => ({ value }));
}

async function policyNames(): Promise<readonly Candidate[]> {
  const { policies } = await import('../../bench/policies/index.js');
  return policies.map(({ name }) => ({ value: name }));
}

async function backends(): Promise<Completions> {
  const { realBackends } = await import('../../backends/index.js');
  const all = realBackends.map(({ name, about }) => ({ value: name, about }));
  return { candidates: [{ value: 'sim', about: 'the simulation' }, ...all] };
}

/** The reporters of the command that is asked about; `ending` follows each. */
async function reportersIn({ command }: Asked, ending: string): Promise<Completions> {
  const names = await reporterNames(command);
  const isOpen = ending !== '';
  return { ...named(names.map(name => `${name}${ending}`)), ...(isOpen && { isOpen }) };
}

async function reporterNames(command: string): Promise<readonly string[]> {
  if (command !== 'check' && command !== 'campaign') {
    return Object.keys((await import('../../report/index.js')).reporters);
  }
  return Object.keys((await import('../../report/check/index.js')).checkReporters);
}

/** The contexts of the kubeconfig, or of all that $KUBECONFIG names. */
function contexts(): Completions {
  const all = kubeconfigFiles()
    .filter(file => existsSync(file))
    .flatMap(file => {
      const config = parse(readFileSync(file, 'utf8')) as KubeconfigNames | null;
      return config?.contexts ?? [];
    });
  return named([...new Set(all.map(({ name }) => name))]);
}

interface KubeconfigNames {
  readonly contexts?: readonly { readonly name: string }[];
}

/** Those of the scenarios that are named before, or by default. */
async function variants({ positionals }: Asked): Promise<Completions> {
  const { findScenarios, loadScenario } = await import('../../scenario/scenario.js');
  const paths = positionals.length > 0 ? positionals : ['scenarios'];
  const all = paths
    .filter(path => existsSync(path))
    .flatMap(findScenarios)
    .flatMap(file => loadScenario(file).variants.map(({ name }) => name));
  return named([...new Set(['all', ...all])]);
}

async function explainable(): Promise<Completions> {
  const { rules } = await import('../../check/rules/index.js');
  const all = [
    { value: 'traffic', about: 'who may connect to whom' },
    { value: 'access', about: 'who may do what' },
    ...rules.map(({ id, name }) => ({ value: id, about: name })),
    ...(await lawNames()),
  ];
  return { candidates: all };
}
