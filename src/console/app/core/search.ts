/** The search field: words and `token:value` pairs, all of which must hold. */
import { HEALTH } from './health.js';
import type { InstanceRecord } from './plant.js';

export interface Search {
  /** Lower case. */
  readonly words: readonly string[];
  readonly tokens: readonly { readonly name: string; readonly value: string }[];
}

export const SEARCH_TOKENS = [
  'server',
  'type',
  'state',
  'camera',
  'permanent',
  'mode',
  'cluster',
  'group',
] as const;

export function parseSearch(text: string): Search {
  const words: string[] = [];
  const tokens: { name: string; value: string }[] = [];
  for (const part of text.toLowerCase().split(/\s+/).filter(Boolean)) {
    const colon = part.indexOf(':');
    const name = part.slice(0, colon);
    if (colon > 0 && (SEARCH_TOKENS as readonly string[]).includes(name)) {
      const value = part.slice(colon + 1);
      if (value !== '') tokens.push({ name, value });
    } else words.push(part);
  }
  return { words, tokens };
}

export function matchesSearch(instance: InstanceRecord, search: Search): boolean {
  const name = instance.name.toLowerCase();
  return (
    search.words.every((word) => name.includes(word)) &&
    search.tokens.every((token) => matchesToken(instance, token.name, token.value))
  );
}

function matchesToken(instance: InstanceRecord, name: string, value: string): boolean {
  switch (name) {
    case 'server':
      return includes(instance.worker, value);
    case 'type':
      return includes(instance.pipelineType, value);
    case 'camera':
      return includes(instance.camera, value);
    case 'mode':
      return includes(instance.mode, value);
    case 'cluster':
      return instance.cluster.startsWith(value);
    case 'permanent':
      return instance.permanent === ['yes', 'true', '1', 'on'].includes(value);
    case 'group':
      return instance.groups.some((group) => group.toLowerCase().includes(value));
    case 'state':
      if (value === 'alarm') return HEALTH[instance.health.state].isAlarm;
      return instance.health.state.replaceAll('_', '').startsWith(value.replaceAll(/[-_]/g, ''));
    default:
      return false;
  }
}

function includes(text: string | null, value: string): boolean {
  return text?.toLowerCase().includes(value) ?? false;
}

/** The text cut at the found words, for marking them. */
export function highlightParts(text: string, words: readonly string[]): { text: string; found: boolean }[] {
  const parts: { text: string; found: boolean }[] = [];
  const lower = text.toLowerCase();
  let position = 0;
  while (position < text.length) {
    const hits = words
      .map((word) => ({ word, at: lower.indexOf(word, position) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.word.length - a.word.length);
    const hit = hits[0];
    if (hit === undefined) break;
    if (hit.at > position) parts.push({ text: text.slice(position, hit.at), found: false });
    parts.push({ text: text.slice(hit.at, hit.at + hit.word.length), found: true });
    position = hit.at + hit.word.length;
  }
  if (position < text.length) parts.push({ text: text.slice(position), found: false });
  return parts;
}
