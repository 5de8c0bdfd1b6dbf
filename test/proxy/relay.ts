/** A network between two servers that can be slow or cut off: passes TCP connections on to a target. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly url: string;
  /** Milliseconds by which everything that the target says is late. */
  delay: number;
  /** Nothing passes any more, in neither direction, and nobody is told. */
  isCut: boolean;
  close(): Promise<void>;
}

export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  };
  const server = createServer((client) => {
    keep(client);
    const upstream = keep(connect(Number(port), hostname));
    client.on('data', (data) => {
      if (!relay.isCut) upstream.write(data);
    });
    upstream.on('data', (data) => {
      setTimeout(() => {
        if (!relay.isCut) client.write(data);
      }, relay.delay);
    });
    client.on('end', () => upstream.end());
    upstream.on('end', () => setTimeout(() => client.end(), relay.delay));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const relay: Relay = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delay: 0,
    isCut: false,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return relay;
}
