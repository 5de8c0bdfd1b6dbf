/**
 * `/api/v2` of a server: a manager with its cluster, or a standalone server or worker as a cluster of one.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { CameraService } from '../../camera/service.js';
import type { CamClient } from '../../client/index.js';
import type { JsonObject } from '../../common/json.js';
import { isJsonObject } from '../../common/leniency.js';
import type { Logging } from '../../common/logging.js';
import { type AuditSink, type Route, type ServerExtension, sessionRoutes } from '../../http/index.js';
import type { StoredAuditRecord } from '../../storage/index.js';
import { codeHelpRoutes } from '../../worker/routes/code-help.js';
import type { PipelineService } from '../../worker/service.js';
import type { ClusterControl, ClusterView } from '../cluster-view.js';
import type { ServerStores } from '../server-stores.js';
import { accountRoutes } from './accounts/routes.js';
import { auditRoutes } from './audit-routes.js';
import { type BackgroundUsers, backgroundIn } from './background-figures.js';
import { backgroundRoutes } from './background-routes.js';
import { codeRoutes } from './code-routes.js';
import { ConfigurationCatalogue } from './config-catalogue.js';
import { configRoutes } from './config-routes.js';
import { EventHub } from './event-hub.js';
import { cameraFamily, pipelineFamily } from './family.js';
import { Followers, type RemoteSource } from './followers.js';
import type { Foundation } from './foundation.js';
import { MetricsHistory } from './history/history.js';
import { instanceRoutes } from './instance-routes.js';
import { LocalCluster, workerName } from './local-cluster.js';
import { LogBook } from './log-book.js';

import { logLevelRoutes } from './log-level-routes.js';
import { logRoutes } from './log-routes.js';
import { metricsRoutes } from './metrics-routes.js';
import { duplicateEntry } from './own-actions.js';
import { askJson, Peer, perCluster, serviceHeaders } from './peer.js';
import { type ClusterSettings, placementRoutes } from './placement-routes.js';
import { Plant } from './plant.js';
import type { ClusterName, ServerRole } from './records.js';
import { referencesOf } from './references.js';
import { RemoteCluster } from './remote-cluster.js';
import { schemaRoutes } from './schema-routes.js';
import { API } from './schemas.js';
import { scriptRevisionRoutes } from './script-revision-routes.js';
import { snapshotRoutes } from './snapshot-routes.js';
import { taskRoutes } from './task-routes.js';
import { Tasks } from './tasks.js';
import { workerRoutes } from './worker-routes.js';

/** The service with what it keeps; of a camera or of a pipeline server. */
export type ApiService =
  | { readonly family: 'camera'; readonly service: CameraService }
  | { readonly family: 'pipeline'; readonly service: PipelineService };

export interface ApiParts {
  readonly subject: ApiService;
  readonly stores: ServerStores;
  readonly role: ServerRole;
  /** `Pipeline manager` */
  readonly name: string;
  /** Where this server answers; asked for after it listens. */
  readonly url: () => string;
  readonly view: ClusterView;
  /** Null on a standalone server. */
  readonly control: ClusterControl | null;
  readonly settings: ClusterSettings | null;
  /** How many people look at an instance of this server; default: nobody can. */
  readonly viewers?: (instance: string) => number;
  /** The camera server that a pipeline server works with, which this one shows as well; null for camera servers. */
  readonly cameraServer: CamClient | null;
  readonly foundation: Foundation;
  readonly logging: Logging;
  /** Called when a request has changed something, before the plant is looked at. */
  readonly onChange?: () => Promise<void>;
  /** Ends this process, which its supervisor starts again. */
  readonly reset: () => void;
}

export interface Api extends ServerExtension {
  readonly hub: EventHub;
  readonly plant: Plant;
  readonly tasks: Tasks;
}

/** Milliseconds for a question to one worker. */
const WORKER_TIMEOUT = 5000;

