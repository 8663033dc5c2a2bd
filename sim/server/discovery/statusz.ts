/** /statusz: since when which version runs. @upstream component-base/zpages/statusz */
import type { ApiAnswer } from '../../api/request.js';
import { serverVersion } from '../../api/server-version.js';
import { rfc3339 } from '../../api/time.js';
import type { Core } from '../core.js';
import type { RequestState } from '../request-state.js';
import { serveZPage, zPageHead } from './z-page.js';

const paths = ['/flagz', '/healthz', '/livez', '/metrics', '/readyz', '/statusz', '/version'];

/** Answers /statusz, in words unless a structure is asked for. */
export function serveStatusz({ clock, startedMs }: Core, context: RequestState): ApiAnswer {
  const upSeconds = secondsBetween(startedMs, clock.now());
  return serveZPage(context, {
    kind: 'Statusz',
    text: () => statusText(startedMs, upSeconds),
    fields: () => ({
      startTime: rfc3339(startedMs),
      uptimeSeconds: upSeconds,
      goVersion: serverVersion.goVersion,
      binaryVersion: serverVersion.gitVersion.slice(1),
      emulationVersion: emulation,
      paths,
    }),
  });
}

const emulation = `${serverVersion.emulationMajor}.${serverVersion.emulationMinor}`;

function secondsBetween(fromMs: number, toMs: number): number {
  return Math.floor((toMs - fromMs) / 1000);
}

/** Upstream separates names and values by a chance of `:`, `: `, `=` and a blank, lest anyone parse it. */
function statusText(startedMs: number, seconds: number): string {
  const two = (amount: number) => String(amount).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return [
    zPageHead('statusz'),
    `Started: ${unixDate(startedMs)}`,
    `Up: ${hours} hr ${two(minutes)} min ${two(seconds % 60)} sec`,
    `Go version: ${serverVersion.goVersion}`,
    `Binary version: ${serverVersion.gitVersion.slice(1)}`,
    `Emulation version: ${emulation}`,
    `Paths: ${paths.join(' ')}`,
    '',
  ].join('\n');
}

/** A time as Go's time.UnixDate has it. */
function unixDate(timeMs: number): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(timeMs)
    .toUTCString()
    .replace(',', '')
    .split(' ');
  return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} UTC ${year}`;
}
