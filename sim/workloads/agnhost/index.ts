/**
 * agnhost, the image that Kubernetes' own tests run: the commands of it that are played. Their pods
 * then do on a simulated cluster what they do on a real one.
 * @upstream test/images/agnhost
 */
import { serveHttp, textPage } from './http.js';
import { unplayedIn } from '../shell/knows.js';
import { shellBeside, talkBeside } from '../shell/program.js';
import type { ContainerContext, ExecResult, Program, Workload } from '../workload.js';
import { crdConversionWebhook } from './crd-conversion-webhook.js';
import { flagsOf, type Flags } from './flags.js';
import { guestbook } from './guestbook.js';
import { logsGenerator } from './logs-generator.js';
import { mounttest } from './mounttest.js';
import { netexec } from './netexec.js';
import { entrypointTester, noNewPrivileges, pause, printed, toolOf } from './plain-commands.js';
import { resourceConsumerController } from './resource-consumer-controller.js';
import { servedBy } from './served.js';
import {
  grpcHealthChecking,
  liveness,
  nettest,
  porter,
  serveHostname,
  testWebserver,
} from './servers.js';
import { webhook } from './webhook.js';

/** A command of agnhost: its name's program. */
export type AgnhostCommand = (context: ContainerContext, flags: Flags) => Program;

/** The commands, by name. Others are not played: what they would do is not known. */
const commands: Readonly<Record<string, AgnhostCommand>> = {
  'crd-conversion-webhook': crdConversionWebhook,
  'dns-server-list': printed,
  'dns-suffix': printed,
  'entrypoint-tester': entrypointTester,
  'etc-hosts': printed,
  'grpc-health-checking': grpcHealthChecking,
  guestbook,
  liveness,
  'logs-generator': logsGenerator,
  mounttest,
  netexec,
  nettest,
  nonewprivs: noNewPrivileges,
  pause,
  porter,
  'resource-consumer-controller': resourceConsumerController,
  'serve-hostname': serveHostname,
  'test-webserver': testWebserver,
  webhook,
};

/** The name of the command among the words of a container: the image's entry point may stand before. */
function split(words: readonly string[]): readonly [string, readonly string[]] {
  const isEntry = /\/agnhost(-2)?$/.test(words[0] ?? '');
  const [first = 'pause', ...rest] = isEntry ? words.slice(1) : words;
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
    const served = servedBy(context);
    let beside: ReturnType<typeof shellBeside> | undefined;
    const program = (commands[name] ?? pause)(served.context, flagsOf(words));
    return {
      ...program,
      probe: served.probe,
      // Its image has a system with a shell.
      run: (command, stdin, done) => {
        const result = toolOf(context, command);
        if (result === undefined) {
          beside ??= shellBeside(context);
          const stop = beside(command, stdin, done);
          if (stop !== undefined) return stop;
        }
        done(result ?? unknown(command));
        return () => undefined;
      },
      converse: (...how) => talkBeside(context)(...how),
    };
  },
};

/**
 * Of what is in the image and not played nothing can be said but that it is not there. Of a script it is one of
 * its commands: that the shell itself were missing would mislead.
 */
function unknown(command: readonly string[]): ExecResult {
  const [name = ''] = command;
  const within = unplayedIn(command);
  const why =
    within === undefined
      ? 'executable file not found in $PATH'
      : `seatrial does not play ${JSON.stringify(within)}, which the script calls`;
  const startError = `exec: ${JSON.stringify(name)}: ${why}`;
  return { stdout: '', stderr: '', exitCode: 126, startError };
}

/** The image `nonewprivs`, which is that command alone. */
export const noNewPrivilegesImage: Workload = {
  name: 'nonewprivs',
  start: context => noNewPrivileges(context, {}),
};

/** The images `nautilus` and `kitten`: a page that tells which of them it is. @upstream test/images/nautilus */
export const updateDemo: Workload = {
  name: 'update-demo',
  start(context) {
    const image = /(nautilus|kitten)/.exec(context.container.image ?? '')?.[0] ?? '';
    const page = JSON.stringify({ image: `${image}.jpg` });
    const served = servedBy(context);
    serveHttp(served.context.network, 80, ({ path }, respond) =>
      respond(path.startsWith('/data.json') ? textPage(page) : textPage('', 404)),
    );
    return { probe: served.probe, terminate: () => context.exit(0) };
  },
};
