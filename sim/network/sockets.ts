/** Who listens where. */
import type { Pod } from '../api/kinds/core.js';
import type { NetworkMessage, NetworkProtocol, NetworkReply } from '../workloads/workload.js';
import { HostPorts } from './host-ports.js';

/** A program's end of the network. */
export interface Socket {
  readonly pod: Pod | undefined;
  readonly ip: string;
  isClosed: boolean;
  /** What is told when it closes: those who wait for its answers. */
  readonly onClose: Set<() => void>;
  /** Hears that another program of the address has the port that was asked for. */
  onTaken?: (port: number) => void;
  /** Takes what it accepts, where nobody listens on the port. */
  all?: { readonly accepts: Accepts; readonly listener: Listener };
}

/** A port on which a program takes messages. */
export interface Listener {
  readonly socket: Socket;
  /** Programs reply to the message; a proxy says what came of it. */
  readonly handle: (message: NetworkMessage, answer: (reply: NetworkReply) => void) => void;
}

/** Whether a message to a port is taken. */
export type Accepts = (port: number, payload: unknown) => boolean;

/** The listeners of all programs, and which addresses are in use. */
export class Sockets {
  /** Another one as soon as an address comes into use, or out of it. */
  version = 0;
  /** The ports of nodes that lead to pods. */
  readonly hostPorts = new HostPorts();
  private readonly listeners = new Map<string, Listener>();
  private readonly socketsByIp = new Map<string, Set<Socket>>();

  open(pod: Pod | undefined, ip: string): Socket {
    const socket: Socket = { pod, ip, isClosed: false, onClose: new Set() };
    if (!this.socketsByIp.has(ip)) this.version++;
    const sockets = this.socketsByIp.get(ip) ?? new Set<Socket>();
    sockets.add(socket);
    this.socketsByIp.set(ip, sockets);
    if (sockets.size === 1 && pod !== undefined) this.hostPorts.open(pod, ip);
    return socket;
  }

  listen(
    socket: Socket,
    { port, protocol = 'TCP' }: { readonly port: number; readonly protocol?: NetworkProtocol },
    handle: Listener['handle'],
  ): void {
    if (socket.isClosed) return;
    const key = `${socket.ip}:${port}/${protocol}`;
    const holder = this.listeners.get(key)?.socket ?? socket;
    if (holder !== socket && socket.onTaken !== undefined) return socket.onTaken(port);
    this.listeners.set(key, { socket, handle });
  }

  /** From now on the socket takes what it accepts of what comes by TCP to ports on which nobody listens. */
  listenAll(socket: Socket, accepts: Accepts, handle: Listener['handle']): void {
    socket.all = { accepts, listener: { socket, handle } };
  }

  close(socket: Socket): void {
    socket.isClosed = true;
    const sockets = this.socketsByIp.get(socket.ip);
    sockets?.delete(socket);
    if (sockets?.size === 0) {
      this.socketsByIp.delete(socket.ip);
      this.hostPorts.close(socket.ip);
      this.version++;
    }
    for (const [key, listener] of this.listeners) {
      if (listener.socket === socket) this.listeners.delete(key);
    }
    for (const tell of socket.onClose) tell();
    socket.onClose.clear();
  }

  /** Who takes the message. */
  listener(
    ip: string,
    { port, protocol }: { readonly port: number; readonly protocol: NetworkProtocol },
    payload?: unknown,
  ): Listener | undefined {
    const own = this.listeners.get(`${ip}:${port}/${protocol}`);
    if (own !== undefined || protocol !== 'TCP') return own;
    for (const { all } of this.socketsByIp.get(ip) ?? []) {
      if (all?.accepts(port, payload) === true) return all.listener;
    }
    return undefined;
  }

  /** The pod of a program that runs at the address; undefined when none does, or it is no pod's. */
  podAt(ip: string): Pod | undefined {
    return this.socketAt(ip)?.pod;
  }

  /** The end of the network of a program that runs at the address. */
  socketAt(ip: string): Socket | undefined {
    const [first] = this.socketsByIp.get(ip) ?? [];
    return first;
  }

  /** Whether a program runs at the address: one that is gone does not even refuse. */
  hasAddress(ip: string): boolean {
    return this.socketsByIp.has(ip);
  }
}
