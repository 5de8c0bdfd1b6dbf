/** One instance: what it is, changing it, stopping it, starting it again. */
import { CamServerError, errorText } from '../../common/errors.js';
import type { JsonObject, JsonValue } from '../../common/json.js';
import { isJsonObject } from '../../common/leniency.js';
import { noteChange } from '../../common/request-context.js';
import { defineRoute, jsonAnswer, originOf, ProblemError, type Route } from '../../http/index.js';
import type { ConfigurationStore } from '../../storage/index.js';
import type { ClusterControl } from '../cluster-view.js';
import { checkDocument } from './document-checks.js';
import type { InstanceFamily } from './family.js';
import { downRecord } from './instance-records.js';
import { jsonDiff } from './json-diff.js';
import { logEntry } from './log-filter.js';
import type { Plant } from './plant.js';
import type { ClusterName, InstanceRecord } from './records.js';
import { API, listOf, nullableText, object, objectOf, text } from './schemas.js';
import type { Tasks } from './tasks.js';

export interface InstanceParts {
  readonly cluster: ClusterName;
  readonly plant: Plant;
  readonly store: ConfigurationStore;
  readonly family: InstanceFamily;
  readonly tasks: Tasks;
  /** Null on a standalone server. */
  readonly control: ClusterControl | null;
  /** The configuration that an instance runs with; null when it does not run. */
  readonly runningConfig: (instance: string) => JsonObject | null;
}

const tag = 'instances';
const base = `${API}/instances/{cluster}` as const;
const one = `${base}/{instance_name}` as const;
/** Milliseconds: a start may take 100 s. */
const START_DEADLINE = 130_000;
const SHOWN_LOG = 20;

export function instanceRoutes(parts: InstanceParts): Route[] {
  return [readRoute(parts), createRoute(parts), ...changeRoutes(parts)];
}

function readRoute({ cluster, plant, store, family, runningConfig }: InstanceParts): Route {
  return defineRoute({
    method: 'GET',
    path: one,
    tag,
    summary: 'An instance with its configuration, what differs from the stored one, and its last log records',
    response: {
      kind: 'json',
      schema: objectOf({ instance: object, config: object, drift: listOf(object), log: listOf(object) }),
    },
    handler: async ({ parameters: { instance_name: name } }) => {
      await plant.snapshot();
      const record =
        plant.current(cluster)?.instances.find(({ instance }) => instance === name) ??
        (await endedRecord(cluster, name, family, store));
      const config = runningConfig(name);
      const stored = await storedConfig(cluster, store, record.configuration);
      const log = (await family.logs(name))
        .slice(-SHOWN_LOG)
        .map((line) => logEntry(line, { cluster, worker: record.worker, instance: name, scope: 'instance' }));
      return jsonAnswer({
        instance: record,
        config,
        stored_config: stored,
        drift: stored === null || config === null ? [] : jsonDiff(stored, config),
        log,
      });
    },
  });
}

function createRoute({ family }: InstanceParts): Route {
  return defineRoute({
    method: 'POST',
    path: base,
    tag,
    summary: 'Creates an instance from a stored configuration or from one that is sent',
    action: 'instance.create',
    deadline: START_DEADLINE,
    body: {
      kind: 'object',
      what: 'order ({"configuration" or "config", "instance", "changes"})',
      required: true,
      schema: {
        type: 'object',
        properties: { configuration: text, config: object, instance: text, changes: object },
      },
    },
    response: { kind: 'json', schema: objectOf({ instance: text, stream_address: text, config: object }) },
    examples: {
      body: { configuration: 'simulation_sp', instance: 'my_test', changes: { image_threshold: 12 } },
      answer: { instance: 'my_test', stream_address: 'tcp://host-1:11100', config: { image_threshold: 12 } },
    },
    handler: async (request) => {
      const { body } = request;
      const order = {
        configuration: textOrNull(body, 'configuration'),
        config: objectOrNull(body, 'config'),
        instance: textOrNull(body, 'instance'),
        changes: objectOrNull(body, 'changes'),
      };
      if ((order.configuration === null) === (order.config === null)) {
        throw new CamServerError(
          'INVALID_BODY',
          "Name a stored 'configuration' or send a 'config', one of them.",
        );
      }
      noteChange({ target: order.instance ?? order.configuration ?? 'new instance' });
      const started = await family.create(order, originOf(request));
      noteChange({ target: started.instance });
      return jsonAnswer(started, 201);
    },
  });
}

