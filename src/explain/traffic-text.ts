/** An answer about a connection as text: the verdict first, then who says what, then what came close. */
import type { SideExplanation } from '../../sim/network/policy/explain.js';
import type { PairAnswer, TrafficAnswer } from './traffic.js';

/** The answer in lines. */
export function trafficText(answer: TrafficAnswer): string {
  const { from, to, isAllowed, answers, unready, unreached = [] } = answer;
  const some = [...answers, ...unreached].some(one => one.isAllowed);
  const verdict = isAllowed ? 'allowed' : some ? 'allowed between some' : 'denied';
  const lines = [
    `${from} -> ${to}: ${verdict}`,
    ...(unready === undefined ? [] : [unreadyLine(unready)]),
    ...answers.flatMap(pairLines),
    ...unreached.flatMap(one => [
      '',
      one.by === 'gateway'
        ? `behind the gateway ${one.from}`
        : `${one.from} -> ${to}: answered by its own sidecar`,
      line('route', one.isAllowed, one.text),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function unreadyLine(pods: number): string {
  const which = pods === 1 ? 'its only pod is not' : `none of its ${pods} pods is`;
  return `  note     ${which} ready: until one is, the Service has no endpoint and refuses connections`;
}

function pairLines(answer: PairAnswer): string[] {
  const { from, to, port, protocol, pairs, egress, ingress, route, mesh, lookup } = answer;
  const many = pairs === 1 ? '' : ` (${pairs} pairs of pods)`;
  return [
    '',
    `${from} -> ${to} ${protocol}/${port}${many}: ${answer.isAllowed ? 'allowed' : 'denied'}`,
    ...(route === undefined ? [] : [line('route', route.isAllowed, route.text)]),
    ...sideLines('egress', egress),
    ...sideLines('ingress', ingress),
    ...(mesh === undefined ? [] : [line('mesh', mesh.isAllowed, meshText(mesh))]),
    ...(lookup === undefined ? [] : lookupLines(lookup)),
  ];
}

function meshText({ asked, text }: NonNullable<PairAnswer['mesh']>): string {
  return asked === undefined ? text : `${asked}: ${text}`;
}

function sideLines(name: string, { isAllowed, text, close }: SideExplanation): string[] {
  return [line(name, isAllowed, text), ...close.map(one => `               close: ${one}`)];
}

function lookupLines({ text }: SideExplanation): string[] {
  const consequence = 'who goes by the name of the Service does not get that far';
  return [line('name', false, `it cannot be looked up: ${text}`), `               ${consequence}`];
}

function line(name: string, isAllowed: boolean, text: string): string {
  return `  ${name.padEnd(8)} ${isAllowed ? 'yes' : 'no '}  ${text}`;
}
