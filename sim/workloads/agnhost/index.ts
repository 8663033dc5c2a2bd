/**
 * agnhost, the image that Kubernetes' own tests run: the commands of it that are played. Their pods
 * then do on a simulated cluster what they do on a real one.
 * @upstream test/images/agnhost
 */
import { serveHttp, textPage } from './http.js';
import type { ContainerContext, Program, Workload } from '../workload.js';
import { crdConversionWebhook } from './crd-conversion-webhook.js';
import { flagsOf, type Flags } from './flags.js';
import { guestbook } from './guestbook.js';
import { logsGenerator } from './logs-generator.js';
import { mounttest } from './mounttest.js';
import { netexec, serveHostname, testWebserver } from './servers.js';
import { webhook } from './webhook.js';

/** A command of agnhost: its name's program. */
export type AgnhostCommand = (context: ContainerContext, flags: Flags) => Program;

const pause: AgnhostCommand = context => {
  context.log('Paused');
  context.log('Signals registered');
  return {
    terminate: () => {
      const message = 'exiting because of signal "terminated"';
      context.log(message);
      context.terminationMessage(`${message}\n`);
      context.exit(2);
    },
  };
};

/** The commands, by name. Others are not played: what they would do is not known. */
const commands: Readonly<Record<string, AgnhostCommand>> = {
  'crd-conversion-webhook': crdConversionWebhook,
  guestbook,
  'logs-generator': logsGenerator,
  mounttest,
  netexec,
  pause,
  'serve-hostname': serveHostname,
  'test-webserver': testWebserver,
  webhook,
};

/** The name of the command among the words of a container: the image's entry point may stand before. */
function split(words: readonly string[]): readonly [string, readonly string[]] {
  const [first = 'pause', ...rest] =
    words[0]?.endsWith('/agnhost') === true ? words.slice(1) : words;
  return [first, rest];
}

/** Whether the command is one that is played. */
export function isAgnhostCommand(words: readonly string[]): boolean {
  return Object.hasOwn(commands, split(words)[0]);
}

/** Plays the container's command. */
export const agnhost: Workload = {
  name: 'agnhost',
  start(context) {
    const [name, words] = split(context.command);
    return (commands[name] ?? pause)(context, flagsOf(words));
  },
};

/** The images `nautilus` and `kitten`: a page that tells which of them it is. @upstream test/images/nautilus */
export const updateDemo: Workload = {
  name: 'update-demo',
  start(context) {
    const image = /(nautilus|kitten)/.exec(context.container.image ?? '')?.[0] ?? '';
    const page = JSON.stringify({ image: `${image}.jpg` });
    const served = serveHttp(context.network, 80, ({ path }, respond) =>
      respond(path.startsWith('/data.json') ? textPage(page) : textPage('', 404)),
    );
    return { ...served, terminate: () => context.exit(0) };
  },
};
