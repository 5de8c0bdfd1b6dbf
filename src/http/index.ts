/**
 * HTTP servers of CamServer. A router is a function that returns declared routes:
 *
 *     export function cameraRoutes(service: CameraService): Route[] {
 *       return [
 *         defineRoute({
 *           method: 'POST',
 *           path: '/api/v1/cam/{camera_name}/config',
 *           summary: 'Saves a camera configuration',
 *           body: { kind: 'object', what: 'camera configuration', required: true },
 *           response: { kind: 'envelope', payload: { config: { type: 'object' } } },
 *           handler: async ({ parameters: { camera_name }, body, signal }) => ({
 *             status: `Camera ${camera_name} configuration saved.`,
 *             config: await service.saveConfig(camera_name, body, signal),
 *           }),
 *         }),
 *       ];
 *     }
 *
 *     const server = await startHttpServer({
 *       name: 'Camera worker', port: 8880, log: logging.logger('cam_server.http'),
 *       routes: [...instanceRoutes(base, management), ...cameraRoutes(service), ...commonRoutes(options)],
 *     });
 *     await server.close();
 *
 * A handler returns the members of the envelope (`state: "ok"` is added), or `pngAnswer(bytes)`, `textAnswer(text)`,
 * `htmlAnswer(html)`, `jsonAnswer(value)`. What it throws becomes `{"state": "error", "status": <message>}` with HTTP 200.
 * Names in paths are decoded and checked before the handler is called. Static paths win over paths with parameters, which
 * are tried in the order of declaration. GET routes that start something say `sideEffects: true`.
 */
export { type AccessControl, isChanging, neededRole, openAccess } from './access.js';
export {
  errorAnswer,
  HttpError,
  htmlAnswer,
  jsonAnswer,
  pngAnswer,
  RawAnswer,
  StreamAnswer,
  textAnswer,
} from './answer.js';
export { type Application, type ApplicationOptions, createApplication } from './application.js';
export type { AuditEntry, AuditSink } from './audit.js';
export { backgroundUploadRoute } from './background-route.js';
export { type BodyLimits, defaultBodyLimits } from './body.js';
export { type CommonRoutesOptions, commonRoutes, logText } from './common-routes.js';
export {
  configurationNamesRoute,
  storedConfigurationRoutes,
} from './configuration-routes.js';
export { CONTENTS_PATH, type ContentDigest, type ContentKind, contentRoutes } from './content-routes.js';
export { escapeHtml } from './front-page.js';
export {
  clientCounts,
  compactInstances,
  type InstanceManagement,
  instanceEndRoutes,
  instanceRoutes,
  STOP_DEADLINE,
  versionRoute,
} from './instance-routes.js';
export type { HttpMetrics } from './metrics.js';
export { openApiDocument } from './openapi.js';
export { originOf, type RequestOrigin } from './origin.js';
export { pictureAnswer, pictureQuery } from './picture.js';
export { ProblemError } from './problem.js';
export { type Identity, includesRole, isRole, type Role, roles } from './roles.js';
export {
  type Answer,
  defineRoute,
  type EnvelopeAnswer,
  type JsonSchema,
  type Method,
  type Route,
  type RouteRequest,
} from './route.js';
export { type ScriptManagement, scriptRoutes } from './script-routes.js';
export { LastSeen, type Seen, type SeenKind } from './security/last-seen.js';
export { hashPassword, hashToken, newPassword, newToken } from './security/password.js';
export { SecurityPolicy } from './security/policy.js';
export { parseSecurityRules, type SecurityRules } from './security/rules.js';
export { RulesFile } from './security/rules-file.js';
export { sessionRoutes } from './security/session-routes.js';
export { type HttpServer, type HttpServerOptions, startHttpServer } from './server.js';
export {
  type ServerExtension,
  type ServiceServer,
  type ServiceServerOptions,
  startServiceServer,
} from './service-server.js';
