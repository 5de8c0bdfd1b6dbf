/** Records of logs: their levels, and how they are written down. */

export const logLevels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type LogLevel = (typeof logLevels)[number];

/** `[YYYY-MM-DD HH:MM:SS, logger, level, message]`, local time: the record format of the log routes. */
export type LogRecord = readonly [time: string, logger: string, level: string, message: string];

/** Messages beyond this are cut, so that the ring has a bound in bytes as well. */
const MAXIMUM_MESSAGE_LENGTH = 10_000;
/** Whether `text` is the name of a level. */
export function isLogLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text);
}

/** A record as one line: `time - logger - level - message`; line breaks inside the message are shown as `\n`. */
export function formatLogRecord(record: LogRecord): string {
  return record.join(' - ').replace(/[\u0000-\u001f\u007f-\u009f]/g, visibleControl);
}

function visibleControl(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return ' ';
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Cut to a bearable length, without the passwords of addresses. */
export function cleanMessage(message: string): string {
  const cut =
    message.length > MAXIMUM_MESSAGE_LENGTH ? `${message.slice(0, MAXIMUM_MESSAGE_LENGTH)}…` : message;
  return cut.replace(/:\/\/[^\s/@:]*:[^\s/@]+@/g, '://***@');
}
