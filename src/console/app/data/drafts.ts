/** What was typed and not applied yet: it survives a closed page. */
const PREFIX = 'camserver.draft ';

export function storeDraft(key: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + key, text);
  } catch {
    // without storage the draft lives as long as the page
  }
}

export function readDraft(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

export function dropDraft(key: string): void {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // there was none
  }
}