function changeRoutes(parts: InstanceParts): Route[] {
  const { cluster, plant, family, runningConfig } = parts;
  return [
    defineRoute({
      method: 'POST',
      path: `${one}/config`,
      tag,
      summary: 'Changes what a running instance runs with, and the stored configuration when asked to',
      action: 'instance.update',
      body: {
        kind: 'object',
        what: 'update ({"changes", "remove", "save", "comment"})',
        required: true,
        schema: {
          type: 'object',
          properties: {
            changes: object,
            remove: listOf(text),
            save: { type: 'boolean', default: false },
            comment: nullableText,
          },
        },
      },
      response: { kind: 'json', schema: objectOf({ config: object, saved: { type: 'boolean' } }) },
      examples: {
        body: {
          changes: { image_threshold: 12 },
          remove: ['image_slices'],
          save: true,
          comment: 'less noise',
        },
        answer: { config: { image_threshold: 12 }, saved: true },
      },
      handler: async ({ parameters: { instance_name: name }, body }) => {
        const changes = objectOrNull(body, 'changes') ?? {};
        const remove = Array.isArray(body.remove) ? body.remove.map(String) : [];
        if (Object.keys(changes).length + remove.length === 0) {
          throw new CamServerError('INVALID_BODY', "Nothing changes: 'changes' and 'remove' are empty.");
        }
        const stored = plant.current(cluster)?.instances.find(({ instance }) => instance === name);
        noteChange({ details: `${[...Object.keys(changes), ...remove.map((key) => `-${key}`)].join(', ')}` });
        return jsonAnswer(
          await family.update(name, stored?.configuration ?? null, {
            changes,
            remove,
            save: body.save === true,
            comment: textOrNull(body, 'comment'),
          }),
        );
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${one}/stop`,
      tag,
      summary: 'Stops an instance and waits for its end; with forget its port is given back as well',
      action: 'instance.stop',
      deadline: START_DEADLINE,
      body: { kind: 'object', what: 'order ({"forget"})' },
      response: { kind: 'json', schema: objectOf({ instance: text, returns: { type: 'boolean' } }) },
      examples: { body: { forget: false }, answer: { instance: 'my_test', returns: false } },
      handler: async ({ parameters: { instance_name: name }, body }) => {
        await plant.snapshot();
        const record = plant.current(cluster)?.instances.find(({ instance }) => instance === name);
        if (record === undefined && runningConfig(name) === null) {
          throw new CamServerError('INSTANCE_UNKNOWN', `Instance '${name}' does not exist.`);
        }
        await (body?.forget === true ? family.delete(name) : family.stop(name));
        return jsonAnswer({ instance: name, returns: record?.permanent === true });
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${one}/restart`,
      tag,
      summary: 'Stops an instance and starts it again, on another worker when one is named',
      action: 'instance.restart',
      body: { kind: 'object', what: 'order ({"worker"})' },
      response: { kind: 'json', schema: object },
      handler: (request) => {
        const name = request.parameters.instance_name;
        const worker = request.body === null ? null : textOrNull(request.body, 'worker');
        if (worker !== null) noteChange({ details: `on ${worker}` });
        const origin = originOf(request);
        return parts.tasks.start(request, 'instance.restart', name, async ({ report }) => {
          report(null, 'stopping and starting');
          if (parts.control !== null) {
            await parts.control.restart(name, worker === null ? null : `http://${worker}`);
            return { instance: name };
          }
          const config = runningConfig(name);
          if (config === null)
            throw new CamServerError('INSTANCE_UNKNOWN', `Instance '${name}' does not run.`);
          await family.stop(name);
          return { ...(await family.startAgain(name, config, origin)) };
        });
      },
    }),
  ];
}

/** What remains of an instance that has ended. @throws ProblemError 404 when nothing does */
async function endedRecord(
  cluster: ClusterName,
  name: string,
  family: InstanceFamily,
  store: ConfigurationStore,
): Promise<InstanceRecord> {
  const exitCode = await family.exitCode(name).catch(() => undefined);
  const logs = await family.logs(name);
  const isStored = await store.has(name);
  if (exitCode === undefined && logs.length === 0 && !isStored) {
    throw new ProblemError(404, 'INSTANCE_UNKNOWN', `Instance '${name}' does not exist.`);
  }
  const reason = logs.findLast(([, , level]) => level === 'ERROR')?.[3] ?? null;
  return {
    ...downRecord(cluster, name, name, false, reason),
    rule: 'It does not run.',
    hint: null,
    permanent: false,
    configuration: isStored ? name : null,
    exit_code: exitCode ?? null,
  };
}

/** With its defaults, as instances run with them; null when there is none or it is faulty. */
async function storedConfig(
  cluster: ClusterName,
  store: ConfigurationStore,
  name: string | null,
): Promise<JsonObject | null> {
  if (name === null || !(await store.has(name))) return null;
  try {
    return (await checkDocument(cluster, await store.get(name), null)).expanded;
  } catch (error) {
    throw new CamServerError('CONFIG_UNREADABLE', errorText(error));
  }
}

function textOrNull(body: JsonObject, key: string): string | null {
  const value: JsonValue | undefined = body[key];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  throw new CamServerError('INVALID_BODY', `'${key}' must be a text.`);
}

function objectOrNull(body: JsonObject, key: string): JsonObject | null {
  const value = body[key];
  if (value === undefined || value === null) return null;
  if (isJsonObject(value)) return value;
  throw new CamServerError('INVALID_BODY', `'${key}' must be a JSON object.`);
}
