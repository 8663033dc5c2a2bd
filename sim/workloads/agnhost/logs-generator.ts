/** Writes lines like an API server's, evenly over a time. @upstream test/images/agnhost/logs-generator */
import { parseDuration } from '../../api/duration.js';
import { rfc3339Micro } from '../../api/time.js';
import type { AgnhostCommand } from './index.js';
import { numberFlag } from './flags.js';

const methods = ['GET', 'POST', 'PUT'] as const;
const namespaces = ['kube-system', 'default', 'ns'] as const;

/** `logs-generator --log-lines-total N --run-duration D`. */
export const logsGenerator: AgnhostCommand = (context, flags) => {
  const { clock, random } = context;
  const total = numberFlag(flags, 'log-lines-total', numberFlag(flags, 't', 0));
  const duration = parseDuration(flags['run-duration'] ?? flags['d'] ?? '0s');
  const lastsMs = duration.isOk ? duration.value / 1e6 : 0;
  if (total <= 0 || lastsMs <= 0) {
    context.log(total <= 0 ? `Invalid total number of lines: ${total}` : 'Invalid duration');
    context.exit(255);
    return {};
  }
  const line = (id: number): string => {
    const name = random.suffix(3 + random.integer(2));
    const url = `/api/v1/namespaces/${random.pick(namespaces)}/pods/${name}`;
    return `${id} ${random.pick(methods)} ${url} ${200 + random.integer(400)}`;
  };
  const write = (id: number): void => {
    if (id >= total) return context.exit(0);
    context.log(`${klogPrefix(clock.now())} ${line(id)}`);
    clock.after(lastsMs / total, 'logs-generator', () => write(id + 1));
  };
  write(0);
  return { terminate: () => context.exit(143) };
};

/** `I0820 09:27:31.000000       1 logs_generator.go:76]`. */
function klogPrefix(nowMs: number): string {
  const text = rfc3339Micro(nowMs);
  const day = text.slice(5, 10).replace('-', '');
  return `I${day} ${text.slice(11, 26)}       1 logs_generator.go:76]`;
}
