/** A program of this machine in the place of a Deployment's pods: with its account, files, variables and Services. */
import { spawn } from 'node:child_process';
import { deployments, type Deployment } from '../../../sim/api/kinds/apps.js';
import { services, type Container, type Service } from '../../../sim/api/kinds/core.js';
import { hasLabels } from '../../../sim/api/selectors.js';
import { pathOf } from '../../../sim/client/requests.js';
import { environmentWith, onInterrupt, writeError } from '../../host.js';
import { exitCodes, UserError } from '../../input/errors.js';
import type { HttpClient } from '../http-client.js';
import { scratchFolder } from '../scratch-folder.js';
import { accountOf, filesOfPod } from './account.js';
import { MountedFiles } from './mounted-files.js';
import { portsOutside } from './ports.js';
import { Reader } from './reader.js';
import { variablesOf } from './variables.js';

/** Of a Service: which ports of this machine answer for its own. */
const annotation = 'seatrial.dev/outside';

const withoutFiles =
  'the files of its account are not where a pod has them (only root may write there, for one program at a time): where it misses its namespace, add --leader-elect=false';

/** Who stands in for whom. */
export interface StandInOptions {
  readonly deployment: string;
  readonly namespace: string;
  readonly container?: string;
  readonly program: string;
  /** Follow the container's own arguments. */
  readonly added: readonly string[];
  readonly server: string;
  /** Base64 of the PEM. */
  readonly authority: string;
}

/** Runs it to its end; gives its exit code. */
export async function standIn(client: HttpClient, options: StandInOptions): Promise<number> {
  const { namespace } = options;
  const reader = new Reader(client);
  const deployment = await reader.read(deployments, namespace, options.deployment);
  const container = containerOf(deployment, options);
  const account = await accountOf(reader, deployment, options);
  const folder = scratchFolder('attach');
  const ofPod = filesOfPod(account, options);
  const mounts = new MountedFiles(reader, { namespace, folder: folder.path });
  const led = await ledHere(reader, deployment, container);
  try {
    await mounts.mount(deployment.spec?.template.spec ?? { containers: [] }, container);
    const kubeconfig = folder.write('kubeconfig', account.kubeconfig);
    const variables = await variablesOf(reader, deployment, container);
    const own = (container.args ?? []).map(word => mounts.moved(expanded(word, variables)));
    const words = [...own, ...options.added];
    const alone = ofPod === undefined ? [withoutFiles] : [];
    for (const line of [...mounts.told, ...led.told, ...alone]) writeError(`${line}\n`);
    writeError(`runs: ${[options.program, ...words].join(' ')}\n`);
    return await run(options.program, words, {
      ...variables,
      ...ofPod?.variables,
      KUBECONFIG: kubeconfig,
    });
  } finally {
    ofPod?.remove();
    mounts.close();
    await led.back();
    folder.remove();
  }
}

function containerOf({ spec }: Deployment, { container, deployment }: StandInOptions): Container {
  const all = spec?.template.spec?.containers ?? [];
  const found = container === undefined ? all[0] : all.find(({ name }) => name === container);
  if (found !== undefined) return found;
  throw new UserError(`Deployment ${deployment} has no container ${container ?? ''}`, {
    exitCode: exitCodes.usage,
    code: 'no-such-container',
    next: `there are: ${all.map(({ name }) => name).join(', ')}`,
  });
}

/** Lets the Services that select the Deployment's pods be answered here, until `back`. */
async function ledHere(
  reader: Reader,
  { metadata, spec }: Deployment,
  container: Container,
): Promise<{ readonly told: readonly string[]; back(): Promise<void> }> {
  const namespace = metadata.namespace ?? '';
  const labels = spec?.template.metadata?.labels ?? {};
  const selected = (await reader.list(services, namespace)).filter(
    ({ spec: { selector = {} } = {} }) =>
      Object.keys(selector).length > 0 && hasLabels(labels, selector),
  );
  const annotate = (service: Service, value: string | null): Promise<void> =>
    reader.merge(pathOf(services, namespace, service.metadata.name), {
      metadata: { annotations: { [annotation]: value } },
    });
  const told: string[] = [];
  for (const service of selected) {
    const ports = portsOutside(service, container);
    await annotate(service, ports);
    told.push(`Service ${service.metadata.name ?? ''} is answered here: ${ports}`);
  }
  return {
    told,
    back: async () => {
      for (const service of selected) await annotate(service, null);
    },
  };
}

/** @upstream third_party/forked/golang/expansion/expand.go, but for $$ */
function expanded(word: string, variables: Readonly<Record<string, string>>): string {
  return word.replace(/\$\(([^)]+)\)/g, (whole, name: string) => variables[name] ?? whole);
}

function run(
  program: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'inherit', env: environmentWith(variables) });
    // At a terminal Ctrl-C reaches both: a second word does no harm.
    const forget = onInterrupt(() => void child.kill('SIGTERM'));
    child.on('error', error => {
      forget();
      reject(
        new UserError(`${program} cannot be started: ${error.message}`, {
          exitCode: exitCodes.backend,
          code: 'cannot-start',
          next: 'see that the file is there, is made for this machine and may be executed',
        }),
      );
    });
    child.on('exit', (code, signal) => {
      forget();
      resolve(code ?? (signal === 'SIGTERM' ? exitCodes.pass : exitCodes.backend));
    });
  });
}
