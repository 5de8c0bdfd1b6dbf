/** The server's side of the operators' console. */
export { type ConsoleOptions, consoleRoutes } from './routes.js';
