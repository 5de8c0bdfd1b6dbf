import { useEffect, useMemo, useState } from 'preact/hooks';
import { scriptProblem } from '../../core/script-templates.js';
import { checkScript, type ScriptFault } from '../../data/code.js';

/** Milliseconds without a key before the server is asked. */
const PAUSE = 600;

/**
 * What is wrong with a script: brackets at once, the rest by the server a moment later. A server that cannot check (no
 * interpreter, no permission, no answer) finds nothing: it checks again when the script is loaded.
 */
export function useScriptChecks(name: string, text: string): readonly ScriptFault[] {
  const [found, setFound] = useState<{ text: string; faults: readonly ScriptFault[] }>({
    text: '',
    faults: [],
  });
  const local = useMemo(() => scriptProblem(text, name.endsWith('.py') ? 'python' : 'other'), [text, name]);
  useEffect(() => {
    if (local !== null || text.trim() === '') return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      checkScript(name, text, controller.signal).then(
        (faults) => setFound({ text, faults }),
        () => setFound({ text, faults: [] }),
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [name, text, local]);
  return useMemo(() => {
    if (local !== null) return [{ ...local, severity: 'error' as const }];
    return found.text === text ? found.faults : [];
  }, [local, found, text]);
}
