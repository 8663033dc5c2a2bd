/** What the doctor looks at: this process, the folders it writes, and the programs that backends start. */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findControlPlane } from '../../backends/control-plane-programs.js';
import { freePorts } from '../../backends/free-port.js';
import { engineOf } from '../../backends/kind/tool.js';
import { runCommand, type CommandResult } from '../../backends/kind/run-command.js';
import { environment, homeFolder, nodeVersion, timeoutSignal } from '../../host.js';
import { UserError } from '../../input/errors.js';
import { kubernetesVersion, nodeNeeded } from '../../version.js';
import type { Finding } from './finding.js';
import { kubeconfigFindings } from './kubeconfig.js';

/** A program that does not answer is as good as missing. */
const answerMaxMs = 5000;

/** Looks at all of it, what everybody needs first. */
export async function diagnose(): Promise<readonly Finding[]> {
  const [port, kubectl, controlPlane, kind, engine] = await Promise.all([
    loopback(),
    kubectlFinding(),
    controlPlaneFinding(),
    kindFinding(),
    engineFinding(),
  ]);
  return [
    nodeFinding(),
    folderFinding('runs', '.seatrial', 'run in a folder that can be written, or with --no-keep'),
    folderFinding(
      'clusters',
      environment('SEATRIAL_HOME') ?? join(homeFolder(), '.seatrial'),
      'set SEATRIAL_HOME to a folder that can be written',
    ),
    port,
    ...kubeconfigFindings(),
    kubectl,
    controlPlane,
    kind,
    engine,
  ];
}

function nodeFinding(): Finding {
  const isEnough = compare(nodeVersion(), nodeNeeded) >= 0;
  const says = `${nodeVersion()}, ${nodeNeeded} or newer is needed`;
  if (isEnough) return { name: 'node', state: 'ok', says, needed: 'always' };
  return { name: 'node', state: 'missing', says, next: 'install a newer one', needed: 'always' };
}

/** A folder need not be there: then the nearest around it must let it be made. */
function folderFinding(name: string, folder: string, next: string): Finding {
  let place = resolve(folder);
  while (!existsSync(place) && place !== dirname(place)) place = dirname(place);
  try {
    accessSync(place, constants.W_OK);
    return { name, state: 'ok', says: `${folder} can be written`, needed: 'always' };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const says = `${folder} cannot be written (${code} for ${place})`;
    return { name, state: 'missing', says, next, needed: 'always' };
  }
}

async function loopback(): Promise<Finding> {
  try {
    await freePorts(1);
    return { name: 'loopback', state: 'ok', says: '127.0.0.1 has a free port', needed: 'always' };
  } catch (error) {
    const says = `no port of 127.0.0.1 can be had (${(error as Error).message})`;
    const next = 'allow this process to listen on loopback';
    return { name: 'loopback', state: 'missing', says, next, needed: 'always' };
  }
}

/** kubectl is supported within one minor version of the API server. */
async function kubectlFinding(): Promise<Finding> {
  const result = await ask('kubectl', ['version', '--client', '--output', 'json']);
  const needed: readonly string[] = [];
  if (result.code !== 0) {
    const next = 'get it from https://kubernetes.io/docs/tasks/tools';
    return { name: 'kubectl', state: 'untidy', says: failing('kubectl', result), next, needed };
  }
  const version = /"gitVersion":\s*"([^"]+)"/.exec(result.stdout)?.[1] ?? '';
  const skew = Math.abs(minorOf(version) - minorOf(kubernetesVersion));
  if (skew <= 1) return { name: 'kubectl', state: 'ok', says: version, needed };
  return {
    name: 'kubectl',
    state: 'untidy',
    says: `${version} is ${skew} minor versions from ${kubernetesVersion}`,
    next: 'one is supported: get a newer or an older kubectl, or expect differences',
    needed,
  };
}

async function controlPlaneFinding(): Promise<Finding> {
  const needed = ['control-plane'];
  try {
    const programs = findControlPlane();
    const { stdout } = await ask(programs.apiServer, ['--version']);
    const others = [programs.controllerManager, programs.scheduler].filter(
      file => file !== undefined,
    );
    const says = [`kube-apiserver ${stdout.trim().replace(/^Kubernetes /, '')}`, programs.etcd];
    return { name: 'control plane', state: 'ok', says: [...says, ...others].join(', '), needed };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, details } = error;
    const next = details.next !== undefined && { next: details.next };
    return { name: 'control plane', state: 'missing', says: message, ...next, needed };
  }
}

async function kindFinding(): Promise<Finding> {
  const result = await ask('kind', ['version']);
  const needed = ['kind'];
  if (result.code === 0) return { name: 'kind', state: 'ok', says: result.stdout.trim(), needed };
  const next = 'get it from https://kind.sigs.k8s.io';
  return { name: 'kind', state: 'missing', says: failing('kind', result), next, needed };
}

async function engineFinding(): Promise<Finding> {
  const engine = engineOf(undefined);
  const result = await ask(engine, ['info']);
  const needed = ['kind', 'k3s'];
  if (result.code === 0) return { name: engine, state: 'ok', says: `${engine} answers`, needed };
  const next = 'install and start it, or name another in KIND_EXPERIMENTAL_PROVIDER';
  return { name: engine, state: 'missing', says: failing(engine, result), next, needed };
}

function ask(name: string, words: readonly string[]): Promise<CommandResult> {
  return runCommand(name, words, { signal: timeoutSignal(answerMaxMs) });
}

function failing(name: string, { isMissing, isAborted, stderr, code }: CommandResult): string {
  if (isMissing) return `${name} was not found`;
  if (isAborted) return `${name} did not answer within ${answerMaxMs / 1000} s`;
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return said === '' ? `${name} ended with ${code ?? 'a signal'}` : `${name}: ${said}`;
}

const minorOf = (version: string): number => Number(version.split('.')[1] ?? NaN);

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map(text => text.split('.').map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
