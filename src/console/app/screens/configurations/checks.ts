/** What is known to be wrong with a text while it is typed: syntax here, the rest by the server. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { lineOfKey, type ParsedText, parseDocument } from '../../core/json-text.js';
import type { Cluster, JsonRecord } from '../../core/plant.js';
import { messageOf } from '../../data/api.js';
import { type Finding, type Validation, validateConfiguration } from '../../data/configurations.js';

export interface Check {
  readonly severity: 'error' | 'warning' | 'info';
  readonly line: number | null;
  readonly message: string;
}

export interface Checks {
  readonly parsed: ParsedText;
  readonly list: readonly Check[];
  /** Keys that the server adds, with their values. */
  readonly defaults: JsonRecord;
  /** Checked by the server as it stands. */
  readonly isComplete: boolean;
  /** The server could not be asked, with its reason. */
  readonly unreachable: string | null;
}

const TYPING_PAUSE = 400;

export function useChecks(cluster: Cluster, name: string, text: string): Checks {
  const parsed = useMemo(() => parseDocument(text), [text]);
  const [server, setServer] = useState<{
    text: string;
    validation: Validation | null;
    problem: string | null;
  } | null>(null);
  useEffect(() => {
    if (parsed.problem !== null) return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const validation = await validateConfiguration(cluster, name, text, controller.signal);
        setServer({ text, validation, problem: null });
      } catch (error) {
        if (!controller.signal.aborted) setServer({ text, validation: null, problem: messageOf(error) });
      }
    }, TYPING_PAUSE);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [cluster, name, text, parsed]);

  return useMemo(() => {
    if (parsed.problem !== null) {
      const { message, line } = parsed.problem;
      return {
        parsed,
        list: [{ severity: 'error', line, message }],
        defaults: {},
        isComplete: false,
        unreachable: null,
      };
    }
    const validation = server?.validation ?? null;
    return {
      parsed,
      list: [...parkedKeys(parsed.value, text), ...(validation === null ? [] : findings(validation, text))],
      defaults: validation?.defaults ?? {},
      isComplete: server !== null && server.text === text && server.validation !== null,
      unreachable: server?.problem ?? null,
    };
  }, [parsed, server, text]);
}

function findings(validation: Validation, text: string): Check[] {
  const check =
    (severity: Check['severity']) =>
    (finding: Finding): Check => ({
      severity,
      line: finding.line ?? lineOfKey(text, finding.path.split('/')[1] ?? ''),
      message: finding.message,
    });
  const added = Object.keys(validation.defaults);
  const note: Check[] =
    added.length === 0
      ? []
      : [
          {
            severity: 'info',
            line: null,
            message: `${added.length} default fields are filled in: ${added.join(', ')}`,
          },
        ];
  return [...validation.errors.map(check('error')), ...validation.warnings.map(check('warning')), ...note];
}

/** Authors put a key aside by an underscore. */
function parkedKeys(document: JsonRecord, text: string): Check[] {
  return Object.keys(document)
    .filter((key) => key.startsWith('_'))
    .map((key) => ({
      severity: 'info',
      line: lineOfKey(text, key),
      message: `${key} is put aside: it has no effect`,
    }));
}
