/**
 * Tells systemd how a server is (`sd_notify(3)`, `Type=notify`): ready, alive, stopping. Nothing happens when the server was
 * not started by systemd, or without the addon, as Node itself cannot send to the socket of systemd.
 */
import { loadAddon } from '../common/addon.js';

interface Addon {
  sendDatagram(path: string, text: string): void;
}

export interface ServiceManager {
  /** The server answers. From now on signs of life are sent while the event loop turns, if the unit wants them. */
  ready(status: string): void;
  stopping(): void;
}

/** Signs of life are sent twice as often as the unit expects them. */
const SIGNS_PER_PERIOD = 2;

/** @param environment `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID` as systemd sets them */
export function connectServiceManager(environment: NodeJS.ProcessEnv = process.env): ServiceManager {
  const path = environment.NOTIFY_SOCKET;
  const { addon } = path === undefined ? { addon: null } : loadAddon<Addon>();
  let watchdog: NodeJS.Timeout | null = null;
  const say = (text: string): void => {
    try {
      addon?.sendDatagram(path!, text);
    } catch (error) {
      console.error(`systemd cannot be told '${text.split('\n')[0]}': ${String(error)}`);
      if (watchdog !== null) clearInterval(watchdog);
    }
  };
  return {
    ready(status) {
      say(`READY=1\nSTATUS=${status}\nMAINPID=${process.pid}`);
      const period = watchdogPeriod(environment);
      if (addon === null || period === null) return;
      watchdog = setInterval(() => say('WATCHDOG=1'), period / SIGNS_PER_PERIOD);
      watchdog.unref();
    },
    stopping() {
      say('STOPPING=1');
    },
  };
}

/** Milliseconds; null when the unit has no watchdog, or means another process. */
function watchdogPeriod({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv): number | null {
  const microseconds = Number(WATCHDOG_USEC);
  const isMeant = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  return isMeant && microseconds > 0 ? microseconds / 1000 : null;
}
