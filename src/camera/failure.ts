import { CamServerError } from '../common/errors.js';

/** Exit codes of camera instances. */
export const ExitCode = {
  ended: 0,
  failed: 1,
  senderFailed: 2,
  receiverFailed: 4,
  wrongFormat: 5,
} as const;

/** Ends the instance with that exit code; the message goes to its log. */
export class CameraFailure extends CamServerError {
  override name = 'CameraFailure';

  constructor(
    readonly exitCode: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super('CAMERA_FAILED', message, options);
  }
}
