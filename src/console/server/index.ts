/** The server's side of the operators' console. */

export { type Buffers, openBuffer } from './buffers/buffer.js';
export { createLiveView, type LiveView, type LiveViewOptions } from './live-view.js';
export { type ConsoleOptions, consoleRoutes } from './routes.js';
export { type AskInstance, type Locate, locateOnServer, locateOnWorkers } from './views.js';
