/**
 * A small dispatching layer in a process of its own: it reads the sources that it is told about, and makes streams of their
 * channels on request. It reports its address to the process that started it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeAll, handle } from './streams.js';

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const path = String(request.url).replace(/^\/[^/]+/, '');
    handle(`${request.method} ${path}`, Buffer.concat(chunks).toString()).then(
      (answer) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
      (error: Error) => response.writeHead(400).end(error.message),
    );
  });
});

server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/sf-databuffer`);
});
process.on('disconnect', () => {
  closeAll();
  process.exit();
});
