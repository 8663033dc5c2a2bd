/** netexec's calls of another netexec, by HTTP or UDP, so many times. @upstream test/images/agnhost/netexec/netexec.go dialHandler */
import { isHttpResponse, type HttpResponse } from '../../api/http-message.js';
import { isRecord } from '../../api/equality.js';
import { goQuote } from '../../api/go-text.js';
import type { NetworkReply, WorkloadNetwork } from '../workload.js';
import { textPage } from './http.js';

/** Calls as the query says, and answers what came of it. */
export function dial(
  network: WorkloadNetwork,
  query: URLSearchParams,
  respond: (response: HttpResponse) => void,
): void {
  const wanted = (name: string) => query.get(name) ?? '';
  const [host, port, request] = [wanted('host'), Number(wanted('port')), wanted('request')];
  const protocol = (wanted('protocol') || 'http').toLowerCase();
  const tries = Number(wanted('tries') || 1);
  if (request === '') return respond(textPage('request parameter not specified. <nil>\n', 400));
  if (!['http', 'udp', 'sctp'].includes(protocol)) {
    return respond(textPage(`unsupported protocol. ${protocol}\n`, 400));
  }
  const [address] = network.resolve(host);
  if (address === undefined) {
    const text = `host and/or port param are invalid. lookup ${host}: no such host\n`;
    return respond(textPage(text, 400));
  }
  const isHttp = protocol === 'http';
  const payload = isHttp
    ? { protocol: 'http', method: 'GET', path: `/${request}`, body: '' }
    : { protocol, text: request };
  const to = {
    host: address,
    port,
    protocol: isHttp ? 'TCP' : (protocol.toUpperCase() as 'UDP' | 'SCTP'),
  } as const;
  const [responses, errors]: [string[], string[]] = [[], []];
  let last = '';
  const again = (left: number): void => {
    if (left === 0) {
      const told = {
        ...(errors.length > 0 && { errors }),
        ...(last !== '' && { responses }),
      };
      return respond(textPage(JSON.stringify(told)));
    }
    network.send(to, payload, reply => {
      const text = answered(reply);
      last = text ?? '';
      if (text === undefined) errors.push(failed(reply, `${address}:${port}`, request, isHttp));
      else responses.push(text);
      again(left - 1);
    });
  };
  again(Number.isInteger(tries) && tries > 0 ? tries : 1);
}

function answered(reply: NetworkReply): string | undefined {
  if (!reply.isOk) return undefined;
  if (isHttpResponse(reply.payload)) return reply.payload.body;
  return isRecord(reply.payload) ? String(reply.payload['text'] ?? '') : '';
}

function failed(reply: NetworkReply, place: string, request: string, isHttp: boolean): string {
  const error = reply.isOk ? 'EOF' : reply.error;
  const why = error === 'timeout' ? 'i/o timeout' : `connect: ${error}`;
  if (!isHttp) return `reading from udp connection failed. err:'read udp ${place}: ${why}'`;
  return `Get ${goQuote(`http://${place}/${request}`)}: dial tcp ${place}: ${why}`;
}
