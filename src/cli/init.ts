/** `seatrial init`: writes a first scenario for the manifests of a folder. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { firstScenario } from '../check/first-scenario/index.js';
import { surveyOf } from '../check/survey.js';
import { writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { version } from '../version.js';
import type { CliCommand } from './command.js';
import { namedManifests } from './named-manifests.js';
import { collect, helpAfter, nameOf } from './options.js';

interface InitFlags {
  readonly filename: readonly string[];
  readonly name: string;
  readonly folder: string;
  readonly github?: boolean;
  readonly force?: boolean;
}

/** The command. */
export const initCommand: CliCommand = {
  define(program, act) {
    program
      .command('init')
      .description('write a first scenario for manifests, and the cluster that they ask for')
      .argument('[path...]', 'the same as -f (default: the current folder)')
      .option('-f, --filename <path>', 'files, folders or kustomizations, repeatable', collect, [])
      .option('--name <name>', 'of the scenario, its folder and its cluster', nameOf, 'first')
      .option('--folder <path>', 'where scenarios are', 'scenarios')
      .option('--github', `write ${workflowFile} too, which runs all scenarios`)
      .option('--force', 'write over files that are there')
      .addHelpText('after', helpAfter(examples, exitHelp))
      .action((paths: readonly string[], flags: InitFlags) => act(() => init(paths, flags)));
  },
};

const workflowFile = join('.github', 'workflows', 'seatrial.yaml');

const examples = [
  'seatrial init manifests/',
  'seatrial init -f overlays/prod --name prod --github',
  'helm template chart/ > rendered.yaml && seatrial init rendered.yaml',
];

const exitHelp = 'Exit codes: 0 written, 2 bad input, or files that are there already.';

function init(paths: readonly string[], flags: InitFlags): Promise<number> {
  const named = [...paths, ...flags.filename];
  const inputs = named.length === 0 ? ['.'] : named;
  const input = namedManifests(inputs);
  // A scenario and the configuration of kind look like objects of a cluster, and are none.
  const manifests = input.manifests.filter(({ object }) => !isOfTools(object.apiVersion));
  const folder = join(flags.folder, flags.name);
  const { files, told } = firstScenario(surveyOf({ ...input, manifests }), {
    name: flags.name,
    folder,
    inputs,
  });
  const all = new Map(Object.entries(files).map(([file, text]) => [join(folder, file), text]));
  if (flags.github === true) all.set(workflowFile, workflow(flags.folder));
  refuseThere([...all.keys()], flags);
  for (const [file, text] of all) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const line of told) writeError(`${line}\n`);
  writeError(`next: seatrial run ${folder}\n`);
  writeOut(`${[...all.keys()].join('\n')}\n`);
  return Promise.resolve(exitCodes.pass);
}

const isOfTools = (apiVersion = ''): boolean =>
  /^(seatrial\.dev|kind\.x-k8s\.io|kustomize\.config\.k8s\.io)\//.test(apiVersion);

function refuseThere(files: readonly string[], { force, name }: InitFlags): void {
  const [there] = files.filter(file => existsSync(file));
  if (there === undefined || force === true) return;
  throw new UserError(`there is a ${there} already`, {
    exitCode: exitCodes.usage,
    code: 'name-taken',
    next:
      there === workflowFile
        ? 'leave out --github, or write over it with --force'
        : `choose another name: --name ${name}-2, or write over it with --force`,
  });
}

function workflow(folder: string): string {
  return `name: seatrial
on: [pull_request]
jobs:
  trial:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      # Annotations and the summary of the job come by themselves on GitHub.
      - run: npx --yes seatrial@${version} run ${folder}
`;
}
