import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Http2Session } from 'node:http2';
import { createServer as createNetServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Exchange } from './exchange.ts';

/** A listening port. */
export interface WireServer {
  url: string;
  /** Closes every connection and leaves the port closed. */
  stop(): Promise<void>;
}

/** Bodies of 10 MiB of records in base64 and JSON fit; HTTP/2's own default window of 64 KiB would stall them. */
const WINDOW_BYTES = 16_777_216;

/**
 * Serves HTTP/1.1 and HTTP/2 with prior knowledge on one port of 127.0.0.1, by the first bytes of each connection:
 * the AWS SDK for JavaScript speaks the one, the CLI the other.
 */
export async function listen(port: number, handle: (exchange: Exchange) => void): Promise<WireServer> {
  const http = createHttpServer({ keepAliveTimeout: 65_000, noDelay: true }, (request, response) => handle({ request, response, socket: request.socket }));
  const http2 = createHttp2Server({ settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: 1000 } }, (request, response) =>
    handle({ request, response, socket: request.stream.session?.socket ?? request.socket }),
  );
  const sessions = new Set<Http2Session>();
  http2.on('session', (session) => {
    session.setLocalWindowSize(WINDOW_BYTES);
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  http2.on('sessionError', () => undefined);
  http.on('clientError', (_, socket) => socket.destroy());

  const sockets = new Set<Socket>();
  const net = createNetServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('readable', () => {
      const head = socket.read() as Buffer | null;
      if (!head) return;
      socket.unshift(head);
      const server = head.toString('latin1', 0, 3) === 'PRI' ? http2 : http;
      server.emit('connection', socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    net.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Kinesis: expected port ${port} of 127.0.0.1 to be free, but another program listens there. Stop it or choose another port.`, { cause: error })
          : error,
      );
    });
    net.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(net.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        net.close(() => resolve());
        http.close();
        for (const session of sessions) session.destroy();
        for (const socket of sockets) socket.destroy();
      }),
  };
}
