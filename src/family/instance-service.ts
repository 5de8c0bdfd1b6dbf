/** The part of a service that is about instances, the same for cameras and pipelines, servers, managers and proxies. */
import type { JsonObject } from '../common/json.js';
import type { LogRecord } from '../common/logging.js';
import type { InstanceManagement } from '../http/index.js';

/** What has the instances: the supervisor of this server (`localInstances`), or the servers of a pool. */
export interface InstanceControl extends Omit<InstanceManagement, 'configNames'> {
  /** The last lines of the instance, also after its end; empty for an unknown one. */
  instanceLogs(name: string): Promise<readonly LogRecord[]>;
}

/** Asks the control. Names are those of requests; `instanceName` says which instance is meant. */
export abstract class InstanceService implements InstanceControl {
  constructor(private readonly control: InstanceControl) {}

  info(): Promise<JsonObject> {
    return this.control.info();
  }

  heartbeatInstances(): Promise<JsonObject | string[]> {
    return this.control.heartbeatInstances();
  }

  stopAll(): Promise<void> {
    return this.control.stopAll();
  }

  async stop(name: string): Promise<void> {
    await this.control.stop(await this.instanceName(name));
  }

  async delete(name: string): Promise<void> {
    await this.control.delete(await this.instanceName(name));
  }

  async instanceLogs(name: string): Promise<readonly LogRecord[]> {
    return this.control.instanceLogs(await this.instanceName(name));
  }

  /** Cameras have aliases; pipelines are called by their names. */
  protected async instanceName(name: string): Promise<string> {
    return name;
  }
}
