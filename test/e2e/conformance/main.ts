/**
 * `npm run conformance -- [--sig sig-apps] [--only TEXT] [--workers 4]`: runs the listed conformance tests of
 * Kubernetes against `seatrial up`, which `npm run build` must have built, and tells which of them fail.
 * `E2E_TEST` names the binary `e2e.test`; all of them take about an hour.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freshFolder, startSeatrial } from '../../cli/seatrial.js';
import { isSerial, passingLists } from './lists.js';
import { runTest } from './one-test.js';

const { values } = parseArgs({
  options: {
    sig: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', default: '' },
    workers: { type: 'string', default: '4' },
  },
});
const binary = process.env['E2E_TEST'] ?? '';

if (!existsSync(binary)) console.log('skipped: E2E_TEST names no e2e.test of Kubernetes 1.36');
else process.exitCode = await runAll();

async function runAll(): Promise<number> {
  const names = passingLists()
    .filter(({ sig }) => values.sig.length === 0 || values.sig.includes(sig))
    .flatMap(list => list.names)
    .filter(name => name.includes(values.only));
  if (names.length === 0) {
    console.log('nothing ran: no listed test is of these sigs and has this text in its name');
    return 5;
  }
  const folder = freshFolder();
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = startSeatrial(
    folder,
    ...['up', '--name', 'conformance', '--separate', kubeconfig],
    ...['--config', join(process.cwd(), 'test/e2e/conformance/kind-config.yaml')],
    // Tests of stuck roll-outs ask for images of these names, which real registries do not have.
    ...['--missing-image', 'webserver:404', '--missing-image', 'foo:non-existent'],
  );
  try {
    await cluster.says('is up at');
    const failed = [
      ...(await run(
        names.filter(name => !isSerial(name)),
        kubeconfig,
        Number(values.workers),
      )),
      ...(await run(names.filter(isSerial), kubeconfig, 1)),
    ];
    console.log(`${names.length - failed.length} of ${names.length} passed`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    cluster.process.kill('SIGINT');
    await cluster.ended();
  }
}

/** Runs tests side by side; returns the names of those that fail. */
async function run(
  names: readonly string[],
  kubeconfig: string,
  workers: number,
): Promise<readonly string[]> {
  const failed: string[] = [];
  const left = [...names];
  const work = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const { isPassed, output } = await runTest({ binary, kubeconfig, name });
      console.log(`${isPassed ? 'passed' : 'FAILED'} ${name}`);
      if (isPassed) continue;
      failed.push(name);
      const log = join(freshFolder(), 'e2e.log');
      writeFileSync(log, output);
      console.log(`  what it printed: ${log}`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return failed;
}
