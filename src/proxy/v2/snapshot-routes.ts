/** The plant at this moment, and what changes from then on. */

import { CamServerError } from '../../common/errors.js';
import { packageVersion } from '../../common/package.js';
import { defineRoute, jsonAnswer, type Route, type RouteRequest } from '../../http/index.js';
import { type EventHub, type HubEvent, type Topic, topics } from './event-hub.js';
import { eventStream } from './event-stream.js';
import { type LogEntry, logFilter } from './log-filter.js';
import { LOOK_INTERVAL, type Plant } from './plant.js';
import { type ClusterName, clusterNames, type ServerRole } from './records.js';
import { API, object } from './schemas.js';

export interface SnapshotParts {
  readonly plant: Plant;
  readonly hub: EventHub;
  readonly cluster: ClusterName;
  readonly name: string;
  readonly role: ServerRole;
  readonly url: () => string;
}

const DEFAULT_TOPICS: readonly Topic[] = ['cluster', 'instances', 'tasks', 'configs'];
const clusterQuery = { cluster: { description: 'Only this one', schema: { enum: clusterNames } } };

export function snapshotRoutes(parts: SnapshotParts): Route[] {
  const tag = 'plant';
  return [
    defineRoute({
      method: 'GET',
      path: API,
      tag,
      summary: 'Which server this is, and which clusters it shows',
      response: { kind: 'json', schema: object },
      examples: {
        answer: {
          version: packageVersion,
          server: {
            name: 'Pipeline manager',
            role: 'manager',
            cluster: 'pipelines',
            url: 'http://host:8889',
          },
          clusters: ['pipelines', 'cameras'],
          time: '2026-11-25T09:00:00.000Z',
        },
      },
      handler: () => {
        const { name, role, cluster, plant } = parts;
        const server = { name, role, cluster, url: parts.url() };
        return jsonAnswer({ version: packageVersion, server, clusters: plant.names, time: isoNow() });
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${API}/snapshot`,
      tag,
      summary: 'Everything at this moment: workers, instances with health, permanent instances, alarms',
      query: clusterQuery,
      response: { kind: 'json', schema: object },
      handler: async ({ query }) => {
        const wanted = readCluster(query.cluster);
        // first: events that happen while the records are read are then sent again rather than lost
        const event_id = parts.hub.position;
        const records = await parts.plant.snapshot();
        const clusters = Object.fromEntries(
          [...records].filter(([cluster]) => wanted === null || cluster === wanted),
        );
        return jsonAnswer({ time: isoNow(), event_id, clusters });
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${API}/events`,
      tag,
      summary: 'Server-sent events: what changes from now on, or from where the client was',
      query: {
        ...clusterQuery,
        topics: {
          description: `Comma-separated, of ${topics.join(', ')}; default ${DEFAULT_TOPICS.join(', ')}`,
        },
        last_event_id: { description: 'Where to go on; the header Last-Event-ID says the same' },
        level: { description: 'Of topic logs: the lowest level' },
        levels: { description: 'Of topic logs: only these levels, comma-separated' },
        scope: { description: 'Of topic logs: all, manager, worker, instance' },
        worker: { description: 'Of topic logs: only of this one' },
        instance: { description: 'Of topic logs: only of this one' },
        q: { description: 'Of topic logs: text that the message contains' },
      },
      response: { kind: 'text' },
      handler: (request) =>
        eventStream({
          hub: parts.hub,
          ...readWishes(request),
          position: request.header('last-event-id') || request.query.last_event_id || null,
          interval: LOOK_INTERVAL,
        }),
    }),
  ];
}

function readWishes({ query }: Pick<RouteRequest, 'query'>) {
  const cluster = readCluster(query.cluster);
  const wanted = query.topics === undefined ? DEFAULT_TOPICS : query.topics.split(',').map(readTopic);
  // text only: a slow pattern would be tried at every record
  const filter = logFilter({ ...query, regex: undefined });
  const wants = (event: HubEvent): boolean => {
    if (cluster !== null && event.cluster !== cluster) return false;
    if (!wanted.includes(event.topic)) return false;
    return event.topic !== 'logs' || filter([event.data() as LogEntry]).length > 0;
  };
  return { topics: wanted, wants };
}

function readTopic(text: string): Topic {
  const topic = text.trim() as Topic;
  if (topics.includes(topic)) return topic;
  const known = topics.join(', ');
  throw new CamServerError('INVALID_QUERY', `topics: there is no '${topic}', there are ${known}.`);
}

/** Null when no cluster is named. */
export function readCluster(text: string | undefined): ClusterName | null {
  if (text === undefined || text === '') return null;
  if (clusterNames.includes(text as ClusterName)) return text as ClusterName;
  const known = clusterNames.join(' and ');
  throw new CamServerError('INVALID_QUERY', `cluster: there is no '${text}', there are ${known}.`);
}

function isoNow(): string {
  return new Date().toISOString();
}
