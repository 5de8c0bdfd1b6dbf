/**
 * Light workers for the benchmark of the managers, in a process of its own: each answers `info` with so many instances, like a
 * real one; the last one accepts connections and never answers. The parent gets their addresses.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatJson, type JsonObject } from '../src/common/json.js';

const [workers, instances, silent] = process.argv.slice(2).map(Number) as [number, number, number];

/** Renewed every 2 s, with rates that move a little, as those of real instances do. */
function record(name: string): JsonObject {
  const renewed = Math.floor(Date.now() / 2000);
  const rate = `${(10 + ((renewed + name.length) % 7) / 100).toFixed(2)}Hz - ${1234 + (renewed % 100_000)}`;
  return {
    stream_address: 'tcp://127.0.0.1:10100',
    is_stream_active: true,
    camera_geometry: [1280, 960],
    camera_name: name,
    last_start_time: '2026-11-25 10:00:00 UTC+0000',
    statistics: {
      total_bytes: 123_456_789,
      clients: 1,
      throughput: 24_576_000.5,
      time: new Date(renewed * 2000).toISOString().slice(11, 19),
      rx: rate,
      tx: rate,
      pid: '4711',
      cpu: 12.5,
      memory: 98_000_000,
      header_changes: 1,
      frame_shape: '1280x960x2',
      dropped: {},
    },
    config: {
      camera_calibration: null,
      mirror_x: false,
      mirror_y: false,
      rotate: 0,
      roi: null,
      image_background: null,
      source_type: 'simulation',
      source: 'simulation',
      size_x: 1280,
      size_y: 960,
      name,
    },
  };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ),
  );
}

const answering = Array.from({ length: workers }, (_, worker) =>
  listen(
    createServer((request, response) => {
      const names = Array.from({ length: instances }, (_, index) => `CAM-${worker}-${index}`);
      const info = {
        version: '6.0.0',
        boot_id: String(worker),
        active_instances: Object.fromEntries(names.map((name) => [name, record(name)])),
        cpu: 50,
        memory: 1_000_000_000,
        tx: 1_000_000,
        rx: 1_000_000,
      };
      const isInfo = request.url?.endsWith('/info');
      const answer = isInfo ? { info } : { config_names: [], digests: [] };
      response.setHeader('Content-Type', 'application/json');
      response.end(formatJson({ state: 'ok', status: '', ...answer }));
    }),
  ),
);
const hanging = Array.from({ length: silent }, () => listen(createServer(() => {})));
process.send!(await Promise.all([...answering, ...hanging]));
process.on('disconnect', () => process.exit(0));
