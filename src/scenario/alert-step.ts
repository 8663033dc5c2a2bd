/** Whether an Alertmanager has told a receiver of an alert: by its log, of a real one with --log.level=debug. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { Step } from './scenario.js';

type Wanted = NonNullable<Step['alert']>;

/** What a step asks of the API server: the answer's body; undefined where there is none. */
type Ask = (path: string) => Promise<unknown>;

/** Looks into the logs of the namespace's Alertmanagers. */
export async function isAlertSent(wanted: Wanted, ask: Ask): Promise<boolean> {
  const path = `/api/v1/namespaces/${wanted.namespace ?? 'default'}/pods`;
  // The API server answers a list with pods.
  const { items = [] } = ((await ask(path)) ?? {}) as { readonly items?: readonly Pod[] };
  for (const { metadata, spec } of items) {
    for (const { name, image = '' } of spec?.containers ?? []) {
      if (!/(^|\/)alertmanager(:|@|$)/.test(image)) continue;
      const log = await ask(`${path}/${metadata.name}/log?container=${name}`);
      if (
        String(log ?? '')
          .split('\n')
          .some(line => tellsOf(wanted, line))
      )
        return true;
    }
  }
  return false;
}

/** Whether a line of the log is about the notification. @upstream alertmanager notify/notify.go, common model/alert.go */
export function tellsOf({ name, receiver, state = 'firing' }: Wanted, line: string): boolean {
  if (!/Notify (success|outside of the cluster)/.test(line)) return false;
  const [, quoted, plain] = /\breceiver=(?:"([^"]*)"|(\S+))/.exec(line) ?? [];
  if ((quoted ?? plain) !== receiver) return false;
  const [, alerts = ''] = /\balerts="?\[(.*)\]/.exec(line) ?? [];
  const word = state === 'firing' ? 'active' : 'resolved';
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`(?:^|\\] )${escaped}\\[[0-9a-f]{7}\\]\\[${word}\\]`).test(alerts);
}

/** `alert GpuHot for oncall`. */
export function alertText({ name, receiver, state }: Wanted): string {
  return `alert ${name}${state === 'resolved' ? ' (resolved)' : ''} for receiver ${receiver}`;
}
