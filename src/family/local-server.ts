/** A server or worker of either family: its stores, the supervisor of its instances, and the REST interface of its service. */
import type { JsonObject } from '../common/json.js';
import { Logging, type LogLevel, type LogRecord } from '../common/logging.js';
import {
  type ContentDigest,
  contentRoutes,
  type Route,
  type ServerExtension,
  type ServiceServer,
  startServiceServer,
} from '../http/index.js';
import {
  collectMetrics,
  createSupervisor,
  type PortPolicy,
  type PortRange,
  type Supervisor,
} from '../instances/index.js';
import {
  BackgroundStore,
  type ConfigurationStore,
  openConfigurations,
  ScriptStore,
} from '../storage/index.js';

export interface LocalServerOptions {
  /** 0: one that the operating system chooses. */
  readonly port: number;
  readonly interface: string;
  /** In stream addresses. */
  readonly hostname: string;
  readonly portRange: PortRange;
  /** Folder of the stored configurations; null: a worker, whose configurations a manager sends and which keeps them in memory. */
  readonly configFolder: string | null;
  readonly backgroundFolder: string;
  readonly scriptFolder: string;
  readonly logLevel: LogLevel;
  /** Warm spare processes. */
  readonly spares: number;
  /** Further routes, for example those of the console. */
  readonly routes?: readonly Route[];
  /** Called 0.1 s after a reset was asked for. */
  readonly onReset: () => void;
}

export interface LocalStores {
  readonly configurations: ConfigurationStore;
  readonly backgrounds: BackgroundStore;
  readonly scripts: ScriptStore;
}

/** What an extension builds on. */
export interface LocalServerParts<Family extends string, Service> extends LocalStores {
  readonly family: Family;
  /** `Camera worker` */
  readonly title: string;
  readonly service: Service;
  readonly logging: Logging;
  /** Asks the program of a running instance; see `Supervisor.request`. */
  readonly ask: Supervisor['request'];
  /** Says who knows how many people look at an instance; the records of instances tell it. */
  readonly countViewers: (viewersOf: (instance: string) => number) => void;
  /** Where clients reach the server; right once it listens. */
  readonly address: () => string;
  /** Ends the server, which its supervisor starts again. */
  readonly reset: () => void;
}

/** What a service is made of. */
export interface ServiceGround {
  readonly supervisor: Supervisor;
  readonly logging: Logging;
  readonly stores: LocalStores;
}

interface LocalService {
  info(): Promise<JsonObject>;
  instanceLogs(name: string): Promise<readonly LogRecord[]>;
  /** For managers, which send only what is missing. */
  readonly contentDigest: ContentDigest;
}

/** What makes a family. */
interface FamilyServer<Family extends string, Service extends LocalService> {
  readonly family: Family;
  /** Begins the title: `Camera` */
  readonly name: string;
  readonly base: string;
  readonly portPolicy: PortPolicy;
  /** Module of the instance program. */
  readonly program: string;
  createService(ground: ServiceGround): Service;
  routes(service: Service): readonly Route[];
  /** Makes what the role adds to the server. */
  extend(parts: LocalServerParts<Family, Service>): Promise<ServerExtension> | undefined;
}

/** @throws CamServerError when the port cannot be used */
export async function startLocalServer<Family extends string, Service extends LocalService>(
  options: LocalServerOptions,
  { family, name, base, portPolicy, program, createService, routes, extend }: FamilyServer<Family, Service>,
): Promise<ServiceServer> {
  const logging = new Logging({ level: options.logLevel });
  const supervisor = createSupervisor(logging, {
    portRange: options.portRange,
    portPolicy,
    spares: options.spares,
    preload: [program],
  });
  const title = `${name} ${options.configFolder === null ? 'worker' : 'server'}`;
  const stores: LocalStores = {
    configurations: openConfigurations(options.configFolder, (text) =>
      logging.logger('cam_server.configuration').warning(text),
    ),
    backgrounds: new BackgroundStore(options.backgroundFolder),
    scripts: new ScriptStore(options.scriptFolder),
  };
  const service = createService({ supervisor, logging, stores });
  return startServiceServer({
    title,
    base,
    port: options.port,
    interface: options.interface,
    hostname: options.hostname,
    logging,
    logger: `cam_server.${family}`,
    routes: [
      ...routes(service),
      ...contentRoutes((kind, content) => service.contentDigest(kind, content)),
      ...(options.routes ?? []),
    ],
    service,
    onReset: options.onReset,
    registerMetrics: (registry) => collectMetrics(supervisor, registry),
    closeService: () => supervisor.close(),
    extend: (address) =>
      extend({
        family,
        title,
        service,
        ...stores,
        logging,
        ask: supervisor.request.bind(supervisor),
        countViewers: (viewersOf) => {
          supervisor.viewersOf = viewersOf;
        },
        address,
        reset: options.onReset,
      }),
  });
}
