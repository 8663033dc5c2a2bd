/** The commands of agnhost that only print or wait. @upstream test/images/agnhost/{pause,entrypoint-tester,nonewprivs,dns} */
import type { ContainerContext, ExecResult } from '../workload.js';
import type { AgnhostCommand } from './index.js';

/** `pause`: waits for a signal. */
export const pause: AgnhostCommand = context => {
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

/** `entrypoint-tester ARGS`: prints its whole command line. */
export const entrypointTester: AgnhostCommand = context => {
  const [first = ''] = context.command;
  const words = first.startsWith('/') ? context.command : ['/agnhost', ...context.command];
  context.log(`[${words.join(' ')}]`);
  context.clock.after(1, 'entrypoint-tester is done', () => context.exit(0));
  return {};
};

/** `nonewprivs`: the program is owned by root and has the set-user bit, which a container may forbid. */
export const noNewPrivileges: AgnhostCommand = context => {
  const isForbidden = context.container.securityContext?.allowPrivilegeEscalation === false;
  context.log(`Effective uid: ${isForbidden ? (context.user?.uid ?? 0) : 0}`);
  context.clock.after(1, 'nonewprivs is done', () => context.exit(0));
  return {};
};

/** `dns-suffix`, `dns-server-list`, `etc-hosts`: print what the tool prints. */
export const printed: AgnhostCommand = context => {
  const tool = context.command.find(word => !word.includes('/')) ?? '';
  const text = toolOf(context, ['agnhost', tool])?.stdout ?? '';
  for (const line of text.replace(/\n$/, '').split('\n')) context.log(line);
  context.clock.after(1, 'agnhost has printed', () => context.exit(0));
  return {};
};

/** What agnhost prints when it is run beside itself: of its tools those that look at files. */
export function toolOf(
  { network }: ContainerContext,
  [name = '', tool = '']: readonly string[],
): ExecResult | undefined {
  if (!/(^|\/)agnhost$/.test(name)) return undefined;
  const files = network.files?.() ?? {};
  const listed = (key: string): string => {
    const lines = (files['/etc/resolv.conf'] ?? '').split('\n');
    const line = lines.find(text => text.startsWith(key)) ?? '';
    return `${line.split(' ').slice(1).join(',')}\n`;
  };
  const telling = (stdout: string): ExecResult => ({ stdout, stderr: '', exitCode: 0 });
  switch (tool) {
    case 'dns-suffix':
      return telling(listed('search'));
    case 'dns-server-list':
      return telling(listed('nameserver'));
    case 'etc-hosts':
      return telling(`${files['/etc/hosts'] ?? ''}\n`);
    default:
      return undefined;
  }
}
