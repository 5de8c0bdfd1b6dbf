/** What a manager does by itself and clients may feel: in the audit log it stands beside their requests. */
import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '../../http/index.js';
import type { ClusterEvent } from '../cluster-view.js';

/** A copy of an instance that gave way to a newer one. */
export function duplicateEntry({
  name,
  kept,
  stopped,
}: Extract<ClusterEvent, { type: 'duplicate' }>): AuditEntry {
  return {
    time: new Date().toISOString(),
    actor: 'manager',
    role: null,
    method: 'internal',
    address: stopped,
    client: null,
    action: 'instance.stop',
    target: name,
    request: '',
    before: null,
    after: null,
    reason: null,
    details: `It ran twice: it stays on ${kept} and was stopped on ${stopped}.`,
    result: 'ok',
    status: 200,
    error: null,
    duration_ms: 0,
    request_id: randomUUID(),
  };
}
