/**
 * Failures below `/api/v2`: a proper HTTP status and a problem document (RFC 9457).
 */
import { STATUS_CODES } from 'node:http';
import { CamServerError } from '../common/errors.js';
import { formatJson, type JsonObject } from '../common/json.js';
import { HttpError, RawAnswer } from './answer.js';

/** A failure with further members in its problem document. */
export class ProblemError extends HttpError {
  override name = 'ProblemError';
  readonly members: JsonObject;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly members?: JsonObject; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(status, code, message, more.headers);
    this.members = more.members ?? {};
  }
}

/** Of expected failures that have no HTTP status of their own, because version 1 answers them with 200. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  INVALID_NAME: 400,
  INVALID_JSON: 400,
  INVALID_BODY: 400,
  BODY_MISSING: 400,
  INVALID_QUERY: 400,
  RESERVED_NAME: 422,
  NOT_FOUND: 404,
  CONFIG_NOT_FOUND: 404,
  PIPELINE_NOT_FOUND: 404,
  BACKGROUND_NOT_FOUND: 404,
  NO_BACKGROUND: 404,
  SCRIPT_NOT_FOUND: 404,
  LIBRARY_NOT_FOUND: 404,
  INSTANCE_UNKNOWN: 404,
  INSTANCE_NOT_FOUND: 404,
  INSTANCE_EXISTS: 409,
  NAME_TAKEN: 409,
  INSTANCE_NOT_RUNNING: 409,
  READ_ONLY: 409,
  CAMERA_CHANGED: 409,
  CAMERA_OFFLINE: 409,
  CONFLICT: 412,
  SERVER_UNREACHABLE: 502,
  SERVER_ANSWER: 502,
  SERVER_ERROR: 502,
  SERVER_TIMEOUT: 504,
  DEADLINE: 504,
  START_TIMEOUT: 504,
  CLOSING: 503,
  CONTROL_FILE: 503,
  WRITE_FAILED: 507,
};

/** Well-formed, but not acceptable. */
const DEFAULT_STATUS = 422;

/** The answer for anything that was thrown. The text of an unexpected error stays in the log. */
export function problemAnswer(error: unknown, requestId: string): RawAnswer {
  const isExpected = error instanceof CamServerError;
  const status = problemStatus(error);
  const members = error instanceof ProblemError ? error.members : {};
  const body = formatJson({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: isExpected
      ? error.message
      : 'An unexpected error; the log of the server has it under the request id.',
    code: isExpected ? error.code : 'INTERNAL',
    request_id: requestId,
    ...members,
  });
  return new RawAnswer(
    'application/problem+json',
    body,
    status,
    error instanceof HttpError ? error.headers : {},
  );
}

/** The HTTP status of a failure in version 2. */
export function problemStatus(error: unknown): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof CamServerError) return STATUS_BY_CODE[error.code] ?? DEFAULT_STATUS;
  return 500;
}
