/** nc, dig, nslookup and getent: what asks servers and name servers plainly. */
import { isHttpResponse } from '../../api/http-message.js';
import { isRecord } from '../../api/equality.js';
import type { DnsQuestion, DnsRecord } from '../workload.js';
import type { CommandCall } from './commands.js';
import type { Run } from './job.js';
import { optionsOf, sent, valueOf, type TimedCommand } from './timed.js';

const ncValues = new Set(['w', 'i', 'p', 's']);
const patienceMs = 120_000;

/** A client; as a server it is a plain command. */
const nc: TimedCommand = function* (call) {
  const options = optionsOf(call.args, ncValues);
  const [host = '', port = ''] = options.words;
  const isUdp = valueOf(options, 'u') !== undefined;
  const seconds = Number(valueOf(options, 'w') ?? Number.NaN);
  const timeoutMs = Number.isFinite(seconds) ? seconds * 1_000 : patienceMs;
  const isVerbose = valueOf(options, 'v') !== undefined;
  const protocol = isUdp ? 'UDP' : 'TCP';
  const text = valueOf(options, 'z') === undefined ? call.input.rest() : '';
  const payload = { protocol: protocol.toLowerCase(), text };
  const reply = yield* sent(call, { host, port: Number(port), protocol, payload, timeoutMs });
  // Who sends by UDP hears nothing of a packet that is lost: that is no failure.
  if (!reply.isOk && !(isUdp && reply.error === 'timeout')) {
    if (reply.error === 'unknown host') {
      call.err(`nc: getaddrinfo for host "${host}" port ${port}: Name or service not known\n`);
    } else if (isVerbose) {
      const why = reply.error === 'timeout' ? 'Operation timed out' : 'Connection refused';
      call.err(`nc: connect to ${host} port ${port} (${protocol.toLowerCase()}) failed: ${why}\n`);
    }
    return 1;
  }
  if (isVerbose) {
    const name = `${port} port [${protocol.toLowerCase()}/*]`;
    call.err(`Connection to ${host} ${name} succeeded!\n`);
  }
  if (reply.isOk) call.out(answerText(reply.payload));
  return 0;
};

/** What a server's answer looks like to somebody who does not speak its language. */
function answerText(payload: unknown): string {
  if (isHttpResponse(payload)) {
    const head = `HTTP/1.1 ${payload.status}\r\nContent-Type: ${payload.contentType}`;
    return `${head}\r\nConnection: close\r\n\r\n${payload.body}`;
  }
  return isRecord(payload) && typeof payload['text'] === 'string' ? payload['text'] : '';
}

const types = new Set(['A', 'AAAA', 'CNAME', 'PTR', 'SRV']);
const ttlSeconds = 5;

/** Asks the name server of the pod, or another one that is named with `@`. */
function* dig(call: CommandCall): Run {
  const flags = new Set(call.args.filter(arg => arg.startsWith('+')));
  const words = call.args.filter(arg => !arg.startsWith('+') && !arg.startsWith('@'));
  const isReverse = words.includes('-x');
  const type = isReverse ? 'PTR' : (words.find(word => types.has(word)) ?? 'A');
  const named = words.find(word => !word.startsWith('-') && !types.has(word)) ?? '';
  const name = isReverse ? `${named.split('.').reverse().join('.')}.in-addr.arpa` : named;
  const question = {
    name,
    type: type as DnsQuestion['type'],
    isSearched: flags.has('+search'),
  };
  yield { kind: 'sleep', ms: dnsMs };
  const records = call.host.network.query?.(question) ?? [];
  for (const record of records) call.out(`${digLine(record, flags.has('+short'))}\n`);
  return 0;
}

const dnsMs = 2;

function digLine({ name, type, data }: DnsRecord, isShort: boolean): string {
  return isShort ? data : `${name}\t\t${ttlSeconds}\tIN\t${type}\t${data}`;
}

function* nslookup(call: CommandCall): Run {
  const [name = ''] = call.args.filter(arg => !arg.startsWith('-'));
  yield { kind: 'sleep', ms: dnsMs };
  const servers = (call.host.files.read('/etc/resolv.conf') ?? '').match(/^nameserver (\S+)/m);
  const server = servers?.[1] ?? '127.0.0.1';
  call.out(`Server:\t\t${server}\nAddress:\t${server}#53\n\n`);
  const addresses = call.host.network.resolve(name);
  if (addresses.length === 0) {
    call.out(`** server can't find ${name}: NXDOMAIN\n\n`);
    return 1;
  }
  for (const address of addresses) call.out(`Name:\t${name}\nAddress: ${address}\n`);
  call.out('\n');
  return 0;
}

/** `getent hosts NAME`: the hosts file first, then the name server. */
function* getent(call: CommandCall): Run {
  const [database, name = ''] = call.args;
  if (database !== 'hosts' && database !== 'ahosts') return 1;
  const lines = (call.host.files.read('/etc/hosts') ?? '').split('\n');
  const line = lines.map(text => text.split(/\s+/)).find(([, ...names]) => names.includes(name));
  if (line !== undefined) {
    call.out(`${(line[0] ?? '').padEnd(16)}${line.slice(1).filter(Boolean).join(' ')}\n`);
    return 0;
  }
  yield { kind: 'sleep', ms: dnsMs };
  const addresses = call.host.network.resolve(name);
  for (const address of addresses) call.out(`${address.padEnd(16)}${name}\n`);
  return addresses.length > 0 ? 0 : 2;
}

/** The commands by name. */
export const netCommands: Readonly<Record<string, TimedCommand>> = { dig, getent, nc, nslookup };
