/** /statusz: since when which version runs. @upstream component-base/zpages/statusz */
import type { ApiAnswer } from '../../api/request.js';
import { notAcceptable } from '../../api/status.js';
import { rfc3339 } from '../../api/time.js';
import { printYaml } from '../../api/yaml-print.js';
import { failureAnswer, textAnswer } from '../answers.js';
import type { Core } from '../core.js';
import { parseAccept, type AcceptClause } from '../filters/negotiation.js';
import type { RequestState } from '../request-state.js';
import { serverVersion } from './root.js';

const textTypes = new Set(['', '*/*', 'text/*', 'text/plain']);
const structuredTypes = new Set(['application/json', 'application/yaml']);
const versions = new Set(['v1alpha1', 'v1beta1']);
const paths = ['/healthz', '/livez', '/metrics', '/readyz', '/statusz', '/version'];

/** Answers /statusz, in words unless a structure is asked for. */
export function serveStatusz(core: Core, context: RequestState): ApiAnswer {
  for (const clause of parseAccept(context.header('accept'))) {
    const { as, g, v = '' } = clause.parameters;
    if (as === undefined && g === undefined && textTypes.has(clause.type)) {
      return textAnswer(context, 200, statusText(core));
    }
    const isOurs = as === 'Statusz' && g === 'config.k8s.io' && versions.has(v);
    if (isOurs && structuredTypes.has(clause.type)) return structured(core, context, clause);
  }
  const accepted = [...structuredTypes, 'text/plain'];
  return failureAnswer(context, notAcceptable(accepted));
}

function structured(
  { clock, startedMs }: Core,
  context: RequestState,
  { type, parameters }: AcceptClause,
): ApiAnswer {
  const version = parameters['v'] ?? '';
  if (version === 'v1alpha1') {
    const text = 'This version of the statusz endpoint is deprecated. Please use a newer version.';
    context.warn(text);
  }
  const body = {
    kind: 'Statusz',
    apiVersion: `config.k8s.io/${version}`,
    metadata: { name: 'apiserver' },
    startTime: rfc3339(startedMs),
    uptimeSeconds: secondsBetween(startedMs, clock.now()),
    goVersion: serverVersion.goVersion,
    binaryVersion: serverVersion.gitVersion.slice(1),
    emulationVersion: emulation,
    paths,
  };
  const isYaml = type === 'application/yaml';
  const text = isYaml ? printYaml(body) : JSON.stringify(body, undefined, 2);
  const contentType = `${type};g=config.k8s.io;v=${version};as=Statusz`;
  return textAnswer(context, 200, text, { 'content-type': contentType });
}

const emulation = `${serverVersion.emulationMajor}.${serverVersion.emulationMinor}`;

function secondsBetween(fromMs: number, toMs: number): number {
  return Math.floor((toMs - fromMs) / 1000);
}

/** Upstream separates names and values by a chance of `:`, `: `, `=` and a blank, lest anyone parse it. */
function statusText({ clock, startedMs }: Core): string {
  const seconds = secondsBetween(startedMs, clock.now());
  const two = (amount: number) => String(amount).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return [
    '',
    'apiserver statusz',
    'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.',
    '',
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