export function createApi(parts: ApiParts): Api {
  const { subject, stores, view, foundation, cameraServer } = parts;
  const { audit, policy, serviceToken } = foundation;
  const cluster: ClusterName = subject.family === 'camera' ? 'cameras' : 'pipelines';
  const hub = new EventHub();
  const peer =
    cameraServer === null
      ? null
      : new Peer({ cluster: 'cameras', address: cameraServer.address, serviceToken });
  const local = new LocalCluster({
    ...parts,
    cluster,
    viewers: parts.viewers ?? (() => 0),
    storedNames: () => stores.configurations.names(),
  });
  const plant = new Plant([local, ...(peer === null ? [] : [new RemoteCluster(peer)])], hub);
  const tasks = new Tasks(cluster, hub, () => void parts.onChange?.().then(() => plant.lookSoon()));
  const isManager = parts.role === 'manager';
  const workers = (): RemoteSource[] =>
    isManager ? view.workers().map(({ address }) => ({ address, cluster, worker: workerName(address) })) : [];
  const headers = serviceHeaders(serviceToken);
  const book = new LogBook({
    ...{ cluster, hub, role: parts.role, logging: parts.logging },
    worker: () => workerName(parts.url()),
  });
  const remote: RemoteSource[] =
    peer === null ? [] : [{ address: peer.address, cluster: peer.cluster, worker: null }];
  const followers = new Followers(hub, () => [...workers(), ...remote], headers);
  // a manager keeps the figures of its workers
  const history =
    parts.role === 'worker'
      ? null
      : new MetricsHistory(join(foundation.stateFolder, 'figures'), (text) =>
          parts.logging.logger('cam_server.history').warning(text),
        );
  const runningConfig = (instance: string): JsonObject | null => configOf(view, instance);
  const catalogue = new ConfigurationCatalogue(cluster, stores.configurations);
  const family =
    subject.family === 'camera'
      ? cameraFamily(subject.service, stores.configurations)
      : pipelineFamily(subject.service, stores.configurations);
  const references = referencesOf(stores, cameraServer);
  const stopAll = (): Promise<void> => subject.service.stopAll();
  const ofCluster = [
    ...configRoutes({ cluster, catalogue, plant, references, service: subject.service, runningConfig }),
    ...instanceRoutes({
      ...{ cluster, plant, family, tasks, runningConfig },
      store: stores.configurations,
      control: parts.control,
    }),
    ...workerRoutes({
      ...parts,
      cluster,
      plant,
      tasks,
      stopAll,
      pool: () => parts.settings?.pool.document ?? null,
    }),
    ...placementRoutes({ ...parts, cluster, plant, store: stores.configurations }),
    ...codeRoutes({ kind: 'script', store: stores.scripts, code: stores.code.scripts }, catalogue),
    ...scriptRevisionRoutes(stores.scripts),
    ...pipelineOnlyRoutes(parts, catalogue, tasks, async () => {
      const names = plant.current(cluster)?.instances.map(({ instance }) => instance) ?? [];
      return {
        configurations: await catalogue.usersOfBackgrounds(),
        instances: (id) => names.filter((name) => backgroundIn(runningConfig(name) ?? {}) === id),
      };
    }),
    ...logLevelRoutes({
      ...{ cluster, plant, logging: parts.logging },
      ask: (address, path, request, body) => askJson(address, path, headers, request, WORKER_TIMEOUT, body),
    }),
    ...taskRoutes(tasks),
    ...metricsRoutes(cluster, history),
  ];
  let served: readonly Route[] = [];
  const routes: Route[] = [
    ...snapshotRoutes({ ...parts, cluster, plant, hub }),
    ...perCluster(cluster, peer, ofCluster),
    ...logRoutes({
      ...{ cluster, book, workers, peer },
      ask: (address, path, request, timeout) => askJson(address, path, headers, request, timeout),
    }),
    ...auditRoutes({ cluster, log: audit, peer }),
    ...schemaRoutes(),
    ...codeHelpRoutes(API, { folder: stores.scripts.folder, python: process.env.CAMSERVER_PYTHON ?? null }),
    ...accountRoutes(foundation.accounts),
    ...sessionRoutes(policy, () => served),
  ];
  const audited = auditSink(parts, cluster, plant);
  const endings = [
    plant.watch((record) => {
      if (record.cluster === cluster) history?.record(record);
    }),
    view.onEvent((event) => {
      if (event.type === 'stored') {
        const { kind, name, action } = event;
        hub.publish('configs', 'config', cluster, { cluster, kind, name, action });
      }
      if (event.type === 'duplicate') void audited.record(duplicateEntry(event));
      if (event.type !== 'polled') plant.lookSoon();
    }),
    audit.onRecord((record) => {
      hub.publish('audit', 'audit', cluster, record);
      if (parts.control === null) publishStored(hub, cluster, record as StoredAuditRecord);
    }),
  ];
  return {
    hub,
    plant,
    tasks,
    routes,
    audit: audited,
    ...(policy === null ? {} : { access: policy }),
    started: (server) => {
      served = server.routes;
    },
    close: async () => {
      for (const end of endings) end();
      followers.close();
      book.close();
      tasks.close();
      plant.close();
      await history?.close();
      await foundation.close();
    },
  };
}

/** Libraries and backgrounds, which cameras have no routes for. */
function pipelineOnlyRoutes(
  { subject, stores, cameraServer }: ApiParts,
  catalogue: ConfigurationCatalogue,
  tasks: Tasks,
  users: () => Promise<BackgroundUsers>,
): Route[] {
  const { libraries, code } = stores;
  if (subject.family !== 'pipeline' || libraries === null || code.libraries === null) return [];
  return [
    ...codeRoutes({ kind: 'library', store: libraries, code: code.libraries }, catalogue),
    ...backgroundRoutes({ service: subject.service, store: stores.backgrounds, cameraServer, tasks, users }),
  ];
}

/** Adds what the log of one server says in each record, and looks at what the request has changed. */
function auditSink({ foundation, onChange }: ApiParts, cluster: ClusterName, plant: Plant): AuditSink {
  const server = hostname();
  return {
    record: async (entry) => {
      const { time, ...rest } = entry;
      await foundation.audit.append({ time, cluster, server, ...rest });
      void onChange?.().then(() => plant.lookSoon());
    },
  };
}

/** A standalone server has no events of its own about what it stores; its audit log knows. */
function publishStored(
  hub: EventHub,
  cluster: ClusterName,
  { action, target, result }: StoredAuditRecord,
): void {
  const match = /^(config|background|script|library)\.(\w+)$/.exec(String(action));
  if (match === null || result !== 'ok') return;
  const kind = match[1] === 'config' ? 'configuration' : match[1];
  const done = match[2] === 'delete' ? 'deleted' : 'saved';
  hub.publish('configs', 'config', cluster, { cluster, kind, name: target, action: done });
}

/** The configuration that an instance runs with; null when it does not run. */
function configOf(view: ClusterView, instance: string): JsonObject | null {
  for (const { instances } of view.workers()) {
    const config = instances[instance]?.config;
    if (isJsonObject(config)) return config;
  }
  return null;
}
