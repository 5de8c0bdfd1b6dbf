import type { CameraService } from '../camera/service.js';
import type { Logging } from '../common/logging.js';
import type { PipelineService } from '../worker/service.js';
import type { ClusterControl, ClusterView, FamilyName } from './cluster-view.js';
import type { PermanentSettings } from './permanent-settings.js';
import type { PoolSettings } from './pool-settings.js';
import type { ServerStores } from './server-stores.js';

/** What an extension of a manager builds on. */
export interface ManagerContext extends ServerStores {
  readonly family: FamilyName;
  readonly title: string;
  readonly service: CameraService | PipelineService;
  readonly logging: Logging;
  /** Where clients reach the manager; right once it listens. */
  readonly address: () => string;
  readonly view: ClusterView;
  readonly control: ClusterControl;
  readonly settings: PoolSettings;
  readonly permanentList: PermanentSettings;
  /** Ends the manager, which its supervisor starts again. */
  readonly reset: () => void;
}
