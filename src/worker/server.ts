/**
 * A pipeline server or worker: the local service behind the REST interface of pipelines.
 */
import { CamClient } from '../client/index.js';
import {
  type LocalServerOptions,
  type LocalServerParts,
  type ServiceGround,
  startLocalServer,
} from '../family/index.js';
import type { ServerExtension, ServiceServer } from '../http/index.js';
import { PIPELINE_POLICY } from '../instances/index.js';
import { LibraryStore } from '../storage/index.js';
import { Backgrounds } from './backgrounds.js';
import type { PipelineDefaults } from './defaults.js';
import { LocalPipelineService } from './local-service.js';
import { PipelineInstances } from './pipeline-instances.js';
import { PIPELINE_BASE, pipelineRoutes } from './routes.js';
import type { PipelineService } from './service.js';
import { StoredPipelines } from './stored-pipelines.js';

export interface PipelineServerOptions extends LocalServerOptions {
  /** Address of the camera server or manager. */
  readonly cameraServer: string;
  /** Interpreter of Python functions, or the folder of a virtual environment; default: `python3` of the search path. */
  readonly python?: string;
  readonly defaults: PipelineDefaults;
  /** Streams by id are read-only. */
  readonly sharedReadOnly: boolean;
  /** What the role adds to the server. */
  readonly extend?: (parts: PipelineServerParts) => Promise<ServerExtension>;
}

/** What an extension builds on. */
export interface PipelineServerParts extends LocalServerParts<'pipeline', PipelineService> {
  readonly libraries: LibraryStore;
}

const PROGRAM = new URL('./pipelines/program.js', import.meta.url).href;

/** @throws CamServerError when the port cannot be used */
export function startPipelineServer(options: PipelineServerOptions): Promise<ServiceServer> {
  const libraries = new LibraryStore(options.scriptFolder);
  return startLocalServer<'pipeline', LocalPipelineService>(options, {
    family: 'pipeline',
    name: 'Pipeline',
    base: PIPELINE_BASE,
    portPolicy: PIPELINE_POLICY,
    program: PROGRAM,
    createService: (ground) => createService(options, ground, libraries),
    routes: pipelineRoutes,
    extend: (parts) => options.extend?.({ ...parts, libraries }),
  });
}

function createService(
  options: PipelineServerOptions,
  { supervisor, logging, stores }: ServiceGround,
  libraries: LibraryStore,
): LocalPipelineService {
  const { configFolder, defaults } = options;
  const cameraServer = new CamClient(options.cameraServer);
  const backgrounds = new Backgrounds(stores.backgrounds, cameraServer);
  const pipelines = new StoredPipelines(stores.configurations, logging.logger('cam_server.configuration'));
  const instances = new PipelineInstances({
    supervisor,
    pipelines,
    backgrounds,
    scripts: stores.scripts,
    cameraServer,
    hostname: options.hostname,
    program: PROGRAM,
    instanceOptions: {
      camera_server: cameraServer.address,
      background_folder: options.backgroundFolder,
      script_folder: options.scriptFolder,
      python: options.python ?? null,
      abort_on_error: defaults.abortOnError,
      abort_on_timeout: defaults.abortOnTimeout,
      queue_size: defaults.queueSize,
      block: defaults.block,
    },
    sharedReadOnly: options.sharedReadOnly,
    completesBackgrounds: configFolder !== null,
  });
  return new LocalPipelineService({
    instances,
    supervisor,
    pipelines,
    backgrounds,
    scripts: stores.scripts,
    libraries,
    cameraServer,
  });
}
