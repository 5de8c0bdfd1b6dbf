/**
 * What CamServer keeps: named configurations with their history, backgrounds, scripts and libraries.
 *
 *     const configurations = new FileConfigurationStore('configuration/camera_config');
 *     await configurations.put('CAM1', config, { author: 'operator', comment: 'new lens' });
 *     const backgrounds = new BackgroundStore('configuration/background_config');
 *     const image = await backgrounds.load(await backgrounds.latest('CAM1'));
 *     const scripts = new ScriptStore('configuration/user_scripts');
 *     const { name, content } = await scripts.read('my_function');
 */
export { aliasesOf, groupsOf } from './aliases.js';
export { AuditLog, type AuditLogOptions, type StoredAuditRecord } from './audit-log.js';
export { type AuditFilter, findAuditRecords, type Verification, verifyAuditLog } from './audit-query.js';
export { BackgroundStore } from './background-store.js';
export {
  type CodeManagement,
  LibraryStore,
  type RenamableCode,
  ScriptStore,
  type StoredFile,
} from './code-store.js';
export {
  type Change,
  type ConfigurationStore,
  documentTag,
  isConfigurationName,
  type Revision,
  readAllConfigurations,
  requireExpectedTag,
  type StoredText,
  tagOf,
} from './configuration-store.js';
export { digestOf, FileDigests } from './digest.js';
export { isMissing, removeFileDurably, writeFileDurably } from './durable-file.js';
export { FileConfigurationStore } from './file-configuration-store.js';
export { MemoryConfigurationStore } from './memory-configuration-store.js';
export { openConfigurations } from './open-configurations.js';
export { SerialQueues } from './serial-queues.js';
