/** Diagnostics for monitoring and EPICS gateways (`rest-api.md` 6.13 to 6.15). */
import type { JsonObject, JsonValue } from '../../common/json.js';
import { defineRoute, type Route } from '../../http/index.js';
import { diagnose, summariseDataBuffer } from '../diagnostics.js';
import { resolvePath } from '../nested-path.js';
import type { ProxyService } from './service.js';

const CAMERA_PREFIX = 'camera:';

export function diagnosticsRoutes(base: string, service: ProxyService): Route[] {
  const tag = 'diagnostics';
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/diag/{name}`,
      tag,
      summary: 'State of an instance in a few fields; camera:NAME gives all pipelines on a camera',
      response: { kind: 'envelope', payload: { diag: { type: ['object', 'null'] } } },
      handler: async ({ parameters: { name } }) => {
        try {
          return { status: `Diag: ${name}.`, diag: await diagnosticsOf(service, name) };
        } catch {
          return { status: `Invalid name: ${name}.`, diag: null };
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/diag/{name}/{path*}`,
      tag,
      summary: 'One part of the diagnostics of an instance',
      response: {
        kind: 'envelope',
        payload: { name: { type: 'string' }, path: { type: 'string' }, ret: {} },
      },
      handler: async ({ parameters: { name, path } }) => ({
        status: 'Nested diag.',
        name,
        path,
        ret: resolvePath(await diagnosticsOf(service, name), path),
      }),
    }),
  ];
}

async function diagnosticsOf(service: ProxyService, name: string): Promise<JsonObject> {
  const isOfCamera = service.family === 'pipeline' && service.isManager && name.startsWith(CAMERA_PREFIX);
  if (!isOfCamera) return diagnosticsOfInstance(service, name);
  const camera = name.slice(CAMERA_PREFIX.length);
  const active = (await service.instances.info()).active_instances as JsonObject;
  const pipelines: JsonObject = {};
  for (const [instance, record] of Object.entries(active)) {
    if (!runsOn(record, camera)) continue;
    pipelines[instance] = await diagnosticsOfInstance(service, instance);
  }
  return { pipelines, databuffer: summariseDataBuffer(Object.values(pipelines) as JsonObject[]) };
}

async function diagnosticsOfInstance(service: ProxyService, name: string): Promise<JsonObject> {
  return diagnose({
    family: service.family,
    record: await service.instances.record(name),
    isStored: await service.configurations.has(name),
    isPermanent: service.permanentList.isPermanent(name),
    withDataBuffer: service.isManager,
  });
}

function runsOn(record: JsonValue, camera: string): boolean {
  return (record as JsonObject).camera_name === camera;
}
