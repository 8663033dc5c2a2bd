/** `seatrial version`: our version and that of the Kubernetes that is simulated. */
import { writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import { kubernetesVersion, version } from '../version.js';
import type { CliCommand } from './command.js';
import { outputOption } from './options.js';

/** The command. */
export const versionCommand: CliCommand = {
  define(program, act) {
    program
      .command('version')
      .description('print the versions of seatrial and of the Kubernetes that it simulates')
      .addOption(outputOption(['text', 'json']))
      .action((options: { readonly output: string }) =>
        act(() => {
          const versions = { seatrial: version, kubernetes: kubernetesVersion };
          const text = `seatrial ${version} (Kubernetes ${kubernetesVersion})\n`;
          writeOut(options.output === 'json' ? `${JSON.stringify(versions)}\n` : text);
          return Promise.resolve(exitCodes.pass);
        }),
      );
  },
};
