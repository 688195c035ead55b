import type { AddressInfo, Server, Socket } from 'node:net';

/** A server that is listening on 127.0.0.1. */
export interface LoopbackListener {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  url: string;
  port: number;
  /** Stops listening and destroys every open connection; afterwards the port is closed. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1 only: a laptop's local cloud is nobody else's.
 * Port 0 takes any free port. Rejects with an Error that names the service, the port and the way out when it is taken.
 */
export async function listenOnLoopback(server: Server, port: number, service: string): Promise<LoopbackListener> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => reject(listenError(error, port, service));
    server.once('error', refuse);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', refuse);
      resolve();
    });
  });
  const actual = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listenError(error: NodeJS.ErrnoException, port: number, service: string): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new Error(
    `${service}: port ${port} on 127.0.0.1 is taken by another process. Stop that process, or choose another port.`,
    { cause: error },
  );
}
