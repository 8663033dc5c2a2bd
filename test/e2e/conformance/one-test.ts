/** Runs one of Kubernetes' conformance tests in a process of its own. */
import { spawn } from 'node:child_process';
import { delimiter, resolve } from 'node:path';

/** What a run needs. */
export interface TestRun {
  /** The binary `e2e.test`. */
  readonly binary: string;
  readonly kubeconfig: string;
  readonly name: string;
}

/** What came of it. */
export interface TestEnd {
  readonly isPassed: boolean;
  /** What the suite printed, without its dots. */
  readonly output: string;
}

/** The longest conformance test waits for ten minutes. */
const timeLimit = '20m';

/** Runs it to its end. kubectl is taken from `.cache/bin`, or else from the path. */
export function runTest({ binary, kubeconfig, name }: TestRun): Promise<TestEnd> {
  const args = [
    ...['--kubeconfig', kubeconfig, '--provider', 'skeleton'],
    ...['--ginkgo.focus', name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')],
    ...['--ginkgo.timeout', timeLimit, '--ginkgo.no-color', '--ginkgo.v=false'],
    // The control plane's node is tainted and yet ready: nothing is to be waited for.
    ...['--allowed-not-ready-nodes', '-1', '--disable-log-dump'],
  ];
  const path = [resolve('.cache/bin'), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn(binary, args, {
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', code => {
      const hasRun = /^Ran [1-9]\d* of /m.test(output);
      done({ isPassed: code === 0 && hasRun, output: output.replace(/S{5,}/g, '') });
    });
  });
}
