import { monitorEventLoopDelay } from 'node:perf_hooks';
import { formatClock } from '../common/time.js';
import type { StatisticsSample } from './messages.js';
import type { InstanceCounters } from './types.js';

/** Windows shorter than this keep the rates of the window before: a rate over a moment says nothing. */
const SHORTEST_WINDOW = 0.9;

interface Window {
  /** Seconds on the monotonic clock. */
  start: number;
  received: number;
  sent: number;
  bytesReceived: number;
  rates: { receiveRate: number; sendRate: number; throughput: number };
}

/** Milliseconds between two looks at the event loop; it is awake about as often anyway while frames come. */
const DELAY_RESOLUTION = 20;

const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION });
delays.enable();

const windows = new WeakMap<InstanceCounters, Window>();

/** The counters with their rates since the previous call for the same counters; the first call opens the first window. */
export function sampleStatistics(
  counters: InstanceCounters,
  now = performance.now() / 1000,
): StatisticsSample {
  const previous = windows.get(counters);
  const window = previous === undefined ? openWindow(counters, now) : closeWindow(previous, counters, now);
  windows.set(counters, window);
  return {
    ...counters,
    dropped: { ...counters.dropped },
    time: formatClock(new Date()),
    eventLoopDelay: takeEventLoopDelay(),
    ...window.rates,
  };
}

function openWindow(counters: InstanceCounters, now: number): Window {
  const { received, sent, bytesReceived } = counters;
  return { start: now, received, sent, bytesReceived, rates: { receiveRate: 0, sendRate: 0, throughput: 0 } };
}

function closeWindow(previous: Window, counters: InstanceCounters, now: number): Window {
  const seconds = now - previous.start;
  if (seconds < SHORTEST_WINDOW) return previous;
  const rates = {
    receiveRate: (counters.received - previous.received) / seconds,
    sendRate: (counters.sent - previous.sent) / seconds,
    throughput: (counters.bytesReceived - previous.bytesReceived) / seconds,
  };
  return { ...openWindow(counters, now), rates };
}

/** What is measured includes the resolution. */
function takeEventLoopDelay(): number {
  const longest = delays.max / 1e6 - DELAY_RESOLUTION;
  delays.reset();
  return Math.max(0, longest) / 1000;
}
